# SPDX-License-Identifier: Apache-2.0
"""Signalbox in the cluster: the chart's objects, and for each of its pods that kwok declares running the
real program, at the pod's address, with the pod's configuration and a token that is bound to the pod. So
it has exactly the rights that the chart gives it, and the API server's audit log tells the pods apart.

The servers that it directs are emulated: whatever address a pod of theirs gets, an accelerator of its
unit answers there.
"""

import contextlib
import json
import re
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import helm_chart
import network
import tools
from control_plane import ControlPlane
from processes import Processes, eventually

BINARY = helm_chart.ROOT / "build/release/signalbox"
VALUES = Path(__file__).resolve().parent / "values/cluster.yaml"
NAMESPACE = helm_chart.NAMESPACE
MODELS = "models"
CREDENTIALS = "/run/secrets/kubernetes.io/serviceaccount"

# Of each unit: its pool's resource, port, price, the most replicas.
UNITS = {
    "alpha": {"pool": "inf2", "resource": "aws.amazon.com/neuron", "hardware": "inf2.xlarge",
              "port": 8001, "price": 0.7582, "max": 10},
    "beta": {"pool": "g6", "resource": "nvidia.com/gpu", "hardware": "g6.xlarge",
             "port": 8002, "price": 0.8048, "max": 10},
}
# Replicas of other kinds of workloads, one of each, at alpha's port; the last is scaled by Signalbox
# itself.
OTHERS = {
    "stateful": {"stateful_set": "stateful", "port": 8001, "scale": "none"},
    "served": {"service": "served", "scale": "none"},
    "pooled": {"inference_pool": "pooled", "scale": "none"},
    "direct": {"deployment": "direct", "port": 8001, "scale": "direct"},
}
DIRECT_REPLICAS = 2
PLATEAU_PER_MIN = 120  # of one replica: a request takes half a second
SERVICE = "images"


def unit_spec(name: str) -> dict:
    unit = UNITS[name]
    return {"kubernetes": {"deployment": name, "port": unit["port"]}, "hardware": unit["hardware"],
            "price": f"{unit['price']} USD/hour", "plateau": f"{PLATEAU_PER_MIN}/min",
            "replicas": {"min": 0, "max": unit["max"]}, "boot": {"min": "2s", "max": "15s"},
            "health": {"interval": "500ms", "timeout": "400ms"}}


def service_spec() -> dict:
    return {"paths": ["/genimage"], "objective": {"latency": "3s", "quantile": "95%"},
            "policy": "cost_first", "patience": "2m", "units": list(UNITS)}


def workload(name: str) -> dict:
    """As an operator would write it; how many pods there are is KEDA's to say."""
    unit = UNITS[name]
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": MODELS},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"nodeSelector": {"karpenter.sh/nodepool": unit["pool"]}, "containers": [{
                "name": "server", "image": "registry.example.com/server:1",
                "ports": [{"containerPort": unit["port"]}],
                "resources": {"requests": {"cpu": "3", "memory": "8Gi", unit["resource"]: "1"},
                              "limits": {unit["resource"]: "1"}}}]}}}}


def other_workloads() -> list[dict]:
    """Pods on nodes that are there, and what names them."""
    made = []
    for name in OTHERS:
        kind = "StatefulSet" if name == "stateful" else "Deployment"
        made.append({
            "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": MODELS},
            "spec": {"selector": {"matchLabels": {"app": name}},
                     **({"serviceName": name} if kind == "StatefulSet" else {}),
                     "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [
                         {"name": "server", "image": "registry.example.com/server:1",
                          "ports": [{"containerPort": 8001}]}]}}}})
    made.append({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "served", "namespace": MODELS},
        "spec": {"selector": {"app": "served"}, "ports": [{"port": 80, "targetPort": 8001}]}})
    made.append({
        "apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool",
        "metadata": {"name": "pooled", "namespace": MODELS},
        "spec": {"selector": {"matchLabels": {"app": "pooled"}}, "targetPorts": [{"number": 8001}]}})
    return made


