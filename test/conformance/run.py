#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that says whether the gateway keeps to its protocols, whoever wrote it: our own numbered
cases, h1spec's cases made again, h2spec, testssl.sh, slowhttptest.

  test/conformance/run.py                  all of it
  test/conformance/run.py cases h2spec     only these
  test/conformance/run.py --quick          without what takes more than a minute (testssl, slow)
  test/conformance/run.py --where-possible a part whose tool cannot be had here is left out

Builds nothing of ours: run `make conformance`, or `make build` first.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h2spec
import testssl
from served import Served, make_certificate, tls

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/release"
BINARY = BUILD / "signalbox"
TOOLS = ROOT / "build/tools"
SLOW_HTTP = ROOT / "test/conformance/slowhttptest.py"


def run_ctest(pattern: str) -> tuple[bool, str]:
    done = subprocess.run(
        ["ctest", "--test-dir", BUILD, "-R", pattern, "-j", "2", "--output-on-failure",
         "--no-tests=error"],
        capture_output=True, text=True,
    )
    lines = done.stdout.splitlines()
    said = next((line for line in lines if "tests passed" in line), "no summary")
    return done.returncode == 0, said if done.returncode == 0 else "\n".join(lines[-60:])


def cases() -> tuple[bool, str]:
    return run_ctest(r"\.B[0-9]+_|^conformance_cases$")


def h1spec() -> tuple[bool, str]:
    return run_ctest(r"H1spec")


# h2spec opens one stream more than it may, and takes for granted that none is answered meanwhile.
H2SPEC_UNIT_THINKS_S = 0.1


def h2spec_clear() -> tuple[bool, str]:
    return ask_h2spec(lambda folder: "", secure=False)


def h2spec_tls() -> tuple[bool, str]:
    return ask_h2spec(lambda folder: tls(*make_certificate(folder)), secure=True)


def ask_h2spec(gateway: Callable[[Path], str], secure: bool) -> tuple[bool, str]:
    program = h2spec.install(TOOLS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Served(BINARY, folder, gateway(folder), H2SPEC_UNIT_THINKS_S) as served:
            return still_alive(served, *h2spec.run(program, served.port, secure))


def tls_offer() -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        keys = tls(*make_certificate(Path(folder)))
        with Served(BINARY, Path(folder), keys) as served:
            return still_alive(served, *testssl.run(Path(folder), served.port))


def slow() -> tuple[bool, str]:
    done = subprocess.run([sys.executable, SLOW_HTTP], capture_output=True, text=True)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def still_alive(served: Served, ok: bool, said: str) -> tuple[bool, str]:
    if served.alive():
        return ok, said
    return False, said + "\nand signalbox is gone"


PARTS = {
    "cases": ("the numbered cases, as tests", cases),
    "h1spec": ("h1spec's 33 cases, as tests", h1spec),
    "h2spec": ("h2spec -S in clear", h2spec_clear),
    "h2spec-tls": ("h2spec -S over TLS", h2spec_tls),
    "testssl": ("testssl.sh", tls_offer),
    "slow": ("slowhttptest, four modes", slow),
}
LONG = {"testssl", "slow"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--where-possible", action="store_true")
    options = parser.parse_args()
    if unknown := [name for name in options.parts if name not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    if not BINARY.exists():
        sys.exit(f"conformance: no {BINARY}; run make build first")
    wanted = options.parts or [name for name in PARTS if not (options.quick and name in LONG)]
    failed, left_out = [], []
    for name in wanted:
        title, part = PARTS[name]
        print(f"{title:<32}", end="", flush=True)
        began = time.monotonic()
        try:
            ok, said = part()
        except h2spec.NotToBeHad as problem:
            if options.where_possible:
                print(f"left out: {str(problem).splitlines()[0]}")
                left_out.append(name)
                continue
            ok, said = False, str(problem)
        except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
            ok, said = False, f"{problem}\n{getattr(problem, 'stderr', None) or ''}"
        first, *rest = said.strip().splitlines() or [""]
        print(f"{'ok    ' if ok else 'FAILED'} {time.monotonic() - began:5.0f} s  {first}")
        for line in rest if not ok else []:
            print(f"    | {line}")
        if not ok:
            failed.append(name)
    passed = len(wanted) - len(failed) - len(left_out)
    print(f"conformance: {passed} of {len(wanted)} parts passed"
          + (f"; left out: {', '.join(left_out)}" if left_out else "")
          + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
