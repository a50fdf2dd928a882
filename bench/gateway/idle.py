# SPDX-License-Identifier: Apache-2.0
"""What an idle connection costs a gateway in memory of its own: thousands of clients connect, have one
request answered, and stay. The first hundred come before the count begins, so that what is made once
and kept is not divided among the rest. The kernel's buffers are not in it."""

import socket
import ssl
import time
from contextlib import ExitStack, contextmanager

from contender import Contender
from setting import CannotRun

_REQUEST = (
    b"POST /v1/embeddings HTTP/1.1\r\nHost: bench.local\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s"
)
_FIRST = 100


def kib_per_connection(gateway: Contender, body: bytes, count: int) -> float:
    tls = _tls() if gateway.front.name == "tls" else None
    with ExitStack() as open_connections:
        for _ in range(_FIRST):
            open_connections.enter_context(_idle_client(gateway, tls, body))
        time.sleep(0.5)
        before = gateway.memory_bytes()
        for _ in range(count):
            open_connections.enter_context(_idle_client(gateway, tls, body))
        time.sleep(1.5)  # for what is given back a little later
        grown = gateway.memory_bytes() - before
    return grown / 1024 / count


@contextmanager
def _idle_client(gateway: Contender, tls: ssl.SSLContext | None, body: bytes):
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as plain:
        connection = plain
        if tls:
            connection = tls.wrap_socket(plain, server_hostname="bench.local")
        connection.sendall(_REQUEST % (len(body), body))
        _read_answer(connection, gateway.name)
        yield
        connection.close()


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _read_answer(connection: socket.socket, name: str) -> None:
    got = b""
    while b"\r\n\r\n" not in got or not got.endswith(b'"}]}'):
        piece = connection.recv(65536)
        if not piece:
            raise CannotRun(f"{name} closed a connection after {got[:60]!r}")
        got += piece
        if got.endswith(b"0\r\n\r\n"):
            break
    if not got.startswith(b"HTTP/1.1 200"):
        raise CannotRun(f"{name} answered {got[:60]!r}")
