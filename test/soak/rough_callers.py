# SPDX-License-Identifier: Apache-2.0
"""Clients as the Internet has them, whose own requests may fail: behind slow lines, with connections
that are reset or cut, that read a little and leave. What they must not do is disturb anybody else, or
leave anything behind in the gateway."""

import random
import socket
import threading
import time

_REQUEST = (
    b"POST /v1/%s HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"
    b"Content-Length: 16\r\n\r\n" + b'{"model":"soak"}'
)
_PATHS = [b"images/generations", b"chat/completions", b"embeddings"]


class RoughCallers:
    def __init__(self, ports: list[int], seed: int):
        """One client for each port: the gateway's own, or that of a proxy that does harm."""
        self._ended = threading.Event()
        self.requests = 0
        self._threads = [
            threading.Thread(target=self._call, args=(port, random.Random(seed + n)))
            for n, port in enumerate(ports)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _call(self, port: int, draw: random.Random) -> None:
        while not self._ended.is_set():
            try:
                self._one(port, draw)
            except OSError:
                pass
            time.sleep(draw.uniform(0.05, 0.3))

    def _one(self, port: int, draw: random.Random) -> None:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(2)
            client.connect(("127.0.0.1", port))
            text = _REQUEST % draw.choice(_PATHS)
            if draw.random() < 0.2:  # half a request, then nothing
                client.sendall(text[: draw.randrange(1, len(text))])
                time.sleep(draw.uniform(0, 1))
                return
            client.sendall(text)
            self.requests += 1
            until = time.monotonic() + draw.uniform(0.1, 4)
            while time.monotonic() < until and not self._ended.is_set():
                if not client.recv(2048):
                    return
                time.sleep(0.02)
