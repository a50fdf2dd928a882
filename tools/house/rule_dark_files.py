# SPDX-License-Identifier: Apache-2.0
"""No dark file: a source that no target builds rots unseen, and a test that no one runs lies."""

import cpp_text
from build_record import Compiled
from finding import Finding
from tree import Tree

RULES = {
    "dark-source": "every source under src/, test/, fuzz/ and bench/ is built by some target",
    "dark-test": "every *_test.cc is part of a test binary, which ctest runs",
    "dark-header": "every header is included by somebody",
}


def check(tree: Tree, compiled: list[Compiled]) -> list[Finding]:
    return _sources(tree, compiled) + _headers(tree)


def _sources(tree: Tree, compiled: list[Compiled]) -> list[Finding]:
    targets: dict[str, set[str]] = {}
    for entry in compiled:
        targets.setdefault(entry.path, set()).add(entry.target)
    findings = []
    for path in tree.cpp_sources():
        builders = targets.get(path, set())
        is_test = path.rsplit(".", 1)[0].endswith("_test")
        if not builders:
            findings.append(_dark_source(path, is_test))
        elif is_test and not any(target.startswith("test_") for target in builders):
            findings.append(_dark_test(path, builders))
    return findings


def _headers(tree: Tree) -> list[Finding]:
    included = set()
    for path in tree.cpp_files():
        for include in cpp_text.includes(tree.text(path)):
            target = tree.resolve_include(path, include.name) if include.style == '"' else None
            if target is not None and target != path:
                included.add(target)
    return [
        Finding(
            path,
            1,
            "dark-header",
            "no file includes this header",
            "what nobody includes is not compiled, not tested, and read for nothing",
            "include it where it belongs, or delete it",
        )
        for path in tree.cpp_headers()
        if path not in included
    ]


def _dark_source(path: str, is_test: bool) -> Finding:
    listed = "signalbox_test(...)" if is_test else "SOURCES of signalbox_room(...)"
    return Finding(
        path,
        1,
        "dark-source",
        "no target builds this file",
        "a source outside the build rots unseen",
        f"list it in {_list_file(path)} under {listed} and configure again, or delete it",
    )


def _dark_test(path: str, builders: set[str]) -> Finding:
    return Finding(
        path,
        1,
        "dark-test",
        f"this test is compiled into {', '.join(sorted(builders))}, which is no test binary",
        "ctest runs only what signalbox_test() declares",
        f"list it in {_list_file(path)} under signalbox_test(...)",
    )


def _list_file(path: str) -> str:
    parts = path.split("/")
    depth = 2 if parts[0] == "src" else 1
    return "/".join(parts[:depth]) + "/CMakeLists.txt"
