#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus between emulated accelerators and Signalbox, in a minute.

Prometheus scrapes the page of an emulated replica (vLLM's names) and a page of prices; Signalbox asks
it for the price, the latency and how many replicas are up, and reads the replica's page itself as well.
What Signalbox believes is read from its own page (/fleet). Then Prometheus is killed: its signals must go
stale, nothing else may change; it comes back, and is believed again.

    test/sources/run.py [--where-possible] [--binary build/release/signalbox]

Needs Debian's package prometheus (scripts/setup sources); with --where-possible it is left out where that
is not installed.
"""

import argparse
import contextlib
import http.server
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

UNIT = "alpha"
PRICE = 0.95
PATIENCE_S = 40


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class PricePage(http.server.BaseHTTPRequestHandler):
    """What a price exporter would serve."""

    def do_GET(self) -> None:
        body = f"# TYPE unit_price_usd_per_hour gauge\nunit_price_usd_per_hour{{unit=\"{UNIT}\"}} {PRICE}\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_) -> None:
        pass


def get(url: str, timeout: float = 5.0) -> str:
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def eventually(what: str, check, patience_s: float = PATIENCE_S):
    """The first true value of check(); its errors count as not yet."""
    deadline = time.monotonic() + patience_s
    last = None
    while time.monotonic() < deadline:
        try:
            value = check()
            if value:
                print(f"  ok: {what}")
                return value
            last = value
        except (OSError, ValueError, KeyError, IndexError) as error:
            last = error
        time.sleep(0.2)
    raise SystemExit(f"test/sources: {what}: not within {patience_s:.0f} s; last: {last!r}")


class Stage:
    """Folder, ports and processes; all gone at the end."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, held: contextlib.ExitStack):
        self.binary, self.folder, self._held = binary, folder, held
        self.replica, self.gateway, self.admin, self.prometheus, self.prices, self.control = free_ports(6)

    def start(self, name: str, command: list) -> subprocess.Popen:
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
        self._held.callback(lambda: (process.kill(), process.wait(), log.close()))
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start_prometheus(self) -> subprocess.Popen:
        return self.start(
            "prometheus",
            ["prometheus", f"--config.file={self.folder}/prometheus.yml",
             f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.prometheus}"],
        )

    def write_configurations(self) -> None:
        (self.folder / "prometheus.yml").write_text(
            f"""global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: replicas
    static_configs: [{{targets: ["127.0.0.1:{self.replica}"]}}]
  - job_name: prices
    static_configs: [{{targets: ["127.0.0.1:{self.prices}"]}}]
"""
        )
        (self.folder / "signalbox.yaml").write_text(
            f"""services: {{images: {{units: [{UNIT}]}}}}
units:
  {UNIT}: {{price: 1 USD/hour, plateau: 1200/min, endpoints: ["127.0.0.1:{self.replica}"]}}
sources:
  vllm: {{scrape: vllm, units: [{UNIT}], interval: 500ms, ttl: 5s}}
  prometheus:
    prometheus: http://127.0.0.1:{self.prometheus}
    interval: 500ms
    ttl: 5s
    queries:
      - {{gives: price, query: unit_price_usd_per_hour}}
      - {{gives: ready, query: 'count(up{{job="replicas"}} == 1)', unit: {UNIT}}}
      - gives: latency
        query: "rate(vllm:e2e_request_latency_seconds_sum[5s]) / (rate(vllm:e2e_request_latency_seconds_count[5s]) > 0)"
        unit: {UNIT}
gateway: {{listen: "127.0.0.1:{self.gateway}", admin: "127.0.0.1:{self.admin}"}}
"""
        )

    def fleet(self) -> dict:
        return json.loads(get(f"http://127.0.0.1:{self.admin}/fleet"))

    def standing(self, source: str) -> str:
        return next(each["standing"] for each in self.fleet()["sources"] if each["name"] == source)

    def unit(self) -> dict:
        return next(each for each in self.fleet()["units"] if each["name"] == UNIT)


def keep_asking(gateway: int, stop: threading.Event) -> None:
    while not stop.is_set():
        request = urllib.request.Request(
            f"http://127.0.0.1:{gateway}/genimage", data=b'{"prompt": "a signal"}', method="POST"
        )
        with contextlib.suppress(OSError):
            urllib.request.urlopen(request, timeout=10).read()


def run(stage: Stage) -> None:
    stage.write_configurations()
    prices = http.server.ThreadingHTTPServer(("127.0.0.1", stage.prices), PricePage)
    threading.Thread(target=prices.serve_forever, daemon=True).start()
    config = stage.folder / "signalbox.yaml"
    stage.start("emulate", [stage.binary, "emulate", "--config", config, "--control", f"127.0.0.1:{stage.control}"])
    prometheus = stage.start_prometheus()
    stage.start("serve", [stage.binary, "serve", "--config", config])
    eventually("serve says what it watches", lambda: "source vllm: pages of vllm" in stage.log("serve"))

    stop = threading.Event()
    asking = threading.Thread(target=keep_asking, args=(stage.gateway, stop), daemon=True)
    asking.start()
    try:
        eventually("Prometheus is ready", lambda: get(f"http://127.0.0.1:{stage.prometheus}/-/ready"))
        eventually("the replica's page is believed", lambda: stage.standing("vllm") == "trusted")
        eventually("Prometheus is believed", lambda: stage.standing("prometheus") == "trusted")
        eventually(
            "its price is the unit's",
            lambda: abs(stage.unit()["price_usd_per_hour"] - PRICE) < 0.01
            and "prometheus" in (stage.unit()["price_source"] or ""),
        )

        print("  Prometheus is killed")
        prometheus.kill()
        prometheus.wait()
        eventually("what it said goes stale", lambda: stage.standing("prometheus") == "stale")
        if stage.standing("vllm") != "trusted":
            raise SystemExit("test/sources: another source suffered from it")
        stage.start_prometheus()
        eventually("it is back and believed", lambda: stage.standing("prometheus") == "trusted")
        eventually("the log says so", lambda: "is well again, after" in stage.log("serve"))
    finally:
        stop.set()
        asking.join()
    # Told once for each question, and again when what is wrong changes (refused, then not ready).
    told = len(re.findall(r"source prometheus: price at .*cannot be connected to", stage.log("serve")))
    if told > 2:
        raise SystemExit(f"test/sources: the log says {told} times that Prometheus is gone")
    print("  ok: the log is quiet meanwhile")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, default=pathlib.Path("build/release/signalbox"))
    parser.add_argument("--where-possible", action="store_true", help="leave it out without Prometheus")
    options = parser.parse_args()
    if shutil.which("prometheus") is None:
        print("test/sources: no prometheus here; scripts/setup sources installs it")
        return 0 if options.where_possible else 1
    if not options.binary.exists():
        print(f"test/sources: {options.binary} is not built; make build")
        return 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="signalbox-sources-") as folder, contextlib.ExitStack() as held:
        stage = Stage(options.binary.resolve(), pathlib.Path(folder), held)
        try:
            run(stage)
        except SystemExit:
            for name in ("serve", "prometheus", "emulate"):
                with contextlib.suppress(OSError):
                    print(f"--- {name}, its last lines\n" + "\n".join(stage.log(name).splitlines()[-15:]))
            raise
    print(f"test/sources: passed in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
