#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the programs of a cluster that are not in the cache yet, and says where they are.

    test/cluster/build.py                  all of them: half an hour and 8 GB of caches, once
    test/cluster/build.py helm kubectl     only these
    test/cluster/build.py --check          only says what is missing (exit 1 when something is)
"""

import argparse
import sys

import tools


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="PROGRAM", help=", ".join(tools.TOOLS))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in tools.TOOLS]
    if unknown:
        parser.error(f"no such program: {', '.join(unknown)}; there are {', '.join(tools.TOOLS)}")
    wanted = options.names or list(tools.TOOLS)
    if options.check:
        for name in tools.missing(wanted):
            print(f"missing: {name}")
        return 1 if tools.missing(wanted) else 0
    failed = 0
    for name in wanted:
        try:
            print(tools.build(name))
        except tools.NotToBeHad as reason:
            print(f"build: {reason}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
