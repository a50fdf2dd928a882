#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signalbox in a real cluster: the real API server, scheduler and controllers, KEDA and Karpenter, with
nodes that kwok plays and servers that are emulated.

    test/cluster/run.py                    minutes; builds what is missing before, which takes half an hour
    test/cluster/run.py --where-possible   is left out where something is not built yet or not to be had
    test/cluster/run.py --keep FOLDER      leaves the logs there, the audit log and what kubectl showed
    test/cluster/run.py --api-gone 20      the API server is gone for 20 s instead of two minutes
    test/cluster/run.py --platform         only what needs none of our programs

Everything runs in a network of its own, on this machine's loopback; it is ended at the end.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

import fleet
import neighbours
import network
import platform_steps
import tools
from callers import Callers
from control_plane import ControlPlane
from processes import Differs, Processes
from signalbox_steps import Day


def step(name: str, action) -> None:
    began = time.monotonic()
    told = action()
    print(f"  ok: {name} ({time.monotonic() - began:.0f} s): {told}", flush=True)


def platform_comes_up(plane: ControlPlane, processes: Processes, names: network.Names) -> str:
    plane.start()
    neighbours.start_kwok(plane, processes)
    plane.apply([neighbours.fake_node(f"system-{zone[-1]}", zone) for zone in neighbours.ZONES])
    neighbours.start_keda(plane, processes, names)
    neighbours.start_karpenter(plane, processes)
    neighbours.keda_is_up(plane)
    return f"Kubernetes {tools.KUBERNETES}, KEDA and Karpenter"


def directed(plane: ControlPlane, processes: Processes, names: network.Names,
             api_gone_s: float) -> None:
    Path(fleet.CREDENTIALS).mkdir(parents=True, exist_ok=True)
    ours = fleet.Fleet(plane, processes, names)
    fleet.start_servers(processes, ours.folder)
    step("the chart is installed", lambda: ours.install() or f"{len(ours.pods)} pods")
    plane.apply([each for unit in fleet.UNITS.values()
                 for each in neighbours.node_pool(unit["pool"], unit["hardware"], unit["max"])])
    plane.apply([fleet.workload(name) for name in fleet.UNITS] + fleet.other_workloads()
                + fleet.our_resources())
    ours.start()
    ours.keep_timeline()
    with Callers([f"{pod.address}:8080" for pod in ours.gateways()]) as callers:
        day = Day(ours, callers)
        step("controllers and gateways come up", day.comes_up)
        step("every kind of workload is found", day.other_workloads)
        plane.apply([fleet.scaled_object(name) for name in fleet.UNITS])
        step("a wave is followed by KEDA", day.wave)
        step("a pool runs dry", day.pool_runs_dry)
        step("the pool recovers", day.pool_recovers)
        step("kubectl shows it", day.pages)
        step("the API server is gone", lambda: day.api_server_is_gone(api_gone_s))
        step("the leader is killed", day.leader_is_killed)
        step("all controllers are gone", lambda: day.controllers_are_gone(30))
        step("it has no right too many", day.rights)


def run(folder: Path, options: argparse.Namespace) -> None:
    names = network.Names(folder)
    with Processes(folder) as processes:
        try:
            plane = ControlPlane(processes, folder)
            step("the control plane is up",
                 lambda: platform_comes_up(plane, processes, names))
            step("our files are accepted", lambda: platform_steps.everything_is_accepted(plane))
            step("the tolerance trap",
                 lambda: platform_steps.small_changes_are_lost_without_tolerance(plane))
            if not options.platform:
                directed(plane, processes, names, options.api_gone)
        except Differs:
            for name in [*processes.dead(), *processes.names()]:
                lines = processes.log(name).splitlines()[-8:]
                print(f"--- {name}, its last lines\n" + "\n".join(line[:300] for line in lines))
            raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--where-possible", action="store_true")
    parser.add_argument("--keep", type=lambda text: Path(text).absolute(), metavar="FOLDER")
    parser.add_argument("--api-gone", type=float, default=120.0, metavar="SECONDS")
    parser.add_argument("--binary", type=lambda text: Path(text).absolute(), default=fleet.BINARY)
    parser.add_argument("--platform", action="store_true")
    options = parser.parse_args()
    fleet.BINARY = options.binary
    if not options.platform and not fleet.BINARY.exists():
        sys.exit(f"e2e-cluster: no {fleet.BINARY}; run make build first")
    began = time.monotonic()
    try:
        missing = tools.missing(tools.TOOLS)
        if missing and options.where_possible:
            raise tools.NotToBeHad(f"{', '.join(missing)} not built yet; test/cluster/build.py does, "
                                   "in half an hour")
        for name in missing:
            tools.build(name)
        network.enter(__file__)
        with tempfile.TemporaryDirectory(prefix="signalbox-cluster-") as name:
            try:
                run(Path(name), options)
            finally:
                if options.keep:
                    with contextlib.suppress(OSError):
                        shutil.copytree(name, options.keep, dirs_exist_ok=True,
                                        ignore=shutil.ignore_patterns("etcd"))
    except tools.NotToBeHad as reason:
        print(f"e2e-cluster: {'left out: ' if options.where_possible else ''}{reason}")
        return 0 if options.where_possible else 1
    except Differs as problem:
        print(f"e2e-cluster: FAILED: {problem}", file=sys.stderr)
        return 1
    print(f"e2e-cluster: all is as it should be, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
