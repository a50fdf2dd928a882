# SPDX-License-Identifier: Apache-2.0
"""The chart as Helm renders it, and the plain manifests that are made of it."""

import re
import subprocess
from pathlib import Path

import yaml

import tools

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/signalbox"
MANIFESTS = ROOT / "deploy/manifests/signalbox.yaml"
NAMESPACE = "signalbox-system"

# Of Helm's alone: where there is no Helm they would only mislead.
HELMS_OWN = re.compile(r"^ *(helm\.sh/chart|app\.kubernetes\.io/managed-by): .*\n|^# Source: .*\n",
                       re.MULTILINE)
MANIFESTS_HEAD = """\
# SPDX-License-Identifier: Apache-2.0
#
# The chart deploy/helm/signalbox with its defaults, for those who do without Helm. It is made by
# test/cluster/chart.py --write; put the name of your image for "signalbox:". Needs deploy/crds.
apiVersion: v1
kind: Namespace
metadata:
  name: signalbox-system
  labels:
    pod-security.kubernetes.io/enforce: restricted
"""


class Refused(RuntimeError):
    """Helm would not; what it said is the message."""


def _helm(*words) -> str:
    done = subprocess.run([tools.build("helm"), *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused((done.stderr + done.stdout).strip())
    return done.stdout


def lint(values: Path) -> None:
    _helm("lint", "--strict", "--quiet", "--values", values, CHART)


def render(*options) -> str:
    """Its manifests, with the given further options of `helm template`."""
    return _helm("template", "signalbox", CHART, "--namespace", NAMESPACE, "--kube-version",
                 tools.KUBERNETES, *options)


def objects(rendered: str) -> list[dict]:
    return [each for each in yaml.safe_load_all(rendered) if each]


def plain_manifests() -> str:
    return MANIFESTS_HEAD + HELMS_OWN.sub("", render())


def configurations(rendered: str) -> dict[str, str]:
    """Each signalbox.yaml in it, by the name of its ConfigMap."""
    return {each["metadata"]["name"]: each["data"]["signalbox.yaml"]
            for each in objects(rendered) if each["kind"] == "ConfigMap"}
