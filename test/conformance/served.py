# SPDX-License-Identifier: Apache-2.0
"""A gateway as an operator would start it, with a unit behind it that answers everything."""

import http.server
import os
import re
import selectors
import subprocess
import threading
import time
from pathlib import Path

ANSWER = b"signalbox conformance " * 50  # long enough for flow control to be seen
STARTED_WITHIN_S = 20


class _Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    thinks_s = 0.0  # before it answers

    def _answer(self):
        length = self.headers.get("content-length")
        if length:
            self.rfile.read(int(length))
        elif "chunked" in self.headers.get("transfer-encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            while self.rfile.readline().strip():
                pass
        time.sleep(self.thinks_s)
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        # What a browser should mind is the unit's to say; the gateway passes it on.
        self.send_header("x-content-type-options", "nosniff")
        self.send_header("content-length", str(len(ANSWER)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(ANSWER)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _answer

    def log_message(self, *_):
        pass


class _Unit(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A gateway that breaks off is what these suites are about."""


class Served:
    """A running gateway; `port` is where it listens. Use it as a context manager."""

    def __init__(self, binary: Path, folder: Path, gateway: str = "", thinks_s: float = 0.0):
        answers = type("_Answers", (_Answers,), {"thinks_s": thinks_s})
        self._unit = _Unit(("127.0.0.1", 0), answers)
        threading.Thread(target=self._unit.serve_forever, daemon=True).start()
        self._config = folder / "signalbox.yaml"
        self._config.write_text(
            "services:\n"
            "  all: {objective: {latency: 2s, quantile: 99%}}\n"
            "units:\n"
            "  one:\n"
            "    price: 1 USD/hour\n"
            "    plateau: 1000/s\n"
            "    slots: 1000\n"
            f"    endpoints: ['127.0.0.1:{self._unit.server_address[1]}']\n"
            "gateway:\n"
            "  listen: 127.0.0.1:0\n"
            "  admin: 127.0.0.1:0\n"
            "  access_log: off\n" + gateway,
            encoding="utf-8",
        )
        self._log = (folder / "signalbox.log").open("wb")
        self._process = subprocess.Popen(
            [binary, "serve", "--config", self._config],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.port = self._await_port()

    def _await_port(self) -> int:
        text = ""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            end = time.monotonic() + STARTED_WITHIN_S
            while time.monotonic() < end and selector.select(end - time.monotonic()):
                piece = os.read(self._process.stdout.fileno(), 4096)
                if not piece:
                    break
                text += piece.decode(errors="replace")
                if found := re.search(r"serving on https?://[^ ,]*:(\d+)", text):
                    threading.Thread(target=self._drain, daemon=True).start()
                    return int(found[1])
        self.close()
        raise RuntimeError(f"signalbox serve did not start; it said:\n{text}")

    def _drain(self):
        for line in self._process.stdout:
            self._log.write(line)

    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self):
        if self.alive():
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._unit.shutdown()
        self._unit.server_close()

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_):
        self.close()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "90", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    key.chmod(0o600)
    return certificate, key


def tls(certificate: Path, key: Path) -> str:
    """The keys of section `gateway` that make it speak TLS."""
    return f"  tls: {{certificate: {certificate}, key: {key}}}\n"
