# SPDX-License-Identifier: Apache-2.0
"""The published JSON Schema against files: it must accept every example, refuse what is broken in
shape (shape_*.yaml), and accept what is broken only in meaning (meaning_*.yaml), where it ends and
`signalbox check` goes on. Run from the top of the tree."""

import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    sys.exit(f"{missing}: install the Debian packages python3-jsonschema and python3-yaml")


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: only true and false are booleans, so that `off` is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def main() -> int:
    schema = json.loads(pathlib.Path("schema/signalbox.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    broken = pathlib.Path("src/config/testdata/broken")
    groups = [
        ("accepts", sorted(pathlib.Path("examples").glob("*.yaml"))),
        ("accepts", sorted(broken.glob("meaning_*.yaml"))),
        ("refuses", sorted(broken.glob("shape_*.yaml"))),
    ]
    failures = 0
    for expected, files in groups:
        if not files:
            print("no files found: run this from the top of the tree")
            return 1
        for path in files:
            error = jsonschema.exceptions.best_match(
                validator.iter_errors(yaml.load(path.read_text(), Loader))
            )
            actual = "accepts" if error is None else "refuses"
            if actual != expected:
                failures += 1
                why = f": {error.json_path}: {error.message}" if error else ""
                print(f"{path}: the schema {actual} it, but should not{why}")
    print(f"{sum(len(files) for _, files in groups)} files, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
