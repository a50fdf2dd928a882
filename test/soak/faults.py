# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a soak, one thing at a time: a unit is killed, cut off, reset or slowed for a
while, then mended, then there is a pause for it to be trusted again."""

import random
import threading
from collections import Counter
from http.client import HTTPException

from fleet import Fleet, Unit
from setting import CannotRun

KINDS = ("kill", "outage", "resets", "latency", "slow line")


class Faults:
    def __init__(self, fleet: Fleet, seed: int):
        self._fleet = fleet
        self._draw = random.Random(seed)
        self._ended = threading.Event()
        self.counts: Counter = Counter()
        self.now = "nothing is wrong"
        self.error: Exception | None = None  # why it stopped before it was told to
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._go_on()
        except (CannotRun, OSError, HTTPException) as error:
            self.error = error

    def _go_on(self) -> None:
        while not self._ended.wait(self._draw.uniform(1, 3)):
            unit = self._draw.choice(self._fleet.units)
            kind = self._draw.choice(KINDS)
            self.now = f"{kind} of {unit.name}"
            self._break(unit, kind)
            self.counts[kind] += 1
            self._ended.wait(self._draw.uniform(0.5, 3))
            self._mend(unit, kind)
            self.now = f"{kind} of {unit.name}, mended"

    def _break(self, unit: Unit, kind: str) -> None:
        proxies = self._fleet.proxies
        if kind == "kill":
            self._fleet.kill(unit)
        elif kind == "outage":
            proxies.enable(unit.name, False)
        elif kind == "resets":
            proxies.poison(unit.name, "reset_peer", timeout=self._draw.randrange(0, 200))
        elif kind == "latency":
            proxies.poison(unit.name, "latency", latency=self._draw.randrange(50, 400), jitter=50)
        else:
            proxies.poison(unit.name, "bandwidth", rate=self._draw.randrange(50, 500))

    def _mend(self, unit: Unit, kind: str) -> None:
        proxies = self._fleet.proxies
        if kind == "kill":
            self._fleet.start(unit)
        elif kind == "outage":
            proxies.enable(unit.name, True)
        else:
            toxic = {"resets": "reset_peer", "latency": "latency", "slow line": "bandwidth"}
            proxies.cure(unit.name, toxic[kind])
