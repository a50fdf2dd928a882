# SPDX-License-Identifier: Apache-2.0
"""The programs of a cluster, built from pinned Go modules and kept in the user's cache.

Each module is a folder with a go.mod and a go.sum, which pin everything down to the last checksum. What
was built lies under the hash of these two files, so a changed pin is a new folder, and what others
still use stays. Go's own cache makes a second build quick; the first takes half an hour for all of it.
"""

import hashlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


class NotToBeHad(RuntimeError):
    """A program that cannot be built here: no Go, or no way to its modules."""


@dataclass(frozen=True)
class Tool:
    module: str  # the folder, relative to this one
    package: str
    ldflags: str = ""


KUBERNETES = "v1.35.4"


def _stamped() -> str:
    """kube-apiserver does not start without knowing its own version."""
    major, minor = KUBERNETES[1:].split(".")[:2]
    at = "k8s.io/component-base/version"
    return (f"-X {at}.gitVersion={KUBERNETES} -X {at}.gitMajor={major} -X {at}.gitMinor={minor} "
            f"-X {at}.gitTreeState=clean")


TOOLS = {
    "helm": Tool("helm", "helm.sh/helm/v3/cmd/helm"),
    "kubeconform": Tool("helm", "github.com/yannh/kubeconform/cmd/kubeconform"),
    "etcd": Tool(".", "go.etcd.io/etcd/server/v3"),
    "kwok": Tool("kwok", "sigs.k8s.io/kwok/cmd/kwok"),
    "kube-apiserver": Tool(".", "k8s.io/kubernetes/cmd/kube-apiserver", _stamped()),
    "kube-controller-manager":
        Tool(".", "k8s.io/kubernetes/cmd/kube-controller-manager", _stamped()),
    "kube-scheduler": Tool(".", "k8s.io/kubernetes/cmd/kube-scheduler", _stamped()),
    "kubectl": Tool(".", "k8s.io/kubernetes/cmd/kubectl", _stamped()),
    "karpenter-kwok": Tool("karpenter", "sigs.k8s.io/karpenter/kwok"),
    "keda-adapter": Tool("keda", "github.com/kedacore/keda/v2/cmd/adapter"),
    "keda-operator": Tool("keda", "github.com/kedacore/keda/v2/cmd/operator"),
}


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "signalbox" / "cluster"


def place(name: str) -> Path:
    """Where the program lies, or would."""
    folder = HERE / TOOLS[name].module
    pins = (folder / "go.mod").read_bytes() + (folder / "go.sum").read_bytes()
    return cache_folder() / hashlib.sha256(pins).hexdigest()[:16] / name


def missing(names) -> list[str]:
    return [name for name in names if not place(name).exists()]


def build(name: str) -> Path:
    """The program; built when it is not there yet."""
    program = place(name)
    if program.exists():
        return program
    if shutil.which("go") is None:
        raise NotToBeHad(f"{name} is built with Go, and there is none; see https://go.dev/dl/")
    tool = TOOLS[name]
    program.parent.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_suffix(".new")
    began = time.monotonic()
    print(f"building {name} ({tool.package})", flush=True)
    done = subprocess.run(
        ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w {tool.ldflags}".strip(),
         "-o", unfinished, tool.package],
        cwd=HERE / tool.module, capture_output=True, text=True,
    )
    if done.returncode != 0:
        said = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise NotToBeHad(f"go could not build {name} (test/cluster/{tool.module}/go.mod):\n{said}")
    unfinished.rename(program)
    print(f"  {program.stat().st_size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s", flush=True)
    return program
