# SPDX-License-Identifier: Apache-2.0
"""Files that others publish inside Go modules, read in place: definitions of custom resources, and
what the API server says of its own. Nothing of them is copied into this tree; the version is the pin, and
Go checks what it fetches against the public checksums.
"""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tools import KUBERNETES, NotToBeHad

KEDA = ("github.com/kedacore/keda/v2", "v2.20.2")
KARPENTER = ("sigs.k8s.io/karpenter", "v1.14.1")
KARPENTER_AWS = ("github.com/aws/karpenter-provider-aws", "v1.14.1")
PROMETHEUS_OPERATOR = ("github.com/prometheus-operator/prometheus-operator", "v0.85.0")
KWOK = ("sigs.k8s.io/kwok", "v0.8.0")


@cache
def folder(module: tuple[str, str]) -> Path:
    """Where the module's files are; fetched at the first time."""
    if shutil.which("go") is None:
        raise NotToBeHad("modules are fetched with Go, and there is none; see https://go.dev/dl/")
    name = "@".join(module)
    # From a folder without a go.mod: a module of ours would have to list what it only reads.
    done = subprocess.run(["go", "mod", "download", "-json", name], cwd="/", capture_output=True,
                          text=True)
    try:
        found = json.loads(done.stdout)
    except json.JSONDecodeError:
        found = {"Error": done.stderr.strip() or "go said nothing"}
    if "Dir" not in found:
        raise NotToBeHad(f"{name} cannot be fetched: {found.get('Error', 'no reason given')}")
    return Path(found["Dir"])


def keda_crds() -> list[Path]:
    return sorted((folder(KEDA) / "config/crd/bases").glob("*.yaml"))


def karpenter_crds() -> list[Path]:
    return sorted((folder(KARPENTER) / "pkg/apis/crds").glob("karpenter.sh_*.yaml"))


def karpenter_kwok_crds() -> list[Path]:
    return sorted((folder(KARPENTER) / "kwok/apis/crds").glob("*.yaml"))


def karpenter_aws_crds() -> list[Path]:
    return [folder(KARPENTER_AWS) / "pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml"]


def prometheus_crds() -> list[Path]:
    return [folder(PROMETHEUS_OPERATOR)
            / "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"]


def kubernetes_openapi() -> list[Path]:
    """What the API server publishes of its own resources, one file for each group and version."""
    return sorted((folder(("k8s.io/kubernetes", KUBERNETES)) / "api/openapi-spec/v3").glob("*.json"))
