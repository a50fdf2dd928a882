# SPDX-License-Identifier: Apache-2.0
"""Toxiproxy: a TCP proxy that can be told to delay, throttle, cut and reset what passes. Built from its
Go module, of one version, into build/tools; spoken to by its HTTP API."""

import http.client
import json
import os
import shutil
import subprocess
from pathlib import Path

from child import Child
from setting import CannotRun, Setting

MODULE = "github.com/Shopify/toxiproxy/v2/cmd/server"
VERSION = "v2.12.0"


def installed(tools: Path) -> Path:
    """The server's path, built first when it is not there."""
    program = tools / f"toxiproxy-{VERSION}"
    if program.exists():
        return program
    if not shutil.which("go"):
        raise CannotRun(
            "there is no `go`, which builds toxiproxy; install Go 1.23 or later (https://go.dev/dl)"
        )
    print(f"building {MODULE}@{VERSION}", flush=True)
    tools.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["go", "install", f"{MODULE}@{VERSION}"],
        env={**os.environ, "GOBIN": str(tools)},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise CannotRun(f"go could not build toxiproxy:\n{done.stderr.strip()}")
    (tools / "server").rename(program)
    return program


class Toxiproxy:
    def __init__(self, setting: Setting, program: Path):
        self._port = setting.free_port()
        self._child = Child(
            "toxiproxy",
            [str(program), "-host", "127.0.0.1", "-port", str(self._port)],
            setting.folder("toxiproxy") / "log",
        )
        self._child.wait_until(lambda: self._ask("GET", "/version") is not None)
        self._proxies: dict[str, dict] = {}

    def add(self, name: str, port: int, to: int) -> None:
        proxy = {"name": name, "listen": f"127.0.0.1:{port}", "upstream": f"127.0.0.1:{to}"}
        self._proxies[name] = proxy
        self._ask("POST", "/proxies", proxy)

    def enable(self, name: str, enabled: bool) -> None:
        """Disabled, it refuses connections and cuts those there are."""
        self._ask("POST", f"/proxies/{name}", {"enabled": enabled})

    def poison(self, name: str, kind: str, stream: str = "downstream", **attributes) -> None:
        """Kinds and attributes are toxiproxy's: latency, reset_peer, bandwidth, limit_data, ..."""
        toxic = {"name": kind, "type": kind, "stream": stream, "attributes": attributes}
        self._ask("POST", f"/proxies/{name}/toxics", toxic)

    def cure(self, name: str, kind: str) -> None:
        """Where what the toxic holds back passes nowhere, because nobody reads it, toxiproxy would
        wait for ever; then the proxy is made anew, which cuts its connections."""
        try:
            self._ask("DELETE", f"/proxies/{name}/toxics/{kind}")
        except (CannotRun, TimeoutError):
            self._ask("DELETE", f"/proxies/{name}")
            self._ask("POST", "/proxies", self._proxies[name])

    def stop(self) -> None:
        self._child.stop()

    def _ask(self, method: str, path: str, body: dict | None = None):
        # To remove a toxic takes as long as what it holds back takes to pass; after five seconds
        # toxiproxy itself answers 503.
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise CannotRun(f"toxiproxy answered {method} {path} with {answer.status}: {text!r}")
            return text
        finally:
            connection.close()
