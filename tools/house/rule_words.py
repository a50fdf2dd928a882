# SPDX-License-Identifier: Apache-2.0
"""Words: every source says under which licence it stands, and none holds an unkept promise."""

import cpp_text
from bans import Bans
from finding import Finding
from tree import CPP_HEADERS, CPP_SOURCES, Tree

RULES = {
    "spdx": "the first line of a source (the second, after #!) names the licence",
    "unfinished": "no marker of unfinished work stands in a source",
}

LICENCE = "SPDX-License-Identifier: Apache-2.0"
_SUFFIXES = CPP_SOURCES + CPP_HEADERS + (".py", ".sh", ".cmake", ".ts", ".js", ".proto")
_NAMES = ("CMakeLists.txt", "Makefile")


def check(tree: Tree, bans: Bans) -> list[Finding]:
    findings = []
    for path in tree.files:
        if not _is_source(tree, path):
            continue
        text = tree.text(path)
        if not _names_licence(text):
            findings.append(_no_licence(path))
        for ban in bans.words:
            for match in ban.pattern.finditer(text):
                line = cpp_text.line_of(text, match.start())
                what = f"`{match.group(0)}` marks unfinished work"
                findings.append(Finding(path, line, "unfinished", what, ban.reason, ban.instead))
    return findings


def _is_source(tree: Tree, path: str) -> bool:
    """By suffix or name; a file without a suffix is a source when it starts with #!."""
    name = path.rsplit("/", 1)[-1]
    if name.endswith(_SUFFIXES) or name in _NAMES:
        return True
    return "." not in name and tree.text(path).startswith("#!")


def _names_licence(text: str) -> bool:
    lines = text.split("\n", 2)[:2]
    if not lines[0].startswith("#!"):
        lines = lines[:1]
    return any(line.lstrip("#/* ").startswith(LICENCE) for line in lines)


def _no_licence(path: str) -> Finding:
    comment = "//" if path.endswith(CPP_SOURCES + CPP_HEADERS + (".ts", ".js", ".proto")) else "#"
    return Finding(
        path,
        1,
        "spdx",
        "the first line does not name the licence",
        "a file that travels alone must still say how it may be used",
        f"begin it with: {comment} {LICENCE}",
    )
