#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HAProxy, nginx, Envoy and Signalbox before the same backend, under the same load, in one run.

One core for the gateway that is measured, the others for load and backend. Prints what it measures as
it goes, writes tables between the marks of bench/RESULTS.md and all samples as JSON. Python's standard
library only.

Exit codes: 0 measured, 1 a gateway lost or altered something, 2 it could not run.
"""

import argparse
import datetime
import json
import os
import platform
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import closed_loop
import envoy
import equipment
import haproxy
import hot_spots
import nginx
import results_file
import signalbox_serve
from comparison import Comparison
from setting import AHEAD, TOP, CannotRun, Setting, processors, raise_file_limit
from workloads import CLOSED_LOOP, SSE

# Neighbours in every turn, so that the ratio that counts is between neighbours in time.
RECIPES = [haproxy.RECIPE, signalbox_serve.RECIPE, nginx.RECIPE, envoy.RECIPE]
PARTS = [workload.name for workload in CLOSED_LOOP] + [SSE.name, "idle"]


def words(allowed: list[str]):
    def parse(text: str) -> list[str]:
        chosen = [word.strip() for word in text.split(",") if word.strip()]
        for word in chosen:
            if word not in allowed:
                raise argparse.ArgumentTypeError(f"'{word}' is none of {', '.join(allowed)}")
        return chosen

    return parse


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    names = [recipe.name for recipe in RECIPES]
    parser = argparse.ArgumentParser(prog="make bench-gateway BENCH_GATEWAY=...", description=__doc__)
    parser.add_argument("--only", type=words(PARTS), default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--without", type=words(names), default=[], help="gateways left out")
    parser.add_argument("--repeats", type=int, default=5, help="turns of each (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=4, help="a turn (default %(default)s)")
    parser.add_argument("--streams", type=int, default=10_000, help="at once (default %(default)s)")
    parser.add_argument("--token-interval-ms", type=float, default=250, help="default %(default)s")
    parser.add_argument("--idle-connections", type=int, default=2_500, help="default %(default)s")
    parser.add_argument("--signalbox", type=Path, help="another binary than build/release/signalbox")
    parser.add_argument(
        "--ahead",
        choices=list(AHEAD),
        default="no",
        help="how gateways and load get before others on a machine that others use; needs root",
    )
    parser.add_argument("--results", type=Path, default=TOP / "bench" / "RESULTS.md")
    parser.add_argument("--no-results", action="store_true", help="leave bench/RESULTS.md as it is")
    parser.add_argument(
        "--profile", action="store_true", help="only say where Signalbox's time goes, under the first of --only"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    setting = Setting(signalbox=options.signalbox, ahead=options.ahead)
    try:
        cores = processors()
        if len(cores) < 2:
            raise CannotRun("one processor is too few: the gateway must have one of its own")
        setting.load_core, setting.gateway_core = cores[0], cores[1]
        setting.open_files = raise_file_limit(2 * options.streams + 2_000)
        recipes = [recipe for recipe in RECIPES if recipe.name not in options.without]
        if envoy.RECIPE in recipes and not options.profile:
            equipment.install_envoy(setting)
        if options.profile:
            return profile(setting, options)
        return compare(setting, recipes, options)
    except CannotRun as error:
        print(f"bench-gateway: {error}", file=sys.stderr)
        return 2


def compare(setting: Setting, recipes: list, options: argparse.Namespace) -> int:
    versions = {recipe.name: recipe.version(setting) for recipe in recipes}
    context = {
        "when": datetime.datetime.now().isoformat(timespec="minutes"),
        "versions": versions,
        "kernel": platform.release(),
        "processors": len(processors()),
        "model": processor_model(),
        "command": " ".join(["make bench-gateway", f"BENCH_GATEWAY='{' '.join(sys.argv[1:])}'"]),
    }
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"{context['processors']} processors ({context['model']}), load average", os.getloadavg())
    comparison = Comparison(setting, recipes, options.repeats, options.seconds)
    parts = {w.name: lambda w=w: comparison.closed_loop(w) for w in CLOSED_LOOP}
    parts[SSE.name] = lambda: comparison.streams(options.streams, options.token_interval_ms)
    parts["idle"] = lambda: comparison.idle(options.idle_connections)
    results = setting.work / "results.json"
    for name in options.only:
        section = parts[name]()
        section += ["", provenance(name, context, options)]
        print("\n" + "\n".join(section), flush=True)
        if not options.no_results:
            results_file.replace_section(options.results, name, section)
        results.write_text(json.dumps({**context, "samples": comparison.samples}, indent=1))
    print(f"\nall samples: {results}")
    return 1 if lost(comparison.samples) else 0


def provenance(name: str, context: dict, options: argparse.Namespace) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in context["versions"].items())
    turns = f"Median of {options.repeats} turns in changing order, [least, greatest]"
    how = {SSE.name: turns, "idle": "Measured once"}
    return (
        f"{how.get(name, f'{turns}, of {options.seconds:.0f} s')}; {versions}; {context['processors']} processors of {context['model']}, Linux "
        f"{context['kernel']}, {context['when']}."
    )


def processor_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def lost(samples: dict) -> list[str]:
    """What Signalbox must not do under any of these loads."""
    found = []
    for name, part in samples.items():
        if name == "idle":
            continue
        tables = part.values() if "limit" in part else [part]
        for table in tables:
            for sample in table.get("signalbox", []):
                for figure in ("failed", "unanswered", "cut", "altered", "refused"):
                    if sample.get(figure):
                        found.append(f"signalbox, {name}: {sample[figure]} {figure}")
    for line in found:
        print(line, file=sys.stderr)
    return found


def profile(setting: Setting, options: argparse.Namespace) -> int:
    workload = next((w for w in CLOSED_LOOP if w.name in options.only), CLOSED_LOOP[0])
    if setting.ahead == "realtime":
        print("note: perf must get its turn as well, so --ahead is nice, not realtime")
        setting.ahead = "nice"
    for recipe in (signalbox_serve.RECIPE, haproxy.RECIPE):
        with ExitStack() as stack:
            comparison = Comparison(setting, [recipe], options.repeats, options.seconds)
            body, gateway = comparison.stage_one(stack, workload, recipe.name)
            spots = hot_spots.hot_spots(
                setting,
                gateway,
                lambda seconds: closed_loop.carry(setting, workload, body, gateway, seconds),
            )
            print("\n".join(hot_spots.describe(recipe.name, spots, 60)), "\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
