# SPDX-License-Identifier: Apache-2.0
"""The load generators: wrk and h2load of Debian where they can do it, bench-gateway-load elsewhere.
Each call runs one to its end and gives its figures; an answer that is not a good one is counted."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from setting import CannotRun, Setting

_WRK_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = assert(io.open("{body}", "rb"))
wrk.body = file:read("*a")
file:close()
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Served:
    """What a closed loop got done."""

    requests: int
    failed: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


def wrk(setting: Setting, url: str, body: Path, connections: int, seconds: float) -> Served:
    script = body.with_suffix(".lua")
    script.write_text(_WRK_SCRIPT.format(body=body))
    said = _run(
        setting,
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", script, url],
        seconds + 30,
    )
    found = re.search(r"FIGURES (\d+) (\d+) (\d+)", said)
    if not found:
        raise CannotRun(f"wrk gave no figures for {url}; it said:\n{said}")
    requests, microseconds, failed = (int(group) for group in found.groups())
    return Served(requests, failed, microseconds / 1e6)


def h2load(
    setting: Setting, url: str, body: Path, connections: int, streams: int, seconds: float
) -> Served:
    said = _run(
        setting,
        ["h2load", f"-c{connections}", f"-m{streams}", f"-D{seconds:.0f}", "-d", body]
        + ["-H", "content-type: application/json", url],
        seconds + 30,
    )
    time = re.search(r"finished in ([\d.]+)(m?s)", said)
    counts = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored", said)
    if not time or not counts:
        raise CannotRun(f"h2load gave no figures for {url}; it said:\n{said}")
    done, succeeded = int(counts.group(1)), int(counts.group(2))
    took = float(time.group(1)) / (1e3 if time.group(2) == "ms" else 1)
    return Served(done, done - succeeded + int(counts.group(3)), took)


def paced(setting: Setting, url: str, body: Path, workload, rate: float, seconds: float) -> dict:
    """h2load, each of its connections at its share of the rate."""
    log = body.with_suffix(".times")
    log.unlink(missing_ok=True)
    each = rate / workload.connections
    command = ["h2load", f"-c{workload.connections}", f"-m{workload.streams_each}"]
    command += [f"-D{seconds:.0f}", f"--rps={each:.2f}", "-d", body, f"--log-file={log}"]
    command += ["-H", "content-type: application/json"]
    command += [] if workload.front == "h2" else ["--h1"]
    _run(setting, [*command, url], seconds + 30)
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    good = sorted(int(row[2]) for row in rows if row[1] == "200")
    if not good:
        raise CannotRun(f"h2load had no good answer from {url}")
    return {
        "sent": len(rows),
        "due": len(rows),
        "answered": len(good),
        "failed": 0,
        "p50_us": float(good[len(good) // 2]),
        "p99_us": float(good[len(good) * 99 // 100]),
    }


def open_loop(
    setting: Setting, port: int, path: str, body: Path, rate: float, seconds: float, seed: int
) -> dict:
    return _ours(
        setting, port, path, body, seconds + 30,
        ["open-loop", "--rate", f"{rate:.0f}", "--seconds", seconds, "--seed", seed],
    )  # fmt: skip


def streams(setting: Setting, port: int, path: str, body: Path, count: int, tokens: int) -> dict:
    return _ours(
        setting, port, path, body, 200, ["streams", "--streams", count, "--tokens", tokens]
    )


def _ours(setting: Setting, port, path, body, limit_s, words: list) -> dict:
    command = [setting.program("bench-gateway-load"), "--target", f"127.0.0.1:{port}"]
    command += ["--path", path, "--body", body, *words]
    return json.loads(_run(setting, command, limit_s))


def _run(setting: Setting, command: list, limit_s: float) -> str:
    try:
        done = subprocess.run(
            setting.on_core(setting.load_core, command),
            capture_output=True,
            text=True,
            timeout=limit_s,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise CannotRun(f"{command[0]} did not end within {limit_s:.0f} s") from None
    if done.returncode != 0:
        raise CannotRun(f"{command[0]} ended with {done.returncode}:\n{done.stderr or done.stdout}")
    return done.stdout
