#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the parsers' fuzzer, target by target, and says what came of it.

  fuzz/run.py                       every target, FUZZ_SECONDS (600) each
  fuzz/run.py --seconds 3 traces    one of them, briefly
  fuzz/run.py --runs 5000           so many inputs each, the same ones every time
  fuzz/run.py --replay              only the inputs kept in fuzz/corpus
  fuzz/run.py --minimise            what the runs found, as few and small inputs, into fuzz/corpus

What a run learns stays in build/fuzz/corpus and is where the next one goes on. An input that breaks
something is kept in build/fuzz/finds; the exit code is then 1. Build the program first:
cmake --preset fuzz && cmake --build --preset fuzz
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/fuzz/fuzz-parsers"
KEPT = ROOT / "fuzz/corpus"  # in the tree, small
LEARNT = ROOT / "build/fuzz/corpus"  # of this machine, as large as it gets
FINDS = ROOT / "build/fuzz/finds"
WORDS = ROOT / "fuzz/words"
VARIABLE = "SIGNALBOX_FUZZ_TARGET"

# A parser that needs longer for a few kilobytes, or more memory, is a find as well.
LIMITS = ["-timeout=10", "-rss_limit_mb=2048", "-malloc_limit_mb=1024"]
LONGEST_INPUT = 4096
# Files of people are longer than messages before they say anything.
LONGER = {"configuration": 12288, "scenario_file": 6144, "traces": 6144}
MOST_KEPT_BYTES = 8 * 1024  # of one target
MOST_KEPT_INPUTS = 24


@dataclass
class Outcome:
    target: str
    seconds: float
    runs: int = 0
    edges: int = 0
    inputs: int = 0
    finds: list[Path] = field(default_factory=list)
    exit_code: int = 0
    log: str = ""

    @property
    def clean(self) -> bool:
        return self.exit_code == 0 and not self.finds


def targets() -> dict[str, str]:
    """Their names, and what each is in a line; the program itself knows."""
    listed = subprocess.run([PROGRAM], env=without_target(), capture_output=True, text=True)
    found = dict(re.findall(r"^  (\w+)\s+(.+)$", listed.stderr, re.MULTILINE))
    if not found:
        sys.exit(f"fuzz: {PROGRAM} lists no targets:\n{listed.stderr}")
    return found


def without_target() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != VARIABLE}


def libfuzzer(target: str, arguments: list[str], folders: list[Path]) -> subprocess.CompletedProcess:
    environment = os.environ | {VARIABLE: target}
    longest = LONGER.get(target, LONGEST_INPUT)
    command = [PROGRAM, *LIMITS, f"-max_len={longest}", *arguments, *folders]
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    )


def folders_of(target: str) -> list[Path]:
    for folder in (LEARNT / target, KEPT / target):
        folder.mkdir(parents=True, exist_ok=True)
    return [LEARNT / target, KEPT / target]


def fuzz_the_same(target: str, runs: int) -> Outcome:
    """From the kept inputs alone and with one seed, so that what passes here passes elsewhere."""
    with tempfile.TemporaryDirectory() as learnt:
        return fuzz(target, [f"-runs={runs}", "-seed=1"], [Path(learnt), KEPT / target])


def fuzz_for(target: str, seconds: int) -> Outcome:
    return fuzz(target, [f"-max_total_time={seconds}"], folders_of(target))


def fuzz(target: str, limits: list[str], folders: list[Path]) -> Outcome:
    FINDS.mkdir(parents=True, exist_ok=True)
    prefix = f"{FINDS}/{target}-"
    before = set(FINDS.glob(f"{target}-*"))
    began = time.monotonic()
    arguments = [*limits, f"-artifact_prefix={prefix}", "-print_final_stats=1"]
    arguments += [f"-dict={words}" for words in WORDS.glob("*.dict") if target.startswith(words.stem)]
    done = libfuzzer(target, arguments, folders)
    outcome = Outcome(target, time.monotonic() - began, exit_code=done.returncode, log=done.stdout)
    outcome.runs = last_number(r"stat::number_of_executed_units:\s*(\d+)", done.stdout)
    outcome.edges = last_number(r"cov: (\d+)", done.stdout)
    outcome.inputs = len(list(folders[0].iterdir()))
    outcome.finds = sorted(set(FINDS.glob(f"{target}-*")) - before)
    return outcome


