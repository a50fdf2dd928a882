# SPDX-License-Identifier: Apache-2.0
"""Clients at a rate that changes, over all gateways in turn; what became of each request is kept."""

import http.client
import itertools
import threading
import time
from dataclasses import dataclass

TIMEOUT_S = 150  # longer than the service's patience


@dataclass(frozen=True)
class Answer:
    at: float  # when it was asked, by the monotonic clock
    took_s: float
    status: int  # 0: no answer
    unit: str
    error: str


class Callers:
    def __init__(self, gateways: list[str]):
        self._gateways = itertools.cycle(gateways)
        self._rate_per_s = 0.0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._answers: list[Answer] = []
        self._asking = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> "Callers":
        self._asking.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._asking.join()

    def rate(self, per_s: float) -> None:
        self._rate_per_s = per_s

    def since(self, at: float) -> list[Answer]:
        with self._lock:
            return [each for each in self._answers if each.at >= at]

    def _ask(self) -> None:
        """One thread for each request under way: an answer that is late delays no other's beginning."""
        due, threads = time.monotonic(), []
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            if self._rate_per_s <= 0:
                due = time.monotonic() + 0.1
                continue
            due = max(due, time.monotonic() - 1.0) + 1.0 / self._rate_per_s
            thread = threading.Thread(target=self._one, args=(next(self._gateways),), daemon=True)
            thread.start()
            threads = [each for each in threads if each.is_alive()] + [thread]
        for thread in threads:
            thread.join(TIMEOUT_S)

    def _one(self, gateway: str) -> None:
        at = time.monotonic()
        status, unit, error = 0, "", ""
        try:
            connection = http.client.HTTPConnection(gateway, timeout=TIMEOUT_S)
            connection.request("POST", "/genimage", body=b'{"prompt": "a signal box"}')
            answer = connection.getresponse()
            body = answer.read()
            status, unit = answer.status, answer.getheader("x-signalbox-unit") or ""
            error = "" if status == 200 else body.decode(errors="replace")[:200]
            connection.close()
        except (OSError, http.client.HTTPException) as problem:
            error = repr(problem)
        with self._lock:
            self._answers.append(Answer(at, time.monotonic() - at, status, unit, error))
