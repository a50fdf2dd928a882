# SPDX-License-Identifier: Apache-2.0
"""The programs that a test has started: each with its log, and ended with it."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path


class Differs(RuntimeError):
    """Something is not as it should be."""


def eventually(what: str, check, within_s: float, every_s: float = 0.25):
    """The first true value of check(), whose errors count as not yet, and how long that took."""
    began = time.monotonic()
    last = None
    while time.monotonic() - began < within_s:
        try:
            last = check()
            if last:
                return last, time.monotonic() - began
        except (OSError, ValueError, LookupError, AttributeError, TypeError, StopIteration,
                subprocess.SubprocessError) as error:
            last = getattr(error, "stderr", None) or repr(error)
        time.sleep(every_s)
    raise Differs(f"{what}: not within {within_s:.0f} s; last: {last}")


class Processes:
    """Use it as a context manager."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._running: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_) -> None:
        for name in reversed(list(self._running)):
            self.end(name, patience_s=5)

    def start(self, name: str, command: list, environment: dict[str, str] | None = None) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"NO_COLOR": "1"} | (environment or {}))

    def is_running(self, name: str) -> bool:
        return name in self._running and self._running[name].poll() is None

    def names(self) -> list[str]:
        return list(self._running)

    def kill(self, name: str) -> None:
        """-9: it has no time for a word."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def end(self, name: str, patience_s: float = 20) -> None:
        process = self._running.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=patience_s)
                return
            process.kill()
        process.wait()

    def log(self, name: str) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / f"{name}.log").read_text(errors="replace")
        return ""

    def dead(self) -> list[str]:
        return [name for name, process in self._running.items() if process.poll() is not None]
