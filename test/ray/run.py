#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ray Serve as it comes from the Python index, measured by `signalbox profile`: does it find what the
deployments are known to do, and is what Ray says of itself understood and believed?

  test/ray/run.py                    fails where Ray cannot be had
  test/ray/run.py --where-possible   is left out there
  test/ray/run.py --keep FOLDER      leaves profiles, plots and Ray's page of metrics there

Ray is installed once, into the user's cache. It listens on every address of its machine, so all of this
runs in a network of its own, in which there is nothing but the loopback. Builds nothing of ours.
"""

import argparse
import fcntl
import json
import os
import re
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = ROOT / "build/release/signalbox"
REQUIREMENTS = HERE / "requirements.txt"

STARTED_WITHIN_S = 180  # on a machine that others use
PROFILED_WITHIN_S = 240
SCRAPED_WITHIN_S = 90
# What the deployments are known to do (deployment.py).
DEPLOYMENTS = {
    "single": {"plateau_per_s": 5.0, "alone_s": 0.2},
    "four": {"plateau_per_s": 10.0, "alone_s": 0.4},
}
PLATEAU_TOLERANCE = 0.10
# Ray's own share of a request: a few milliseconds, and more where others use the machine.
RAYS_SHARE_S = 0.06
# Ray's metrics that scraping relies on (adapters/scrape_dialects.cc), and those of its HTTP proxy.
SERIES = [
    "ray_serve_deployment_processing_latency_ms_sum",
    "ray_serve_deployment_processing_latency_ms_count",
    "ray_serve_deployment_queued_queries",
    "ray_serve_replica_processing_queries",
    "ray_serve_num_http_requests_total",
]


class NotToBeHad(RuntimeError):
    """Ray, or a network of one's own, cannot be had here."""


class Differs(RuntimeError):
    """Something was found that is not so."""


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "signalbox" / "ray"


def installed() -> Path:
    """The Python that has Ray; installed at the first time, and again when what is asked for changes."""
    folder = cache_folder()
    wanted = REQUIREMENTS.read_text()
    mark = folder / "installed.txt"
    if mark.exists() and mark.read_text() == wanted:
        return folder / "bin/python"
    print("installing Ray Serve: some 400 MB, once", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "venv", folder],
        [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r",
         REQUIREMENTS],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NotToBeHad(f"Ray cannot be installed: {said[-1] if said else 'no reason given'}")
    mark.write_text(wanted)
    return folder / "bin/python"


def alone_in_a_network() -> None:
    """Starts this script again in a network namespace of its own, unless it is there already."""
    if os.environ.get("SIGNALBOX_OWN_NETWORK"):
        # SIOCSIFFLAGS: a new network has a loopback, which is not up yet.
        with socket.socket() as any_socket:
            fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))
        return
    if subprocess.run(["unshare", "--map-root-user", "--net", "true"],
                      capture_output=True).returncode != 0:
        raise NotToBeHad("this system lets nobody have a network of one's own (unshare --net), and "
                         "Ray listens on every address")
    os.execvpe("unshare", ["unshare", "--map-root-user", "--net", sys.executable, __file__,
                           *sys.argv[1:]], os.environ | {"SIGNALBOX_OWN_NETWORK": "1"})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RayServe:
    """The deployments, in a process of their own; use it as a context manager."""

    def __init__(self, python: Path, folder: Path):
        self.port, self.metrics_port = free_port(), free_port()
        self._log = folder / "ray.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [python, HERE / "deployment.py", "--port", str(self.port), "--metrics-port",
                 str(self.metrics_port), "--folder", folder / "ray"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONUNBUFFERED": "1",
                                  "RAY_DISABLE_IMPORT_WARNING": "1"},
            )

    def __enter__(self) -> "RayServe":
        began = time.monotonic()
        said = b""
        while b"ready" not in said:
            if self._process.poll() is not None:
                raise RuntimeError(f"Ray ended; it said:\n{self._log.read_text()[-3000:]}")
            if time.monotonic() - began > STARTED_WITHIN_S:
                self.__exit__()
                raise RuntimeError(f"Ray did not start within {STARTED_WITHIN_S} s; it said:\n"
                                   f"{self._log.read_text()[-3000:]}")
            if select.select([self._process.stdout], [], [], 0.2)[0]:
                said += os.read(self._process.stdout.fileno(), 4096)
        print(f"Ray Serve is up after {time.monotonic() - began:.0f} s", flush=True)
        return self

    def __exit__(self, *_) -> None:
        if self._process.poll() is None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics",
                                    timeout=10) as answer:
            return answer.read().decode()


