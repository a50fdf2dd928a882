#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every numbered case has a test: compares cases.txt with the tests that ctest lists.

  test/conformance/check_cases.py --build build/release
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).resolve().parent / "cases.txt"
LINE = re.compile(r"^B(\d+)\s+(.*?)(?:\s+\[absent: (.+)\])?$")
CARRIED = re.compile(r"(?<![A-Za-z0-9])B(\d+)(?=_)")


def expected_cases(text: str) -> dict[int, str | None]:
    """By number, why it has no test; None where it must have one."""
    cases = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.match(line)
        if not found:
            sys.exit(f"{CASES}: cannot read this line: {line}\nexpected: B17  what must happen")
        cases[int(found[1])] = found[3]
    return cases


def carried_numbers(listing: str) -> set[int]:
    """The numbers in the names of the tests that `ctest -N` prints."""
    names = re.findall(r"^\s*Test\s+#\d+: (.+)$", listing, re.MULTILINE)
    return {int(number) for name in names for number in CARRIED.findall(name)}


def complaints(cases: dict[int, str | None], carried: set[int]) -> list[str]:
    missing = [n for n, absent in cases.items() if absent is None and n not in carried]
    said_absent = [n for n, absent in cases.items() if absent is not None and n in carried]
    gaps = sorted(set(range(1, max(cases, default=0) + 1)) - set(cases))
    return (
        [f"B{n} has no test: write one whose name begins with B{n}_" for n in missing]
        + [f"B{n} has a test by now: take the mark [absent: ...] away" for n in said_absent]
        + [f"B{n} is not in the list" for n in gaps]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--ctest", default="ctest")
    options = parser.parse_args()
    listed = subprocess.run(
        [options.ctest, "--test-dir", options.build, "-N"], capture_output=True, text=True
    )
    if listed.returncode != 0:
        sys.exit(f"ctest cannot list the tests of {options.build}:\n{listed.stderr}")
    cases = expected_cases(CASES.read_text(encoding="utf-8"))
    found = complaints(cases, carried_numbers(listed.stdout))
    for complaint in found:
        print(f"{CASES}: {complaint}")
    absent = sum(1 for reason in cases.values() if reason is not None)
    print(f"{len(cases)} cases, {absent} of them absent for a stated reason, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