def scaled_object(name: str) -> dict:
    at_once = {"tolerance": "0", "stabilizationWindowSeconds": 0,
               "policies": [{"type": "Pods", "value": 50, "periodSeconds": 15}]}
    return {
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": name, "namespace": MODELS},
        "spec": {
            "scaleTargetRef": {"name": name}, "pollingInterval": 2, "cooldownPeriod": 5,
            "minReplicaCount": 0, "maxReplicaCount": UNITS[name]["max"],
            "advanced": {"horizontalPodAutoscalerConfig": {
                "behavior": {"scaleUp": at_once, "scaleDown": at_once}}},
            "triggers": [{"type": "external-push", "metricType": "AverageValue", "metadata": {
                "scalerAddress": f"signalbox-scaler.{NAMESPACE}.svc:9904", "unit": name}}]}}


def our_resources() -> list[dict]:
    made = [{"apiVersion": "signalbox.dev/v1alpha1", "kind": "RoutedService",
             "metadata": {"name": SERVICE, "namespace": MODELS}, "spec": service_spec()}]
    made.append({"apiVersion": "signalbox.dev/v1alpha1", "kind": "RoutedService",
                 "metadata": {"name": "others", "namespace": MODELS},
                 "spec": {"paths": ["/others"], "units": list(OTHERS)}})
    specs = {name: unit_spec(name) for name in UNITS}
    for name, where in OTHERS.items():
        specs[name] = {"kubernetes": where, "price": "1 USD/hour",
                       "plateau": f"{PLATEAU_PER_MIN}/min"}
        if where["scale"] == "direct":
            specs[name]["replicas"] = {"min": DIRECT_REPLICAS, "max": DIRECT_REPLICAS}
    return made + [{"apiVersion": "signalbox.dev/v1alpha1", "kind": "DeploymentUnit",
                    "metadata": {"name": name, "namespace": MODELS}, "spec": spec}
                   for name, spec in specs.items()]


def start_servers(processes: Processes, folder: Path) -> None:
    """An accelerator of each unit at every address that a pod may get."""
    network_part = network.POD_NETWORK.rsplit(".", 1)[0]
    units = {}
    for name, unit in UNITS.items():
        spec = {key: value for key, value in unit_spec(name).items()
                if key in ("price", "plateau", "hardware")}
        units[name] = spec | {"endpoints": [f"{network_part}.{host}:{unit['port']}"
                                            for host in range(1, 255)]}
    path = folder / "emulate.yaml"
    path.write_text(json.dumps({"services": {SERVICE: service_spec()}, "units": units}))
    processes.start("emulate", [BINARY, "emulate", "--config", path, "--control",
                                "127.0.0.1:9100"])
    eventually("the emulated servers answer", lambda: urllib.request.urlopen(
        f"http://{network_part}.7:8001/health", timeout=1).status == 200, 30)


class Pod:
    """One of the chart's pods, and the program in it."""

    def __init__(self, fleet: "Fleet", description: dict, number: int):
        self._fleet = fleet
        self.name = description["metadata"]["name"]
        self.component = description["metadata"]["labels"]["app.kubernetes.io/component"]
        self.address = description["status"]["podIP"]
        # In a pod of its own each would listen on the same loopback address.
        self.admin = f"127.0.1.{number}:9901"

    @property
    def process(self) -> str:
        return f"{self.component}-{self.address}"

    def start(self) -> None:
        fleet, folder = self._fleet, self._fleet.folder / self.name
        folder.mkdir(exist_ok=True)
        text = fleet.configurations[f"signalbox-{self.component}"]
        text = text.replace("0.0.0.0", self.address).replace("/var/lib/signalbox", str(folder))
        config = folder / "signalbox.yaml"
        config.write_text(re.sub(r"^gateway:\n", f"gateway:\n  admin: {self.admin}\n", text,
                                 flags=re.MULTILINE))
        command = [BINARY, self.component, "--config", config]
        # The name that a kubelet would give its host, and what it would mount into the container.
        private = 'hostname "$1" && shift && exec "$@"'
        if self.component == "control":
            self.write_credentials(folder)
            private = f'mount --bind "$0" {CREDENTIALS} && {private}'
        command = ["unshare", "--mount", "--uts", "sh", "-c", private, folder, self.name, *command]
        fleet.processes.start(self.process, command, {
            "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "6443",
            "POD_IP": self.address})

    def write_credentials(self, folder: Path) -> None:
        plane = self._fleet.plane
        (folder / "token").write_text(plane.kubectl(
            "create", "token", "signalbox", "-n", NAMESPACE, "--bound-object-kind=Pod",
            f"--bound-object-name={self.name}", "--duration=1h").strip())
        (folder / "ca.crt").write_bytes(plane.authority.certificate.read_bytes())
        (folder / "namespace").write_text(NAMESPACE)

    def fleet_page(self) -> dict:
        with urllib.request.urlopen(f"http://{self.admin}/fleet", timeout=2) as page:
            return json.load(page)

    def is_ready(self) -> bool:
        with urllib.request.urlopen(f"http://{self.admin}/readyz", timeout=2) as page:
            return page.status == 200

    def unit(self, name: str) -> dict:
        return next(each for each in self.fleet_page()["units"] if each["name"] == name)

    def service(self) -> dict:
        return next(each for each in self.fleet_page()["services"] if each["name"] == SERVICE)


