# SPDX-License-Identifier: Apache-2.0
"""What the real API server, KEDA and Karpenter make of our files, and what they do by themselves that
our own contracts rest on. None of our programs runs yet.
"""

import http.server
import json
import subprocess
import threading

import helm_chart
import modules
import neighbours
from control_plane import ControlPlane
from processes import Differs, eventually

EXAMPLES = helm_chart.ROOT / "deploy/examples"

# (kind, spec, words that the answer must have)
BROKEN_OBJECTS = [
    ("DeploymentUnit", {"price": "1 USD/hour", "plateau": "60/min",
                        "kubernetes": {"deployment": "a", "port": 1}}, "'replicas'"),
    ("DeploymentUnit", {"price": "1", "plateau": "60/min", "endpoints": ["10.0.0.1:80"]},
     "spec.price"),
    ("DeploymentUnit", {"price": "1 USD/hour", "endpoints": ["10.0.0.1:80"]},
     "exactly one of 'plateau', 'latency_curve'"),
    ("RoutedService", {"policy": "cheapest"}, "spec.policy"),
]


def everything_is_accepted(plane: ControlPlane) -> str:
    """By the API server itself, dry: defaults, CEL and admission included."""
    plane.apply_files(sorted((helm_chart.ROOT / "deploy/crds").glob("*.yaml")))
    plane.apply_files(modules.karpenter_aws_crds() + modules.prometheus_crds())
    plane.apply([neighbours.inference_pool_definition()])
    plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    for namespace in ("models", "more-models", helm_chart.NAMESPACE):
        plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}])
    count = 0
    for file in [helm_chart.MANIFESTS, *sorted(EXAMPLES.glob("*/*.yaml"))]:
        try:
            said = plane.kubectl("apply", "--server-side", "--dry-run=server", "--force-conflicts",
                                 "-f", file)
        except subprocess.CalledProcessError as refusal:
            raise Differs(f"{file}: {refusal.stderr}") from None
        if "Warning" in said:
            raise Differs(f"{file}: {said}")
        count += len(said.splitlines())
    for kind, spec, expected in BROKEN_OBJECTS:
        try:
            plane.apply([{"apiVersion": "signalbox.dev/v1alpha1", "kind": kind,
                          "metadata": {"name": "broken", "namespace": "models"}, "spec": spec}])
        except subprocess.CalledProcessError as refusal:
            if expected not in refusal.stderr:
                raise Differs(f"a broken {kind} is refused without {expected!r}: {refusal.stderr}") \
                    from None
        else:
            raise Differs(f"a broken {kind} is accepted: {spec}")
    return f"{count} objects accepted, {len(BROKEN_OBJECTS)} broken ones refused in words"


class _Number(http.server.BaseHTTPRequestHandler):
    """A page with a number, which KEDA's metrics-api scaler reads."""

    value = 0

    def do_GET(self) -> None:
        body = json.dumps({"value": type(self).value}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


def _follower(name: str, behavior: dict, url: str) -> list[dict]:
    """A Deployment on fake nodes, and a ScaledObject that follows the page."""
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": name, "namespace": "default"},
         "spec": {"selector": {"matchLabels": {"app": name}}, "template": {
             "metadata": {"labels": {"app": name}},
             "spec": {"containers": [{"name": "any", "image": "any"}]}}}},
        {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
         "metadata": {"name": name, "namespace": "default"},
         "spec": {"scaleTargetRef": {"name": name}, "pollingInterval": 2, "cooldownPeriod": 3,
                  "minReplicaCount": 0, "maxReplicaCount": 40,
                  "advanced": {"horizontalPodAutoscalerConfig": {
                      "behavior": {"scaleUp": behavior, "scaleDown": behavior}}},
                  "triggers": [{"type": "metrics-api", "metricType": "AverageValue", "metadata": {
                      "targetValue": "1", "url": url, "valueLocation": "value"}}]}},
    ]


def small_changes_are_lost_without_tolerance(plane: ControlPlane) -> str:
    """Why each of our ScaledObjects says tolerance "0": two followers of one number."""
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Number)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{page.server_port}/"
    at_once = {"stabilizationWindowSeconds": 0,
               "policies": [{"type": "Pods", "value": 50, "periodSeconds": 15}]}
    exact = at_once | {"tolerance": "0"}
    plane.apply(_follower("exact", exact, url) + _follower("by-default", at_once, url))

    def replicas(name: str) -> int:
        return plane.get("deployment", name)["spec"]["replicas"]

    told = []
    for number in (20, 21, 0):
        _Number.value = number
        _, took_s = eventually(f"KEDA makes it {number}", lambda: replicas("exact") == number, 60)
        told.append(f"{number} in {took_s:.0f} s")
        if number == 21 and replicas("by-default") != 20:
            raise Differs("without tolerance 21 of 20 was not overlooked; is the trap gone?")
    for name in ("exact", "by-default"):
        plane.kubectl("delete", "scaledobject,deployment", name, "--wait=false")
    page.shutdown()
    return f"{', '.join(told)}; 21 stays 20 without tolerance \"0\""
