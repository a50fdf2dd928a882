# SPDX-License-Identifier: Apache-2.0
"""Purity: src/core and src/base decide, and touch nothing: no clock, thread, I/O, environment.

Looked for twice. In the source, for a message at the very line, tests included; and in the object
files, because a macro, an alias or a third-party header can hide in the source what the linker
still has to find.
"""

import subprocess
from pathlib import Path

import cpp_text
from bans import Ban, Bans
from build_record import Compiled
from finding import CannotCheck, Finding
from tree import Tree

RULES = {
    "pure-source": "src/core and src/base name no clock, thread, lock, random, environment or I/O",
    "pure-object": "neither do their object files, as `nm` shows the symbols they need",
}


def check_sources(tree: Tree, bans: Bans) -> list[Finding]:
    findings = []
    for path in filter(bans.is_pure, tree.cpp_files()):
        text = tree.text(path)
        for include in cpp_text.includes(text):
            if include.style != "<":
                continue
            for ban in _matching(bans.includes, include.name):
                findings.append(_source(path, include.line, f"#include <{include.name}>", ban))
        code = cpp_text.code_only(text)
        seen = set()
        for ban in bans.tokens:
            for match in ban.pattern.finditer(code):
                start = match.start() + len(match.group(0)) - len(match.group(0).lstrip())
                line = cpp_text.line_of(code, start)
                if (line, ban.topic) not in seen:
                    seen.add((line, ban.topic))
                    findings.append(_source(path, line, f"`{match.group(0).strip()}`", ban))
    return findings


def check_objects(compiled: list[Compiled], bans: Bans) -> list[Finding]:
    """Objects of tests are exempt: GoogleTest itself reads clocks and prints."""
    pure = [
        entry
        for entry in compiled
        if bans.is_pure(entry.path) and not entry.path.rsplit(".", 1)[0].endswith("_test")
    ]
    findings = [_not_built(entry) for entry in pure if not entry.object_file.exists()]
    built = {str(entry.object_file): entry for entry in pure if entry.object_file.exists()}
    for object_file, symbol in undefined_symbols([Path(name) for name in built]):
        for ban in _matching(bans.symbols, symbol):
            findings.append(_object(built[object_file].path, symbol, ban))
    return findings


def undefined_symbols(objects: list[Path]) -> list[tuple[str, str]]:
    """(object, symbol it needs), demangled. Weak needs count too: std::mutex was one, once."""
    if not objects:
        return []
    command = ["nm", "--demangle", "--undefined-only", "--print-file-name", *map(str, objects)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise CannotCheck("nm is not installed (Debian package binutils)") from error
    except subprocess.CalledProcessError as error:
        raise CannotCheck(f"nm failed: {error.stderr.strip()}") from error
    needs = []
    for line in run.stdout.splitlines():
        # build/x.o:                 U std::chrono::_V2::steady_clock::now()
        name, _, rest = line.partition(": ")
        needs.append((name, rest.split(maxsplit=1)[1]))
    return needs


def _matching(bans: list[Ban], text: str) -> list[Ban]:
    return [ban for ban in bans if ban.pattern.search(text)][:1]


def _source(path: str, line: int, what: str, ban: Ban) -> Finding:
    room = "/".join(path.split("/")[:2])
    what = f"{what} does not belong in {room} ({ban.topic.replace('_', '/')})"
    return Finding(path, line, "pure-source", what, ban.reason, ban.instead)


def _object(path: str, symbol: str, ban: Ban) -> Finding:
    what = f"its object file needs `{symbol}` ({ban.topic.replace('_', '/')})"
    return Finding(path, 1, "pure-object", what, ban.reason, ban.instead)


def _not_built(entry: Compiled) -> Finding:
    return Finding(
        entry.path,
        1,
        "pure-object",
        f"its object file is not built yet ({entry.object_file.name})",
        "the symbols of a missing object cannot be checked",
        "build first: make build",
    )
