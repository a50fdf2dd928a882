# SPDX-License-Identifier: Apache-2.0
"""A server as a child process: started, waited for until it answers, ended again by its own id."""

import http.client
import subprocess
import time
from pathlib import Path

from setting import CannotRun


class Child:
    def __init__(self, name: str, command: list[str], log: Path, stdout: Path | None = None):
        self.name = name
        self._log = log
        with open(log, "ab") as err, open(stdout or log, "ab") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, ready, within_s: float = 15.0) -> None:
        """`ready()` is asked until it is true."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if not self.running():
                raise CannotRun(
                    f"{self.name} ended with {self._process.returncode}; it said:\n{self._said()}"
                )
            try:
                if ready():
                    return
            except OSError:
                pass
            except http.client.HTTPException:
                pass
            time.sleep(0.05)
        self.stop()
        raise CannotRun(f"{self.name} did not answer within {within_s:.0f} s; it said:\n{self._said()}")

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        if not self.running():
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """Without a word, as a machine dies."""
        self._process.kill()
        self._process.wait()

    def _said(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-12:]) or "  (nothing)"
