# SPDX-License-Identifier: Apache-2.0
"""Thousands of streams at once: does every byte arrive, how late, and at what cost for a token?

Memory for a stream is what the gateway's own memory grew by while all were open; the first token's
time is given without the backend's wait before it."""

import threading
import time

import loads
from contender import Contender
from setting import Setting
from workloads import Workload

TOKENS = 100


def measure(
    setting: Setting, workload: Workload, body, gateway: Contender | None, port: int, count: int,
    interval_ms: float,
) -> dict:  # fmt: skip
    before = gateway.cpu_time() if gateway else None
    memory = _Watch(gateway) if gateway else None
    figures = loads.streams(setting, port, workload.path, body, count, TOKENS)
    figures["streams"] = count
    figures["first_token_from_us"] = interval_ms * 1e3
    if gateway:
        gateway.check_alive()
        figures["kib_per_stream"] = memory.growth_bytes() / 1024 / count
        used = gateway.cpu_time() - before
        figures["cpu_us"] = used.total_ns / 1e3 / max(1, figures["tokens"])
    return figures


class _Watch:
    """Looks at a gateway's memory once a second, on the side; the greatest is what counts."""

    def __init__(self, gateway: Contender):
        self._gateway = gateway
        self._least = self._most = gateway.memory_bytes()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def growth_bytes(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._most - self._least

    def _look(self) -> None:
        while not self._ended.is_set():
            self._most = max(self._most, self._gateway.memory_bytes())
            time.sleep(1)
