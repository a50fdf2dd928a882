# SPDX-License-Identifier: Apache-2.0
"""Who else works in such a cluster: kwok in place of the kubelets, KEDA, and Karpenter, whose nodes
kwok plays. All of them are the real programs.
"""

import json
from pathlib import Path

import yaml

import modules
import network
import tools
from control_plane import ControlPlane
from processes import Processes, eventually

# What Karpenter can have, with the prices of us-east-1.
INSTANCE_TYPES = {
    "inf2.xlarge": (0.7582, "4", "16Gi", {"aws.amazon.com/neuron": "1"}),
    "g6.xlarge": (0.8048, "4", "16Gi", {"nvidia.com/gpu": "1"}),
    "g5.xlarge": (1.006, "4", "16Gi", {"nvidia.com/gpu": "1"}),
}
ZONES = ["us-east-1a", "us-east-1b"]


def start_kwok(plane: ControlPlane, processes: Processes) -> None:
    """Pods on fake nodes run, become ready and go, with kwok's own fast stages."""
    kwok = modules.folder(modules.KWOK)
    config = list(yaml.safe_load_all((kwok / "kustomize/kwok/kwok.yaml").read_text()))
    config[0]["options"]["enableCRDs"] = []
    for folder in ("node/fast", "node/heartbeat-with-lease", "pod/fast"):
        for file in sorted((kwok / "kustomize/stage" / folder).glob("*.yaml")):
            if file.name != "kustomization.yaml":
                config += [each for each in yaml.safe_load_all(file.read_text()) if each]
    path = plane.folder / "kwok.yaml"
    path.write_text(yaml.safe_dump_all(config))
    processes.start("kwok", [
        tools.build("kwok"), f"--kubeconfig={plane.kubeconfig('kwok')}", f"--config={path}",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--cidr={network.POD_NETWORK}", "--server-address=127.0.0.1:10247",
    ])


def fake_node(name: str, zone: str) -> dict:
    """A machine for everything but accelerated pods."""
    return {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"},
                     "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
                                "kubernetes.io/arch": "amd64",
                                "topology.kubernetes.io/zone": zone}},
        "status": {"allocatable": {"cpu": "16", "memory": "64Gi", "pods": "110"},
                   "capacity": {"cpu": "16", "memory": "64Gi", "pods": "110"}},
    }


def start_keda(plane: ControlPlane, processes: Processes, names: network.Names) -> None:
    plane.apply_files(modules.keda_crds())
    plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "keda"}}])
    service = "keda-operator.keda.svc.cluster.local"
    names.give(service, ["127.0.0.1"])
    certificates = plane.authority.issue("keda", "/CN=keda-operator", [service, "localhost"])
    environment = {"KUBECONFIG": str(plane.kubeconfig("keda")), "WATCH_NAMESPACE": "",
                   "POD_NAMESPACE": "keda", "KEDA_CLUSTER_OBJECT_NAMESPACE": "keda"}
    processes.start("keda-operator", [
        tools.build("keda-operator"), f"--cert-dir={certificates}",
        "--metrics-bind-address=127.0.0.1:18080", "--health-probe-bind-address=127.0.0.1:18081",
        "--metrics-service-bind-address=127.0.0.1:9666", "--zap-log-level=info",
        "--zap-encoder=console",
    ], environment)
    processes.start("keda-adapter", [
        tools.build("keda-adapter"), "--secure-port=6553", "--bind-address=127.0.0.1",
        f"--client-ca-file={certificates / 'ca.crt'}", f"--tls-cert-file={certificates / 'tls.crt'}",
        f"--tls-private-key-file={certificates / 'tls.key'}", f"--cert-dir={certificates}",
        f"--authentication-kubeconfig={plane.kubeconfig('keda')}",
        f"--authorization-kubeconfig={plane.kubeconfig('keda')}",
        f"--lister-kubeconfig={plane.kubeconfig('keda')}", "--port=18082",
        "--zap-log-level=info",
    ], environment)
    # The API server hands questions for external metrics on to the adapter. A Service without pods can
    # only be followed by its name.
    plane.apply([
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "keda-metrics-apiserver", "namespace": "keda"},
         "spec": {"type": "ExternalName", "externalName": "localhost"}},
        {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
         "metadata": {"name": "v1beta1.external.metrics.k8s.io"},
         "spec": {"group": "external.metrics.k8s.io", "version": "v1beta1",
                  "groupPriorityMinimum": 100, "versionPriority": 100,
                  "insecureSkipTLSVerify": True,
                  "service": {"name": "keda-metrics-apiserver", "namespace": "keda",
                              "port": 6553}}},
    ])


