# SPDX-License-Identifier: Apache-2.0
"""What the build says it builds: compile_commands.json, as sources with their objects."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from finding import CannotCheck

_TARGET = re.compile(r"CMakeFiles/([^/]+)\.dir/")


@dataclass(frozen=True)
class Compiled:
    """`path` is relative to the source root; `target` is the CMake target that compiles it."""

    path: str
    target: str
    object_file: Path


def read(build: Path, root: Path) -> list[Compiled]:
    """Every compilation of a file under `root`; files elsewhere are none of our business."""
    record = build / "compile_commands.json"
    try:
        entries = json.loads(record.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotCheck(f"{record}: {error.strerror}; configure first: cmake --preset release")
    except json.JSONDecodeError as error:
        raise CannotCheck(f"{record}: not JSON ({error}); configure again: cmake --preset release")
    compiled = []
    for entry in entries:
        folder = Path(entry["directory"])
        source = (folder / entry["file"]).resolve()
        if not source.is_relative_to(root):
            continue
        output = entry.get("output") or _output_of(entry)
        target = _TARGET.search(output)
        compiled.append(
            Compiled(
                source.relative_to(root).as_posix(),
                target.group(1) if target else "",
                folder / output,
            )
        )
    return compiled


def _output_of(entry: dict) -> str:
    words = entry.get("arguments") or shlex.split(entry["command"])
    return words[words.index("-o") + 1] if "-o" in words[:-1] else ""
