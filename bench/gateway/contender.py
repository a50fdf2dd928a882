# SPDX-License-Identifier: Apache-2.0
"""A gateway that takes part: how it is configured and started, and what all of them have in common.

Each runs one thread that serves, kept on one processor, balances over the same endpoints by least
load, probes them every two seconds, counts what it does, can be asked for its counts, and writes an
access log to a file. Beyond that each is as its defaults leave it.
"""

import http.client
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import process_stat
from child import Child
from setting import CannotRun, Setting


@dataclass(frozen=True)
class Front:
    """How clients reach it: h1 and h2 are cleartext, tls is HTTP/1.1 over TLS."""

    name: str
    certificate: Path | None = None  # a PEM file with certificate and key, for tls

    @property
    def url_scheme(self) -> str:
        return "https" if self.name == "tls" else "http"


@dataclass(frozen=True)
class Start:
    """What a contender's recipe gives: a command to run, and where its standard output goes."""

    command: list
    stdout: Path | None = None


@dataclass(frozen=True)
class Recipe:
    """How one gateway is made ready. `start(setting, folder, front, port, admin_port, endpoints)`
    writes its configuration; it raises NotOffered when the gateway has no such front."""

    name: str
    version: Callable[[Setting], str]
    start: Callable[..., Start]


class NotOffered(Exception):
    """The gateway has no such front; the reason is the message."""


class Contender:
    """One gateway, running."""

    def __init__(self, recipe: Recipe, setting: Setting, front: Front, endpoints: list[int]):
        self.name = recipe.name
        self.front = front
        self.port = setting.free_port()
        self.admin_port = setting.free_port()
        folder = setting.folder(recipe.name)
        start = recipe.start(setting, folder, front, self.port, self.admin_port, endpoints)
        self._child = Child(
            recipe.name,
            setting.on_core(setting.gateway_core, start.command),
            folder / "log",
            stdout=start.stdout,
        )
        self._child.wait_until(self._listens)
        if front.name == "h2" and not speaks_http2(self.port):
            self.stop()
            raise NotOffered("it answers the preface of HTTP/2 with something else")
        if front.name == "tls" and not speaks_tls(self.port):
            self.stop()
            raise NotOffered("it does not answer a TLS handshake")

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def url(self) -> str:
        return f"{self.front.url_scheme}://127.0.0.1:{self.port}"

    def cpu_time(self) -> process_stat.CpuTime:
        return process_stat.cpu_time(self._child.pid)

    def memory_bytes(self) -> int:
        return process_stat.memory_bytes(self._child.pid)

    def check_alive(self) -> None:
        if not self._child.running():
            raise CannotRun(f"{self.name} ended in the middle of a measurement")

    def stop(self) -> None:
        self._child.stop()

    def _listens(self) -> bool:
        if self.front.name == "h1":
            return fetch(self.port, "/health") == 200
        socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        return True


def fetch(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def speaks_http2(port: int) -> bool:
    """A server of HTTP/2 answers the preface and empty SETTINGS with SETTINGS of its own, first."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04" + b"\0" * 5)
        head = b""
        while len(head) < 9:
            piece = connection.recv(9 - len(head))
            if not piece:
                return False
            head += piece
    return head[3] == 4


def speaks_tls(port: int) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
        try:
            context.wrap_socket(plain).close()
        except OSError:
            return False
    return True


def first_line(command: list) -> str:
    """What a program says of itself when asked for its version."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except FileNotFoundError:
        raise CannotRun(f"{command[0]} is not installed; run: make bench-gateway") from None
    return ((done.stdout or done.stderr).strip().splitlines() or ["?"])[0]