def keda_is_up(plane: ControlPlane) -> float:
    return eventually("KEDA's metrics are the API server's", lambda: plane.kubectl(
        "wait", "--for=condition=Available", "apiservice/v1beta1.external.metrics.k8s.io",
        "--timeout=2s"), 90)[1]


def start_karpenter(plane: ControlPlane, processes: Processes) -> None:
    plane.apply_files(modules.karpenter_crds() + modules.karpenter_kwok_crds())
    types = plane.folder / "instance-types.json"
    types.write_text(json.dumps([
        {"name": name, "architecture": "amd64", "operatingSystems": ["linux"],
         "offerings": [{"Price": price, "Available": True, "Requirements": [
             {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
             {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]}
                       for zone in ZONES],
         "resources": {"cpu": cpu, "memory": memory, "ephemeral-storage": "100Gi", "pods": "58",
                       **accelerators}}
        for name, (price, cpu, memory, accelerators) in INSTANCE_TYPES.items()]))
    plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "karpenter"}}])
    processes.start("karpenter", [
        tools.build("karpenter-kwok"), f"--instance-types-file-path={types}",
        "--disable-leader-election", "--metrics-port=18083", "--health-probe-port=18084",
        "--feature-gates=NodeOverlay=true", "--batch-max-duration=2s", "--batch-idle-duration=300ms",
    ], {"KUBECONFIG": str(plane.kubeconfig("karpenter")), "SYSTEM_NAMESPACE": "karpenter"})
    eventually("Karpenter is up", lambda: "Starting workers" in processes.log("karpenter"), 60)


def node_pool(name: str, instance_type: str, limit: int) -> list[dict]:
    resource = next(iter(INSTANCE_TYPES[instance_type][3]))
    return [
        {"apiVersion": "karpenter.kwok.sh/v1alpha1", "kind": "KWOKNodeClass",
         "metadata": {"name": name}, "spec": {}},
        {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": name},
         "spec": {
             "limits": {resource: str(limit)},
             "disruption": {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "5s"},
             "template": {"spec": {
                 "nodeClassRef": {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass",
                                  "name": name},
                 "requirements": [
                     {"key": "node.kubernetes.io/instance-type", "operator": "In",
                      "values": [instance_type]},
                     {"key": "karpenter.sh/capacity-type", "operator": "In",
                      "values": ["on-demand"]},
                 ]}}}},
    ]


def inference_pool_definition() -> dict:
    """As much of the Inference Extension's definition as reading its pools takes. Theirs is in no
    module that can be fetched.
    """
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "inferencepools.inference.networking.k8s.io", "annotations": {
            "api-approved.kubernetes.io": "unapproved, a test's own"}},
        "spec": {
            "group": "inference.networking.k8s.io", "scope": "Namespaced",
            "names": {"kind": "InferencePool", "listKind": "InferencePoolList",
                      "plural": "inferencepools", "singular": "inferencepool"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                "openAPIV3Schema": {"type": "object", "properties": {"spec": {
                    "type": "object", "required": ["selector", "targetPorts"],
                    "x-kubernetes-preserve-unknown-fields": True}}}}}]},
    }


def claim_of_a_dry_pool(pool: str) -> dict:
    """What Karpenter would make for a pod of the pool. It launches this one as any other, finds that
    the class of its nodes is gone, and says what it says when a cloud has none left:
    an InsufficientCapacityError, whereupon it deletes the claim.
    """
    instance_type = next(name for name in INSTANCE_TYPES if name.startswith(f"{pool}."))
    accelerators = INSTANCE_TYPES[instance_type][3]
    return {
        "apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
        "metadata": {"generateName": f"{pool}-", "labels": {"karpenter.sh/nodepool": pool}},
        "spec": {
            "nodeClassRef": {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": pool},
            "requirements": [
                {"key": "karpenter.sh/nodepool", "operator": "In", "values": [pool]},
                {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
                {"key": "node.kubernetes.io/instance-type", "operator": "In",
                 "values": [instance_type]},
            ],
            "resources": {"requests": {"cpu": "3", "memory": "8Gi", **accelerators}}}}
