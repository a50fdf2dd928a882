#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the table of request rates that the simulator reads from a checkout of ServeGen.

ServeGen publishes one file per client, data/GROUP/MODEL/chunk-N-trace.csv, with a row per window of
ten minutes: begin, rate, cv, law of the gaps and its two parameters. A model's traffic is the sum
over its clients, and that is what this writes: category,window_start_s,n_active_clients,rate_rps.

    tools/traces/servegen_rates.py path/to/ServeGen > servegen_rates_10min_week1.csv
"""

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path


def add_client(trace: Path, sums: dict[int, list[float]], length_s: int) -> None:
    with trace.open(newline="") as rows:
        for number, row in enumerate(csv.reader(rows), start=1):
            try:
                begin, rate = int(float(row[0])), float(row[1])
            except (IndexError, ValueError):
                sys.exit(f"{trace}:{number}: expected begin,rate,... and found {','.join(row)!r}")
            if begin < length_s:
                window = sums[begin]
                window[0] += rate > 0
                window[1] += rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path, help="top of a checkout of alibaba/ServeGen")
    parser.add_argument("--days", type=float, default=7, help="how much to keep (default: 7)")
    arguments = parser.parse_args()
    length_s = round(arguments.days * 86400)
    models = sorted({trace.parent for trace in arguments.checkout.glob("data/*/*/chunk-*-trace.csv")})
    if not models:
        sys.exit(f"{arguments.checkout}: no data/GROUP/MODEL/chunk-N-trace.csv: is it ServeGen?")
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["category", "window_start_s", "n_active_clients", "rate_rps"])
    for model in models:
        sums: dict[int, list[float]] = defaultdict(lambda: [0, 0.0])
        for trace in sorted(model.glob("chunk-*-trace.csv")):
            add_client(trace, sums, length_s)
        category = f"{model.parent.name}/{model.name}"
        for begin in sorted(sums):
            clients, rate = sums[begin]
            out.writerow([category, begin, int(clients), f"{rate:.6f}"])


if __name__ == "__main__":
    main()
