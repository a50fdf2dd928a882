#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The soak: `signalbox serve` under load for a long time, while its configuration changes a thousand
times, its units die, are cut off and slowed, and rough clients reset, dawdle and leave.

What must hold: no request fails that may be sent again, every reload takes effect, and memory and open
files stay flat. Python's standard library, bench-gateway-backend as units, toxiproxy between all.

Exit codes: 0 all held, 1 something did not, 2 it could not run.
"""

import argparse
import http.client
import os
import re
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "bench" / "gateway"))

import process_stat  # noqa: E402
import toxiproxy  # noqa: E402
from callers import Callers  # noqa: E402
from child import Child  # noqa: E402
from configuration import variant  # noqa: E402
from faults import KINDS, Faults  # noqa: E402
from flatness import fit, is_flat  # noqa: E402
from fleet import Fleet  # noqa: E402
from rough_callers import RoughCallers  # noqa: E402
from setting import AHEAD, CannotRun, Setting, raise_file_limit  # noqa: E402

ROUGH_LINES = {
    "slow-clients": ("bandwidth", {"rate": 40}),
    "late-clients": ("latency", {"latency": 200, "jitter": 100}),
    "reset-clients": ("reset_peer", {"timeout": 300}),
    "cut-clients": ("limit_data", {"bytes": 3000}),
}


def duration(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"'{text}' is no time; as 90s, 30m or 1h")
    return float(found.group(1)) * {"s": 1, "m": 60, "h": 3600}[found.group(2)]


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--for", dest="seconds", type=duration, default=duration("30m"))
    parser.add_argument("--reloads", type=int, default=1_000, help="default %(default)s")
    parser.add_argument("--callers", type=int, default=16, help="default %(default)s")
    parser.add_argument("--units", type=int, default=6, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default %(default)s")
    parser.add_argument("--signalbox", type=Path, help="another binary than build/release/signalbox")
    parser.add_argument(
        "--ahead",
        choices=list(AHEAD),
        default="no",
        help="how the gateway gets before others on a machine that others use; needs root",
    )
    return parser.parse_args(arguments)


class Gateway:
    """`signalbox serve`, and what is asked of it from outside."""

    def __init__(self, setting: Setting, endpoints: list[int]):
        self._folder = setting.folder("gateway")
        self._endpoints = endpoints
        self.port, self._admin_port = setting.free_port(), setting.free_port()
        self._file = self._folder / "signalbox.yaml"
        self._write(0)
        command = [setting.program("signalbox"), "serve", "--config", self._file]
        self.child = Child("signalbox", setting.in_turn(command), self._folder / "log")
        self.child.wait_until(lambda: self.metric("signalbox_config_generation") is not None)
        self.applied = 0

    def reload(self, number: int) -> bool:
        """Changes the configuration; true when it took effect within five seconds."""
        before = self.metric("signalbox_config_generation")
        self._write(number)
        self.child.signal(signal.SIGHUP)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if self.metric("signalbox_config_generation") == before + 1:
                self.applied += 1
                return True
            time.sleep(0.02)
        return False

    def metric(self, name: str) -> float | None:
        """The sum over all labels; None when there is no such metric."""
        connection = http.client.HTTPConnection("127.0.0.1", self._admin_port, timeout=5)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        values = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, values)) if values else None

    def _write(self, number: int) -> None:
        text = variant(number, self.port, self._admin_port, self._endpoints, str(self._folder / "access.log"))
        fresh = self._file.with_suffix(".new")
        fresh.write_text(text)
        os.replace(fresh, self._file)


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    setting = Setting(
        signalbox=options.signalbox, ahead=options.ahead, work=TOP / "build" / "soak"
    )
    raise_file_limit(8_000)
    try:
        program = toxiproxy.installed(TOP / "build" / "tools")
        with ExitStack() as stack:
            return soak(setting, options, program, stack)
    except CannotRun as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2


def soak(setting: Setting, options: argparse.Namespace, program: Path, stack: ExitStack) -> int:
    proxies = toxiproxy.Toxiproxy(setting, program)
    stack.callback(proxies.stop)
    fleet = Fleet(setting, proxies, options.units)
    stack.callback(fleet.stop)
    gateway = Gateway(setting, [unit.port for unit in fleet.units])
    stack.callback(gateway.child.stop)
    lines = [gateway.port]
    for name, (toxic, attributes) in ROUGH_LINES.items():
        lines.append(setting.free_port())
        proxies.add(name, lines[-1], gateway.port)
        proxies.poison(name, toxic, **attributes)
    gateway.child.wait_until(lambda: answers(gateway.port))
    print(f"{options.seconds:.0f} s with {options.reloads} reloads, seed {options.seed}; load average "
          f"{os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip

    faults = Faults(fleet, options.seed)
    stack.callback(faults.stop)
    callers = Callers(gateway.port, options.callers, options.seed, lambda: faults.now)
    stack.callback(callers.stop)
    rough = RoughCallers(lines * 2, options.seed)
    stack.callback(rough.stop)
    memory, files = keep_going(gateway, callers, faults, options)
    if faults.error:
        raise CannotRun(f"nothing went wrong any more, since {faults.error}")

    faults.stop()
    callers.stop()
    rough.stop()
    left = left_behind(gateway)
    return judge(gateway, callers, rough, faults, memory, files, left, options)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("POST", "/v1/embeddings", '{"model":"soak"}')
        return connection.getresponse().status == 200
    finally:
        connection.close()


def keep_going(gateway: Gateway, callers: Callers, faults: Faults, options: argparse.Namespace):
    """Reloads and samples until the time is over, the gateway is dead, or nothing goes wrong any more."""
    memory, files = [], []
    began = time.monotonic()
    next_sample = next_word = 0.0
    reloads = 0
    while (now := time.monotonic() - began) < options.seconds and gateway.child.running():
        if faults.error:
            break
        if now >= next_sample:
            memory.append((now, process_stat.own_memory_bytes(gateway.child.pid)))
            files.append((now, process_stat.descriptors(gateway.child.pid)))
            next_sample = now + 1
        if reloads < options.reloads and now >= reloads * options.seconds / options.reloads:
            reloads += 1
            gateway.reload(reloads)
        if now >= next_word:
            tally = callers.tally
            print(
                f"  {now:6.0f} s: {sum(tally.answered.values()):8} answered, {len(tally.failed)} failed, "
                f"{len(tally.refused)} refused, {sum(tally.cut.values())} cut, {gateway.applied} reloads, "
                f"{memory[-1][1] / 2**20:.1f} MiB, {files[-1][1]} files; {faults.now}",
                flush=True,
            )
            next_word = now + 30
        time.sleep(0.02)
    return memory, files


def left_behind(gateway: Gateway) -> str:
    """What the gateway believes to be there once nobody asks any more; empty when nothing is."""
    names = ["unit_in_flight_requests", "service_held_requests", "gateway_client_connections"]
    left = {}
    for _ in range(100):
        if not gateway.child.running():
            return "unknown"
        left = {name: gateway.metric(f"signalbox_{name}") for name in names}
        if all(count == 0 for count in left.values()):
            return ""
        time.sleep(0.2)
    return ", ".join(f"{name} {count}" for name, count in left.items())


def judge(gateway, callers, rough, faults, memory, files, left, options) -> int:
    tally = callers.tally
    took = sorted(tally.seconds)
    sizes, opened = fit(memory), fit(files)
    answered = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.answered.items()))
    cut = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.cut.items())) or "0"
    quantiles = [took[int(len(took) * share)] * 1e3 for share in (0.5, 0.99, 0.999)] if took else [0] * 3
    rows = [
        ("the gateway lived", "yes" if gateway.child.running() else "no", gateway.child.running()),
        ("requests answered", answered, bool(took)),
        ("failed before a byte of the answer", str(len(tally.failed)), not tally.failed),
        ("refused", str(len(tally.refused)), not tally.refused),
        ("cut after the first byte, by a unit's death", cut, None),
        ("time p50, p99, p99.9", ", ".join(f"{ms:.0f}" for ms in quantiles) + " ms", None),
        ("requests of rough clients", str(rough.requests), None),
        ("faults", ", ".join(f"{faults.counts[kind]} {kind}" for kind in KINDS), None),
        (
            "reloads that took effect",
            f"{gateway.applied} of {options.reloads}",
            gateway.applied == options.reloads,
        ),
        (
            "memory of its own, MiB",
            f"{sizes.first / 2**20:.1f} first, {sizes.last / 2**20:.1f} last; slope "
            f"{sizes.per_minute / 1024:+.1f} KiB/min",
            is_flat(sizes, 0.05, 2 * 2**20),
        ),
        (
            "open files",
            f"{opened.first:.0f} first, {opened.last:.0f} last; slope {opened.per_minute:+.2f}/min",
            is_flat(opened, 0.1, 10),
        ),
        ("left in the gateway afterwards", left or "nothing", not left),
    ]
    print()
    width = max(len(name) for name, _, _ in rows)
    for name, value, held in rows:
        print(f"  {name:<{width}}  {value}{'' if held is not False else '   <-- VIOLATED'}")
    for title, failures in (("failed", tally.failed), ("refused", tally.refused)):
        for line in failures[:10]:
            print(f"  {title}: {line}")
    violated = any(held is False for _, _, held in rows)
    print(f"\nsoak: {'VIOLATED' if violated else 'all held'} (load average {os.getloadavg()[0]:.1f})")
    return 1 if violated else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
