# SPDX-License-Identifier: Apache-2.0
"""Writes what was measured where people read it: between two marks of bench/RESULTS.md, one
subsection per workload, so that a run of one workload leaves the others' figures as they are."""

import re
from pathlib import Path

from setting import CannotRun

BEGIN = "<!-- gateway {}: begin -->\n"
END = "<!-- gateway {}: end -->"


def replace_section(path: Path, name: str, lines: list[str]) -> None:
    text = path.read_text()
    begin, end = BEGIN.format(name), END.format(name)
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    if not re.search(pattern, text, re.DOTALL):
        raise CannotRun(f"{path} has no lines '{begin.strip()}' and '{end}' to write between")
    section = begin + "\n" + "\n".join(lines) + "\n\n" + end
    path.write_text(re.sub(pattern, lambda _: section, text, flags=re.DOTALL))
