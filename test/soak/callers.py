# SPDX-License-Identifier: Apache-2.0
"""Clients whose every request is judged. They speak to the gateway directly, so whatever goes wrong is
the gateway's doing or what it could not hide.

Every request may be sent again by the gateway as long as no byte of an answer was seen: until then
nothing may fail. After that a unit's death ends a stream or an image midway, which is counted apart;
a short JSON answer is sent in one piece, so it never ends midway."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field

_TOKEN_STREAM_END = b"data: [DONE]\n\n"
_IMAGE_BYTES = 300_000
_PATIENCE_S = 60


@dataclass
class Tally:
    answered: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)  # before any byte of an answer, or a JSON cut
    refused: list[str] = field(default_factory=list)  # answered, but not with 200
    cut: dict[str, int] = field(default_factory=dict)  # after the first byte
    seconds: list[float] = field(default_factory=list)


class Callers:
    def __init__(self, port: int, count: int, seed: int, what_is_wrong):
        """`what_is_wrong()` says which fault is on, for the list of failures."""
        self._port = port
        self._seed = seed
        self._what_is_wrong = what_is_wrong
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.tally = Tally()
        self._threads = [threading.Thread(target=self._call, args=(n,)) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets every request that runs come to its end."""
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=_PATIENCE_S + 5)

    def _call(self, number: int) -> None:
        draw = random.Random(self._seed * 1000 + number)
        connection = self._connect()
        while not self._ended.is_set():
            kind = draw.choices(["json", "stream", "image"], [80, 15, 5])[0]
            if not self._one_request(connection, kind):
                connection.close()
                connection = self._connect()
            time.sleep(draw.expovariate(1 / 0.02))
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_S)

    def _one_request(self, connection: http.client.HTTPConnection, kind: str) -> bool:
        """False when the connection is of no more use."""
        path = {"json": "embeddings", "stream": "chat/completions", "image": "images/generations"}
        body = json.dumps({"model": "soak", "input": "x" * 200, "stream": kind == "stream"})
        began = time.monotonic()
        try:
            connection.request(
                "POST", f"/v1/{path[kind]}", body, {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self._note(self.tally.failed, f"{kind}: {type(error).__name__}: {error}", began)
            return False
        try:
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._cut(kind, f"{type(error).__name__}: {error}", began)
            return False
        if answer.status != 200:
            self._note(self.tally.refused, f"{kind}: {answer.status} {text[:160]!r}", began)
        elif not _whole(kind, text):
            self._cut(kind, f"{len(text)} bytes that are not the answer", began)
        else:
            with self._lock:
                self.tally.answered[kind] = self.tally.answered.get(kind, 0) + 1
                self.tally.seconds.append(time.monotonic() - began)
        return not answer.will_close

    def _cut(self, kind: str, how: str, began: float) -> None:
        if kind == "json":
            self._note(self.tally.failed, f"json, cut: {how}", began)
            return
        with self._lock:
            self.tally.cut[kind] = self.tally.cut.get(kind, 0) + 1

    def _note(self, where: list[str], what: str, began: float) -> None:
        now = time.monotonic()
        line = f"{now - self._began:8.1f} s, after {now - began:6.3f} s: {what}; {self._what_is_wrong()}"
        with self._lock:
            where.append(line)


def _whole(kind: str, text: bytes) -> bool:
    if kind == "stream":
        return text.count(b"data: ") == 21 and text.endswith(_TOKEN_STREAM_END)
    if kind == "image":
        return len(text) == _IMAGE_BYTES and text.count(b"i") == _IMAGE_BYTES
    return text.startswith(b'{"object":"list"') and text.endswith(b'"}]}')