def profile(ray: RayServe, name: str, folder: Path) -> dict:
    done = subprocess.run(
        [BINARY, "profile", f"http://127.0.0.1:{ray.port}", "--service", name, "--unit",
         f"ray-{name}", "--task", "plain", "--path", f"/{name}", "--objective-latency", "1500ms",
         "--quantile", "90%", "--price", "1.00", "--max-time", "1m", "--seed", "1", "--out", folder,
         "--json"],
        capture_output=True, text=True, timeout=PROFILED_WITHIN_S,
    )
    if done.returncode != 0:
        raise Differs(f"{name}: signalbox profile ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def check_profile(name: str, found: dict, folder: Path) -> None:
    known = DEPLOYMENTS[name]
    plateau, alone = found["plateau_per_s"], found["unloaded_ms"] / 1e3
    print(f"  {name}: plateau {plateau:.2f}/s, known to be {known['plateau_per_s']:g}/s; "
          f"alone {1e3 * alone:.0f} ms, known to be {1e3 * known['alone_s']:.0f} ms and Ray's share")
    if abs(plateau / known["plateau_per_s"] - 1.0) > PLATEAU_TOLERANCE:
        raise Differs(f"{name}: the plateau is not found")
    if not 0.98 * known["alone_s"] <= alone <= known["alone_s"] + RAYS_SHARE_S:
        raise Differs(f"{name}: the time of a request alone is not found")
    if not 0.0 < found["breaking_per_s"] <= 1.05 * found["plateau_per_s"]:
        raise Differs(f"{name}: breaks at {found['breaking_per_s']}, beyond what it can serve")
    for ending in ("yaml", "json", "svg", "png"):
        if not (folder / f"ray-{name}.profile.{ending}").exists():
            raise Differs(f"{name}: no ray-{name}.profile.{ending} was written")


def sum_of(page: str, series: str, deployment: str) -> float:
    """Over all lines of a series that are of the deployment."""
    found = re.findall(rf'^{series}{{[^}}]*deployment="{deployment}"[^}}]*}} (\S+)$', page,
                       re.MULTILINE)
    return sum(float(value) for value in found)


def check_metrics(page: str, profiled: dict[str, dict]) -> None:
    missing = [name for name in SERIES if not re.search(rf"^{name}{{", page, re.MULTILINE)]
    if missing:
        raise Differs(f"Ray's page of metrics has no {', '.join(missing)}")
    for name, found in profiled.items():
        count = sum_of(page, "ray_serve_deployment_processing_latency_ms_count", name)
        print(f"  {name}: {found['requests']} requests sent, Ray counted {count:.0f}")
        # Ray's workers report every few seconds, and those broken off may count or not.
        if not 0.9 * found["requests"] <= count <= 1.1 * found["requests"] + 10:
            raise Differs(f"{name}: Ray counted {count:.0f} of {found['requests']} requests")


def check_comparison(folder: Path) -> None:
    files = [folder / f"ray-{name}.profile.yaml" for name in DEPLOYMENTS]
    done = subprocess.run([BINARY, "profile", "--compare", *files, "--out", folder],
                          capture_output=True, text=True)
    if done.returncode != 0 or not (folder / "comparison.png").exists():
        raise Differs(f"signalbox profile --compare ended with {done.returncode}:\n{done.stderr}")
    print(done.stdout)


def check_scraped(ray: RayServe, folder: Path) -> None:
    """Signalbox before Ray: requests go through it, and Ray's page is a source that is believed."""
    gateway, admin = free_port(), free_port()
    config = folder / "signalbox.yaml"
    config.write_text(f"""services:
  single:
    paths: [/single]
    objective: {{latency: 3s, quantile: 90%}}
    policy: cost_first
units:
  ray-single:
    price: 1.00 USD/hour
    plateau: {DEPLOYMENTS["single"]["plateau_per_s"]}/s
    endpoints: [127.0.0.1:{ray.port}]
    health: {{path: /-/healthz}}
sources:
  ray:
    scrape: ray-serve
    units: [ray-single]
    port: {ray.metrics_port}
    where: {{deployment: single}}
    interval: 2s
    ttl: 40s
gateway: {{listen: 127.0.0.1:{gateway}, admin: 127.0.0.1:{admin}, access_log: "off"}}
""")
    with open(folder / "signalbox.log", "wb") as log:
        served = subprocess.Popen([BINARY, "serve", "--config", config], stdout=log, stderr=log)
    try:
        began, answered, seen = time.monotonic(), 0, None
        while time.monotonic() - began < SCRAPED_WITHIN_S:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{gateway}/single", timeout=10):
                    answered += 1
                with urllib.request.urlopen(f"http://127.0.0.1:{admin}/fleet", timeout=10) as page:
                    seen = next(source for source in json.load(page)["sources"]
                                if source["name"] == "ray")
            except OSError:
                time.sleep(0.2)  # it is only starting
                continue
            # Two kinds of reports, so both the load and a latency of what was answered are among them.
            if answered >= 20 and seen["standing"] == "trusted" and seen["taken"] >= 8:
                break
        else:
            raise Differs(f"the source 'ray' was not believed; seen last: {seen}; signalbox said:\n"
                          f"{(folder / 'signalbox.log').read_text()[-2000:]}")
    finally:
        served.terminate()
        served.wait(timeout=40)
    print(f"  scraped: {answered} requests through signalbox, {seen['taken']} reports of Ray's page "
          f"taken, {seen['refused']} refused, standing {seen['standing']}")


def run(folder: Path) -> None:
    with RayServe(installed(), folder) as ray:
        profiled = {}
        for name in DEPLOYMENTS:
            profiled[name] = profile(ray, name, folder)
            check_profile(name, profiled[name], folder)
        time.sleep(12)  # Ray's workers hand their counts on every ten seconds
        page = ray.metrics()
        (folder / "ray-metrics.txt").write_text(page)
        check_metrics(page, profiled)
        check_comparison(folder)
        check_scraped(ray, folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--where-possible", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if not BINARY.exists():
        sys.exit(f"e2e-ray: no {BINARY}; run make build first")
    try:
        if not os.environ.get("SIGNALBOX_OWN_NETWORK"):
            installed()
        alone_in_a_network()
        with tempfile.TemporaryDirectory(prefix="signalbox-ray-") as name:
            run(Path(name))
            if options.keep:
                shutil.copytree(name, options.keep, dirs_exist_ok=True,
                                ignore=lambda *_: ["ray", "ray.log"])
    except NotToBeHad as reason:
        if options.where_possible:
            print(f"e2e-ray: left out: {reason}")
            return 0
        print(f"e2e-ray: {reason}", file=sys.stderr)
        return 1
    except (Differs, OSError, RuntimeError, subprocess.SubprocessError) as problem:
        print(f"e2e-ray: FAILED: {problem}", file=sys.stderr)
        return 1
    print("e2e-ray: all is as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
