# SPDX-License-Identifier: Apache-2.0
"""JSON schemas of everything we deploy, as strict as the API server, made of its own descriptions
and of the CRDs of those whose resources we write. kubeconform then needs no network, and a misspelt key,
which the API server would drop with a warning at best, is an error.
"""

import json
from pathlib import Path

import yaml

PREFIX = "#/components/schemas/"
# What kubeconform is told with -schema-location.
LOCATION = "{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json"


def file_name(group: str, version: str, kind: str) -> str:
    # Of core's resources, which have no group, kubeconform says the version in its place.
    return f"{group or version}_{version}_{kind.lower()}.json"


def strict(node):
    """The same schema in which an object with known keys has no others."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {}
    for key, value in node.items():
        if key == "$ref":
            made[key] = value.replace(PREFIX, "#/definitions/")
        elif key == "properties":
            made[key] = {name: strict(each) for name, each in value.items()}
        elif key in ("enum", "required", "default", "example"):
            made[key] = value
        else:
            made[key] = strict(value)
    if made.pop("x-kubernetes-int-or-string", False) or made.get("format") == "int-or-string":
        made.pop("type", None)
        made.pop("format", None)
        made.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    if "properties" in made and not made.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    if made.pop("nullable", False) and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    # CEL is asked of the real API server (run.py); here it would only be in the way.
    for key in [key for key in made if key.startswith("x-kubernetes-")]:
        del made[key]
    return made


def of_openapi(files: list[Path]):
    """(file name, schema) of each kind in the API server's own descriptions."""
    for file in files:
        schemas = json.loads(file.read_text()).get("components", {}).get("schemas", {})
        definitions = {name: strict(schema) for name, schema in schemas.items()}
        for name, schema in schemas.items():
            for which in schema.get("x-kubernetes-group-version-kind", []):
                # The first folder of the path is the group; core's is empty.
                if len(schema["x-kubernetes-group-version-kind"]) > 1:
                    continue  # what every group has, such as DeleteOptions
                yield (file_name(which["group"], which["version"], which["kind"]),
                       {"$ref": f"#/definitions/{name}", "definitions": definitions})


def of_crds(files: list[Path]):
    for file in files:
        for crd in yaml.safe_load_all(file.read_text()):
            if not crd or crd.get("kind") != "CustomResourceDefinition":
                continue
            spec = crd["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                yield (file_name(spec["group"], version["name"], spec["names"]["kind"]), schema)


def write(folder: Path, openapi: list[Path], crds: list[Path]) -> int:
    """All of them into the folder, and how many they are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, schema in (*of_openapi(openapi), *of_crds(crds)):
        (folder / name).write_text(json.dumps(schema))
        count += 1
    return count