def replay(target: str) -> Outcome:
    began = time.monotonic()
    inputs = sorted((KEPT / target).iterdir()) if (KEPT / target).exists() else []
    done = libfuzzer(target, [], inputs) if inputs else None
    code = done.returncode if done else 1
    log = done.stdout if done else f"{KEPT / target} holds no inputs"
    return Outcome(target, time.monotonic() - began, runs=len(inputs), inputs=len(inputs),
                   exit_code=code, log=log)


def last_number(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def minimise(target: str) -> str:
    """The fewest inputs that reach what all of them reach, and of these short and long ones up to a
    bound. Inputs with a name of their own (once a find) always stay."""
    kept = KEPT / target
    named = {path for path in kept.glob("*") if not re.fullmatch(r"[0-9a-f]{40}|seed\d+", path.name)}
    with tempfile.TemporaryDirectory() as scratch:
        merged = Path(scratch)
        done = libfuzzer(target, ["-set_cover_merge=1"], [merged, *folders_of(target)])
        if done.returncode != 0:
            return f"{target}: {done.stdout[-800:]}"
        for path in set(kept.iterdir()) - named:
            path.unlink()
        found = sorted(merged.iterdir(), key=lambda path: path.stat().st_size)
        chosen = spread(found, MOST_KEPT_INPUTS - len(named))
        room = MOST_KEPT_BYTES - sum(path.stat().st_size for path in named)
        while chosen and sum(path.stat().st_size for path in chosen) > room:
            chosen.pop()
        for path in chosen:
            shutil.copyfile(path, kept / path.name)
        return f"{target}: {len(chosen)} of {len(found)} inputs kept"


def spread(items: list[Path], most: int) -> list[Path]:
    """So many of them, from the whole length of the list."""
    if len(items) <= most:
        return items
    return [items[round(i * (len(items) - 1) / max(most - 1, 1))] for i in range(most)]


def report(outcome: Outcome) -> None:
    verdict = "clean" if outcome.clean else "FOUND SOMETHING"
    pace = outcome.runs / max(outcome.seconds, 0.001)
    print(f"  {outcome.target:<26} {outcome.seconds:7.0f} s {outcome.runs:>12,} runs {pace:>9,.0f}/s"
          f" {outcome.edges:>7,} edges {outcome.inputs:>6,} inputs   {verdict}", flush=True)
    if outcome.clean:
        return
    for line in outcome.log.splitlines()[-60:]:
        print(f"    | {line}")
    for path in outcome.finds:
        print(f"    again: {VARIABLE}={outcome.target} {PROGRAM} {path}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("targets", nargs="*", help="all when none is named")
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("FUZZ_SECONDS", 600)))
    parser.add_argument("--runs", type=int, default=int(os.environ.get("FUZZ_RUNS") or 0))
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--minimise", action="store_true")
    options = parser.parse_args()
    if not PROGRAM.exists():
        sys.exit(f"fuzz: no {PROGRAM}; build it: cmake --preset fuzz && cmake --build --preset fuzz")
    known = targets()
    if unknown := [name for name in options.targets if name not in known]:
        sys.exit(f"fuzz: no target {', '.join(unknown)}; there are: {', '.join(known)}")
    wanted = options.targets or list(known)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        if options.minimise:
            for said in pool.map(minimise, wanted):
                print(said, flush=True)
            return 0
        if options.replay:
            run = replay
        elif options.runs:
            run = lambda target: fuzz_the_same(target, options.runs)
        else:
            run = lambda target: fuzz_for(target, options.seconds)
        tasks = [pool.submit(run, target) for target in wanted]
        outcomes = []
        for task in concurrent.futures.as_completed(tasks):
            outcomes.append(task.result())
            report(outcomes[-1])
    found = [outcome.target for outcome in outcomes if not outcome.clean]
    if found:
        print(f"fuzz: {len(found)} of {len(outcomes)} targets found something: {', '.join(found)}")
        return 1
    print(f"fuzz: {len(outcomes)} targets, {sum(outcome.runs for outcome in outcomes):,} runs: clean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
