#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the tree keeps to its own design. Run by `ctest -R house`.

Each family of rules is one file, rule_*.py; what the rules know is data: rooms.toml (which room may
include which) and bans.toml (what the pure rooms may not touch). Python's standard library only.

Exit codes: 0 the house is in order, 1 it is not, 2 the check could not run.
"""

import argparse
import sys
from pathlib import Path

import bans
import build_record
import rule_arrows
import rule_dark_files
import rule_purity
import rule_words
from finding import CannotCheck, Finding
from room_table import RoomTable
from tree import Tree

HERE = Path(__file__).resolve().parent
FAMILIES = (rule_arrows, rule_dark_files, rule_purity, rule_words)


def check(root: Path, build: Path, table: RoomTable, banned: bans.Bans) -> list[Finding]:
    """All findings, in the order of files and lines. `build` is a configured and built folder."""
    tree = Tree(root)
    compiled = build_record.read(build, tree.root)
    findings = rule_arrows.check(tree, table)
    findings += rule_dark_files.check(tree, compiled)
    findings += rule_purity.check_sources(tree, banned)
    findings += rule_purity.check_objects(compiled, banned)
    findings += rule_words.check(tree, banned)
    return sorted(set(findings))


def list_rules() -> None:
    rules = [(rule, text) for family in FAMILIES for rule, text in family.RULES.items()]
    width = max(len(rule) for rule, _ in rules)
    for rule, text in rules:
        print(f"{rule:<{width}}  {text}")


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="check_house.py", description="Checks the source tree against the room table and bans."
    )
    parser.add_argument("--root", type=Path, default=HERE.parent.parent, help="top of the tree")
    parser.add_argument("--build", type=Path, help="build folder (default: ROOT/build/release)")
    parser.add_argument("--list-rules", action="store_true", help="say what is checked, and stop")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    if options.list_rules:
        list_rules()
        return 0
    build = options.build or options.root / "build" / "release"
    try:
        table = RoomTable.load(HERE / "rooms.toml")
        findings = check(options.root, build, table, bans.load(HERE / "bans.toml"))
    except CannotCheck as error:
        print(f"check_house: cannot check: {error}", file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    if findings:
        files = len({finding.path for finding in findings})
        print(f"\nhouse: {len(findings)} finding(s) in {files} file(s)")
        return 1
    print("house: in order")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
