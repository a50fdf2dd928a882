#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slowhttptest's four attacks (slow heads, slow bodies, overlapping ranges, slow reading) against
`signalbox serve`, with the service available throughout: a request each 200 ms, on a connection of its
own, must be answered with 200 within a second. slowhttptest's own verdict must agree.

Exit codes: 0 always available, 1 not always, 2 it could not run.
"""

import argparse
import http.client
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "bench" / "gateway"))

import process_stat  # noqa: E402
from backend import Backend  # noqa: E402
from child import Child  # noqa: E402
from setting import AHEAD, CannotRun, Setting, raise_file_limit  # noqa: E402

# Bodies are JSON, as clients of inference send them. Images are answered to slow readers, since
# what fits a socket's buffer cannot be read slowly.
ATTACKS = {
    "slow heads": ["-H", "-i", "3", "-t", "POST", "-x", "24"],
    "slow bodies": ["-B", "-i", "3", "-s", "8192", "-x", "10", "-f", "application/json"],
    "ranges": ["-R", "-a", "10", "-b", "3000", "-t", "GET"],
    "slow reading": ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3", "-t", "GET"],
}

CONFIG = """
services:
  work:
    paths: [/v1/*]
    objective: {{latency: 10s, quantile: 99%}}
units:
  only:
    price: 1 USD/hour
    slots: 8192
    latency_curve: [{{in_flight: 1, latency: 5ms}}, {{in_flight: 8192, latency: 10ms}}]
    endpoints: [{endpoints}]
    health: {{path: /health}}
gateway:
  listen: 127.0.0.1:{port}
  admin: 127.0.0.1:{admin_port}
  access_log: {folder}/access.log
"""


class Probe:
    """Asks on the side, and remembers each time that it was let down."""

    LIMIT_S = 1.0

    def __init__(self, port: int):
        self._port = port
        self._ended = threading.Event()
        self.asked = 0
        self.failures: list[str] = []
        self.longest_s = 0.0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._ended.wait(0.2):
            at = time.monotonic()
            try:
                found = self._ask()
            except (OSError, http.client.HTTPException) as error:
                found = f"{type(error).__name__}: {error}"
            took = time.monotonic() - at
            self.asked += 1
            self.longest_s = max(self.longest_s, took)
            if found != "200" or took > self.LIMIT_S:
                self.failures.append(f"{at - began:5.1f} s: {found} after {took * 1e3:.0f} ms")

    def _ask(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("POST", "/v1/embeddings", '{"model":"probe"}')
            answer = connection.getresponse()
            answer.read()
            return str(answer.status)
        finally:
            connection.close()


def attack(name: str, url: str, options: argparse.Namespace) -> str | None:
    """What slowhttptest says of the service in the end: YES or NO; None when it says nothing."""
    path = "/v1/images/generations" if name == "slow reading" else "/v1/embeddings"
    command = ["slowhttptest", *ATTACKS[name], "-c", str(options.connections)]
    command += ["-r", str(options.rate), "-l", str(options.seconds), "-p", "3", "-u", url + path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=options.seconds + 60)
    verdicts = re.findall(r"service available:\S*\s*(?:\x1b\[\S*m)*\s*(YES|NO)", done.stdout)
    return verdicts[-1] if verdicts else None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signalbox", type=Path, help="another binary than build/release/signalbox")
    parser.add_argument("--seconds", type=int, default=30, help="an attack (default %(default)s)")
    parser.add_argument("--connections", type=int, default=1000, help="default %(default)s")
    parser.add_argument("--rate", type=int, default=200, help="connections a second")
    parser.add_argument(
        "--ahead",
        choices=list(AHEAD),
        default="no",
        help="how the gateway gets before others on a machine that others use; needs root",
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    setting = Setting(
        signalbox=options.signalbox, ahead=options.ahead, work=TOP / "build" / "slowhttptest"
    )
    raise_file_limit(8_000)
    try:
        if not shutil.which("slowhttptest"):
            raise CannotRun("there is no slowhttptest; install the Debian package of that name")
        with ExitStack() as stack:
            return run(setting, options, stack)
    except CannotRun as error:
        print(f"slowhttptest: {error}", file=sys.stderr)
        return 2


def run(setting: Setting, options: argparse.Namespace, stack: ExitStack) -> int:
    backend = Backend(setting, ["--image-bytes", "262144"])
    stack.callback(backend.stop)
    folder = setting.folder("gateway")
    port, admin_port = setting.free_port(), setting.free_port()
    config = folder / "signalbox.yaml"
    endpoints = ", ".join(f"127.0.0.1:{at}" for at in backend.ports)
    config.write_text(
        CONFIG.format(port=port, admin_port=admin_port, endpoints=endpoints, folder=folder)
    )
    command = setting.in_turn([setting.program("signalbox"), "serve", "--config", config])
    gateway = Child("signalbox", command, folder / "log")
    stack.callback(gateway.stop)
    gateway.wait_until(lambda: answers(port))

    violated = False
    for name in ATTACKS:
        probe = Probe(port)
        before = process_stat.memory_bytes(gateway.pid)
        try:
            verdict = attack(name, f"http://127.0.0.1:{port}", options)
        finally:
            probe.stop()
        lives = gateway.running()
        grown = (process_stat.memory_bytes(gateway.pid) - before) / 2**20 if lives else 0
        good = lives and verdict == "YES" and probe.asked > 0 and not probe.failures
        violated = violated or not good
        print(
            f"  {'ok      ' if good else 'VIOLATED'}  {name:<13} {options.connections} connections, "
            f"{options.seconds} s: slowhttptest says {verdict}; {probe.asked - len(probe.failures)} of "
            f"{probe.asked} probes answered in time, the slowest in {probe.longest_s * 1e3:.0f} ms; "
            f"memory {grown:+.1f} MiB",
            flush=True,
        )
        for failure in probe.failures[:5]:
            print(f"            {failure}")
    return 1 if violated else 0


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("POST", "/v1/embeddings", "{}")
        return connection.getresponse().status == 200
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