class Fleet:
    def __init__(self, plane: ControlPlane, processes: Processes, names: network.Names):
        self.plane, self.processes, self._names = plane, processes, names
        self.folder = plane.folder
        self.configurations = {}
        self.pods: list[Pod] = []

    def install(self) -> None:
        plane = self.plane
        plane.apply_files(sorted((helm_chart.ROOT / "deploy/crds").glob("*.yaml")))
        rendered = helm_chart.render("--values", VALUES)
        self.configurations = helm_chart.configurations(rendered)
        # The strictest that a namespace can be: what the chart makes must be let in.
        plane.apply([
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {
                "name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": MODELS}}])
        plane.apply(rendered)
        wanted = sum(each["spec"]["replicas"] for each in helm_chart.objects(rendered)
                     if each["kind"] == "Deployment")
        found, _ = eventually("the chart's pods run", lambda: self._running(wanted), 60)
        self.pods = [Pod(self, each, number) for number, each in enumerate(found, start=1)]
        controllers = [pod.address for pod in self.controllers()]
        for service in ("link", "scaler"):
            self._names.give(f"signalbox-{service}.{NAMESPACE}.svc", controllers)

    def _running(self, wanted: int) -> list[dict]:
        found = [each for each in self.plane.get("pods", "-n", NAMESPACE)["items"]
                 if each["status"].get("podIP") and each["status"]["phase"] == "Running"]
        return found if len(found) == wanted else []

    def start(self) -> None:
        for pod in self.pods:
            pod.start()

    def controllers(self) -> list[Pod]:
        return [pod for pod in self.pods if pod.component == "control"]

    def gateways(self) -> list[Pod]:
        return [pod for pod in self.pods if pod.component == "gateway"]

    def leader(self) -> Pod:
        """By what the Lease says."""
        holder = self.plane.get("lease", "signalbox", "-n", NAMESPACE)["spec"]["holderIdentity"]
        return next(pod for pod in self.controllers() if holder.startswith(pod.name)
                    and self.processes.is_running(pod.process))

    def keep_timeline(self) -> None:
        """What was wanted and what was there, each second, for whoever reads the logs."""
        def write() -> None:
            with (self.folder / "timeline.txt").open("w") as file:
                while True:
                    with contextlib.suppress(OSError, ValueError, StopIteration, KeyError,
                                             subprocess.SubprocessError):
                        leader = self.leader()
                        states = {name: leader.unit(name)["replicas"] | {
                            "deployment": self.replicas(name)} for name in UNITS}
                        print(time.strftime("%H:%M:%S", time.gmtime()), leader.service()["mode"],
                              json.dumps(states), file=file, flush=True)
                    time.sleep(1.0)
        threading.Thread(target=write, daemon=True).start()

    def replicas(self, unit: str) -> int:
        """What KEDA's autoscaler has made of the Deployment."""
        return self.plane.get("deployment", unit, "-n", MODELS)["spec"].get("replicas", 1)
