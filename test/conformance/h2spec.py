# SPDX-License-Identifier: Apache-2.0
"""h2spec, strict: every one of its cases must pass, in clear and over TLS."""

import os
import re
import shutil
import subprocess
from pathlib import Path

MODULE = "github.com/summerwind/h2spec/cmd/h2spec"
VERSION = "v2.2.1+incompatible"  # the newest that the module proxy has; 2.6 has one case more
CASES = 146
TIMEOUT_S = 600


class NotToBeHad(RuntimeError):
    """There is no Go here, or its modules cannot be reached."""


def install(tools: Path) -> Path:
    """The program, built once into `tools`."""
    program = tools / "h2spec"
    if not program.exists():
        if shutil.which("go") is None:
            raise NotToBeHad("h2spec is built with Go, and there is none; see https://go.dev/dl/")
        tools.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["go", "install", f"{MODULE}@{VERSION}"],
            env=os.environ | {"GOBIN": str(tools)}, capture_output=True, text=True,
        )
        if done.returncode != 0:
            raise NotToBeHad(f"go could not build h2spec:\n{done.stderr.strip()}")
    return program


def run(program: Path, port: int, secure: bool) -> tuple[bool, str]:
    """Whether all passed, and the summary with what failed."""
    command = [program, "-S", "-h", "127.0.0.1", "-p", str(port), "--timeout", "3"]
    if secure:
        command += ["-t", "-k"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    found = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", done.stdout)
    if not found:
        return False, f"no summary; it said:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    passed = int(found[2])
    if passed == CASES == int(found[1]):
        return True, f"{passed} of {CASES} passed"
    failures = done.stdout[done.stdout.find("Failures:"):]
    return False, f"{found[0]}; {CASES} must pass\n{failures}"
