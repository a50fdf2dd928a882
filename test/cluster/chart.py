#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything in deploy/, against the schemas of those it is for: seconds, without a cluster.

    test/cluster/chart.py                     fails where Helm cannot be had
    test/cluster/chart.py --where-possible    is left out there
    test/cluster/chart.py --write             writes deploy/manifests anew, and the chart's CRDs

Helm and kubeconform are built from pinned modules; schemas are made of what Kubernetes, KEDA, Karpenter
and the Prometheus operator publish. What `signalbox check` says of the configurations is asked of
build/release/signalbox where that is built.
"""

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import helm_chart
import modules
import schemas
import tools

ROOT = helm_chart.ROOT
CRDS = ROOT / "deploy/crds"
EXAMPLES = ROOT / "deploy/examples"
VALUES = Path(__file__).resolve().parent / "values"
BINARY = ROOT / "build/release/signalbox"
DOCUMENTATION = ROOT / "docs/kubernetes.md"

# What an operator may get wrong, and the words that Helm's answer must have.
BROKEN_VALUES = {
    "control.replicas=0": "/control/replicas",
    "gateway.replica=3": "'replica' not allowed",
    "gateway.service.type=None": "'ClusterIP', 'NodePort', 'LoadBalancer'",
    "gateway.config.listen=0.0.0.0:80": "/gateway/config/listen",
    "config.cluster.lease=mine": "/config/cluster/lease",
    "image.digest=latest": "/image/digest",
    "image.repository=": "/image/repository",
    "rbac.namespaces[0]=Models": "/rbac/namespaces/0",
    "serviceAccount.create=false": "/serviceAccount/name",
    "scaler.port=80": "/scaler/port",
}
# An InferencePool's definition is in no module that can be fetched; the e2e of the cluster brings its own.
WITHOUT_SCHEMA = ["InferencePool"]


class Differs(RuntimeError):
    """Something is not as it should be."""


def ok(words: str) -> None:
    print(f"  ok: {words}", flush=True)


def validate(schema_folder: Path, what: str, text: str) -> None:
    done = subprocess.run(
        [tools.build("kubeconform"), "-strict", "-skip", ",".join(WITHOUT_SCHEMA),
         "-schema-location", f"{schema_folder}/{schemas.LOCATION}", "-"],
        input=text, capture_output=True, text=True,
    )
    if done.returncode != 0:
        raise Differs(f"{what}:\n{done.stdout}{done.stderr}")


def check_configuration(name: str, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        # Secrets are mounted in the cluster only; what a file says of them is not in question.
        file.write(text)
        file.flush()
        done = subprocess.run([BINARY, "check", file.name], capture_output=True, text=True)
    if done.returncode != 0:
        raise Differs(f"signalbox check refuses {name}:\n{text}\n{done.stdout}{done.stderr}")


def check_charts(schema_folder: Path) -> None:
    for values in sorted(VALUES.glob("*.yaml")):
        helm_chart.lint(values)
        rendered = helm_chart.render("--values", values)
        validate(schema_folder, f"the chart with {values.name}", rendered)
        if BINARY.exists():
            for name, text in helm_chart.configurations(rendered).items():
                check_configuration(f"{values.name}: {name}", text)
        ok(f"{values.stem}: {len(helm_chart.objects(rendered))} objects are what they should be")


def check_broken_values() -> None:
    for setting, expected in BROKEN_VALUES.items():
        try:
            helm_chart.render("--set", setting)
        except helm_chart.Refused as refusal:
            if expected not in str(refusal):
                raise Differs(f"--set {setting}: the answer does not say {expected!r}:\n{refusal}")
        else:
            raise Differs(f"--set {setting} is accepted")
    ok(f"{len(BROKEN_VALUES)} values that cannot be meant are refused by name")


def rules_of(rendered: str) -> set[tuple[str, str]]:
    """(resource, verb) that the controllers are allowed."""
    return {(resource, verb)
            for each in helm_chart.objects(rendered) if each["kind"] in ("Role", "ClusterRole")
            for rule in each["rules"] for resource in rule["resources"] for verb in rule["verbs"]}


def check_least_privilege() -> None:
    """Neither wildcards nor secrets, and what is allowed has its reason in the documentation."""
    rules = rules_of(helm_chart.render("--values", VALUES / "everything.yaml"))
    for resource, verb in sorted(rules):
        if "*" in (resource, verb) or resource in ("secrets", "configmaps"):
            raise Differs(f"the controllers may {verb} {resource}")
    told = {}
    for line in DOCUMENTATION.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 3 and cells[0].startswith("`"):
            told.setdefault(cells[0].strip("`"), set()).update(
                verb.strip(" `") for verb in cells[1].split(","))
    for resource, verb in sorted(rules):
        if verb not in told.get(resource, ()):
            raise Differs(f"docs/kubernetes.md does not say why the controllers may {verb} {resource}")
    ok(f"{len(rules)} verbs on resources, each with its reason in docs/kubernetes.md")


def check_copies() -> None:
    if helm_chart.MANIFESTS.read_text() != helm_chart.plain_manifests():
        raise Differs("deploy/manifests is not what the chart renders: test/cluster/chart.py --write")
    for crd in sorted(CRDS.glob("*.yaml")):
        copy = helm_chart.CHART / "crds" / crd.name
        if not copy.exists() or not filecmp.cmp(crd, copy, shallow=False):
            raise Differs(f"the chart's {crd.name} is not deploy/crds': test/cluster/chart.py --write")
    ok("deploy/manifests and the chart's CRDs are up to date")


def check_examples(schema_folder: Path) -> None:
    for folder in sorted(EXAMPLES.iterdir()):
        if not folder.is_dir():
            continue
        found = []
        for file in sorted(folder.glob("*.yaml")):
            validate(schema_folder, str(file.relative_to(ROOT)), file.read_text())
            found += helm_chart.objects(file.read_text())
        check_belongs_together(folder.name, found)
        if BINARY.exists():
            check_configuration(f"what {folder.name} comes to", as_configuration(found))
        ok(f"example {folder.name}: {len(found)} objects")


def check_belongs_together(example: str, found: list[dict]) -> None:
    """What names another object of the example names one that is there, with the same bounds."""
    by_kind = {}
    for each in found:
        by_kind.setdefault(each["kind"], {})[each["metadata"]["name"]] = each
    units = by_kind.get("DeploymentUnit", {})
    for name, unit in units.items():
        workload = unit["spec"]["kubernetes"]
        for key, kind in (("deployment", "Deployment"), ("inference_pool", "InferencePool")):
            if key in workload and workload[key] not in by_kind.get(kind, {}):
                raise Differs(f"{example}: unit {name} names a {kind} that is not there")
    for name, service in by_kind.get("RoutedService", {}).items():
        unknown = set(service["spec"]["units"]) - set(units)
        if unknown:
            raise Differs(f"{example}: service {name} names {', '.join(unknown)}, which are no units")
    scaled = {}
    for name, each in by_kind.get("ScaledObject", {}).items():
        spec = each["spec"]
        unit = spec["triggers"][0]["metadata"]["unit"]
        scaled[unit] = each
        if units[unit]["spec"]["kubernetes"]["deployment"] != spec["scaleTargetRef"]["name"]:
            raise Differs(f"{example}: ScaledObject {name} scales another Deployment than its unit's")
        replicas = units[unit]["spec"]["replicas"]
        bounds = (spec["minReplicaCount"], spec["maxReplicaCount"])
        if bounds != (replicas.get("min", 0), replicas["max"]):
            raise Differs(f"{example}: ScaledObject {name} has other bounds than its unit")
        behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        if any(behavior[way]["tolerance"] != "0" for way in ("scaleUp", "scaleDown")):
            raise Differs(f"{example}: ScaledObject {name} overlooks small changes")
        # With no replicas at the least KEDA takes this for leave to stop all of them.
        if spec.get("fallback", {}).get("replicas") == 0:
            raise Differs(f"{example}: ScaledObject {name} falls back to nothing")
    for name, unit in units.items():
        if unit["spec"]["kubernetes"].get("scale", "keda") == "keda" and name not in scaled:
            raise Differs(f"{example}: nobody scales unit {name}")


def as_configuration(found: list[dict]) -> str:
    """The same services and units in one file, to be checked as any configuration is."""
    made = {"cluster": {}, "services": {}, "units": {}}
    for each in found:
        place = {"RoutedService": "services", "DeploymentUnit": "units"}.get(each["kind"])
        if place:
            made[place][each["metadata"]["name"]] = each["spec"]
    return yaml.safe_dump(made, sort_keys=False)


def write() -> None:
    helm_chart.MANIFESTS.parent.mkdir(parents=True, exist_ok=True)
    helm_chart.MANIFESTS.write_text(helm_chart.plain_manifests())
    for crd in sorted(CRDS.glob("*.yaml")):
        (helm_chart.CHART / "crds").mkdir(exist_ok=True)
        shutil.copyfile(crd, helm_chart.CHART / "crds" / crd.name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--where-possible", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    try:
        if options.write:
            write()
            return 0
        with tempfile.TemporaryDirectory(prefix="signalbox-chart-") as name:
            folder = Path(name)
            count = schemas.write(
                folder, modules.kubernetes_openapi(),
                modules.keda_crds() + modules.karpenter_crds() + modules.karpenter_aws_crds()
                + modules.prometheus_crds() + sorted(CRDS.glob("*.yaml")))
            ok(f"{count} schemas")
            check_charts(folder)
            check_broken_values()
            check_copies()
            check_examples(folder)
            check_least_privilege()
        if not BINARY.exists():
            print("  left out: signalbox check of the configurations (make build)")
    except tools.NotToBeHad as reason:
        print(f"e2e-chart: {'left out: ' if options.where_possible else ''}{reason}")
        return 0 if options.where_possible else 1
    except (Differs, helm_chart.Refused) as problem:
        print(f"e2e-chart: FAILED: {problem}", file=sys.stderr)
        return 1
    print("e2e-chart: all is as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
