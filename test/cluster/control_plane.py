# SPDX-License-Identifier: Apache-2.0
"""etcd, kube-apiserver, kube-controller-manager and kube-scheduler, as they run everywhere, on this
machine's loopback, and kubectl to speak to them.
"""

import json
import secrets
import subprocess
import urllib.request
from pathlib import Path

import certificates
import network
import tools
from processes import Processes, eventually

API = "https://127.0.0.1:6443"
# Everything that our own controllers ask, and every change that anybody makes.
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Metadata", "userGroups": ["system:serviceaccounts:signalbox-system"]},
        {"level": "None"},
    ],
}


class ControlPlane:
    def __init__(self, processes: Processes, folder: Path):
        self._processes, self.folder = processes, folder
        self.authority = certificates.Authority(folder / "certificates")
        self._serving = self.authority.issue(
            "apiserver", "/CN=kube-apiserver",
            ["localhost", "kubernetes", "kubernetes.default.svc"])
        self._front = self.authority.issue("front-proxy", "/CN=front-proxy", ["front-proxy"])
        self._private, self._public = certificates.signing_key(folder)
        self.audit_log = folder / "audit.log"
        self._tokens = {name: secrets.token_hex(16) for name in
                        ("admin", "controller-manager", "scheduler", "kwok", "keda", "karpenter")}
        (folder / "tokens.csv").write_text("".join(
            f'{token},{name},{name},"system:masters"\n' for name, token in self._tokens.items()))
        (folder / "audit-policy.json").write_text(json.dumps(AUDIT_POLICY))
        for name, token in self._tokens.items():
            self.write_kubeconfig(name, token)

    def write_kubeconfig(self, name: str, token: str) -> Path:
        path = self.kubeconfig(name)
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "cluster",
            "clusters": [{"name": "cluster", "cluster": {
                "server": API, "certificate-authority": str(self.authority.certificate)}}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": "cluster", "context": {"cluster": "cluster", "user": name}}],
        }))
        return path

    def kubeconfig(self, name: str) -> Path:
        return self.folder / f"{name}.kubeconfig"

    def start(self) -> None:
        self.start_etcd()
        self.start_api_server()
        common = ["--authentication-skip-lookup=true", "--bind-address=127.0.0.1",
                  "--leader-elect=false"]
        kubeconfig = self.kubeconfig("controller-manager")
        self._processes.start("controller-manager", [
            tools.build("kube-controller-manager"), *common, f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}", f"--authorization-kubeconfig={kubeconfig}",
            f"--service-account-private-key-file={self._private}",
            f"--root-ca-file={self.authority.certificate}",
            "--horizontal-pod-autoscaler-sync-period=5s",
        ])
        kubeconfig = self.kubeconfig("scheduler")
        self._processes.start("scheduler", [
            tools.build("kube-scheduler"), *common, f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}", f"--authorization-kubeconfig={kubeconfig}",
        ])

    def start_etcd(self) -> None:
        # Nothing here outlives a loss of power, so nothing waits for a disk.
        self._processes.start("etcd", [
            tools.build("etcd"), "--unsafe-no-fsync", f"--data-dir={self.folder / 'etcd'}",
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380", "--log-level=warn",
        ])
        eventually("etcd answers", lambda: urllib.request.urlopen(
            "http://127.0.0.1:2379/health", timeout=1).status == 200, 30)

    def start_api_server(self) -> float:
        """Seconds until it is ready."""
        self._processes.start("apiserver", [
            tools.build("kube-apiserver"), "--etcd-servers=http://127.0.0.1:2379",
            "--bind-address=127.0.0.1", "--secure-port=6443",
            f"--advertise-address={network.API_ADDRESS}", "--endpoint-reconciler-type=none",
            f"--tls-cert-file={self._serving / 'tls.crt'}",
            f"--tls-private-key-file={self._serving / 'tls.key'}",
            f"--client-ca-file={self.authority.certificate}",
            f"--token-auth-file={self.folder / 'tokens.csv'}", "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._public}",
            f"--service-account-signing-key-file={self._private}",
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--requestheader-client-ca-file={self.authority.certificate}",
            "--requestheader-allowed-names=front-proxy",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            f"--proxy-client-cert-file={self._front / 'tls.crt'}",
            f"--proxy-client-key-file={self._front / 'tls.key'}",
            f"--audit-policy-file={self.folder / 'audit-policy.json'}",
            f"--audit-log-path={self.audit_log}", "--profiling=false",
        ])
        return eventually("the API server is ready",
                          lambda: self.kubectl("get", "--raw", "/readyz") == "ok", 90)[1]

    def stop_api_server(self) -> None:
        self._processes.end("apiserver")

    def kubectl(self, *words, given: str | None = None) -> str:
        done = subprocess.run(
            [tools.build("kubectl"), f"--kubeconfig={self.kubeconfig('admin')}", *words],
            input=given, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, words, done.stdout,
                                                done.stderr.strip())
        return done.stdout

    def get(self, *words) -> dict:
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def apply(self, objects: list[dict] | str) -> str:
        """Server-side, as an operator's pipeline would."""
        given = objects if isinstance(objects, str) else json.dumps(
            {"apiVersion": "v1", "kind": "List", "items": objects})
        return self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", given=given)

    def apply_files(self, files: list[Path]) -> None:
        for file in files:
            self.kubectl("apply", "--server-side", "-f", file)
        if any("CustomResourceDefinition" in file.read_text() for file in files):
            self.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
