# SPDX-License-Identifier: Apache-2.0
"""One workload through every gateway, in turns: the gateways are started together, measured repeat by
repeat, and ended, and what was measured becomes the section that people read."""

import os
from contextlib import ExitStack

import closed_loop
import half_load
import idle
import report
import streams
from backend import Backend
from certificate import certificate
from contender import Contender, Front, NotOffered, Recipe
from paired import Spread, turns
from setting import CannotRun, Setting
from workloads import SSE, Workload


class Comparison:
    def __init__(self, setting: Setting, recipes: list[Recipe], repeats: int, seconds: float):
        self._setting = setting
        self._recipes = recipes
        self._repeats = repeats
        self._seconds = seconds
        self.samples: dict = {}
        self.notes: list[str] = []

    def closed_loop(self, workload: Workload) -> list[str]:
        """At the limit, then at half of what HAProxy carried there."""
        self._begin(workload.name, workload.title)
        with ExitStack() as stack:
            backend, body, gateways = self._stage(stack, workload)
            full = self._take_turns(
                f"{workload.name} at the limit",
                list(gateways),
                lambda name, _: closed_loop.measure(
                    self._setting, workload, body, gateways[name], self._seconds
                ),
                lambda s: f"{s['cpu_us']:7.1f} µs a request, {s['per_second']:8.0f} requests/s",
            )
            reference = full.get(report.REFERENCE) or next(iter(full.values()))
            rate = Spread.of([sample["per_second"] for sample in reference]).median / 2
            half = self._take_turns(
                f"{workload.name} at {rate:.0f} requests/s",
                ["direct", *gateways],
                lambda name, repeat: half_load.measure(
                    self._setting, workload, body, gateways.get(name),
                    gateways[name].port if name in gateways else backend.ports[0],
                    rate, self._seconds, repeat + 1,
                ),
                lambda s: f"p50 {s['p50_us']:7.0f} µs, p99 {s['p99_us']:7.0f} µs",
            )  # fmt: skip
        self.samples[workload.name] = {"limit": full, "half": half}
        return [
            f"### {workload.title}", "",
            "At the limit, closed loop:", "", *report.closed_loop_table(full), "",
            f"At {rate:,.0f} requests/s, half of what HAProxy carried:", "",
            *report.latency_table(half), *self._said(),
        ]  # fmt: skip

    def streams(self, wanted: int, interval_ms: float) -> list[str]:
        self._begin(SSE.name, SSE.title)
        count = min(wanted, self._setting.max_connections - 100)
        if count < wanted:
            self._note(
                f"A process may have {self._setting.open_files:,} files open here and a stream takes "
                f"a gateway two, so there are {count:,} streams, not {wanted:,}."
            )
        with ExitStack() as stack:
            backend, body, gateways = self._stage(
                stack, SSE, ["--tokens", str(streams.TOKENS), "--token-interval-ms", str(interval_ms)]
            )
            taken = self._take_turns(
                f"{count} streams",
                ["direct", *gateways],
                lambda name, _: streams.measure(
                    self._setting, SSE, body, gateways.get(name),
                    gateways[name].port if name in gateways else backend.ports[0],
                    count, interval_ms,
                ),
                lambda s: f"{s['complete']} complete, {s.get('cpu_us', 0):5.2f} µs a token, "
                f"{s['cut']} cut, {s['altered']} altered, {s['refused']} refused",
            )  # fmt: skip
        self.samples[SSE.name] = taken
        return [
            f"### {SSE.title}", "",
            f"{count:,} streams at once, of {streams.TOKENS} tokens {interval_ms:.0f} ms apart:", "",
            *report.stream_table(taken), *self._said(),
        ]  # fmt: skip

    def idle(self, count: int) -> list[str]:
        self._begin("idle", "Memory of an idle connection")
        count = min(count, self._setting.max_connections - 200)
        workload = Workload("idle", "", "h1", "/v1/embeddings", "bench-json", 1)
        rows = []
        for recipe in self._recipes:
            row = {"gateway": recipe.name}
            for front in ("h1", "tls"):
                with ExitStack() as stack:
                    _, body, gateways = self._stage(stack, workload, front=front, only=[recipe])
                    row[front] = "not offered"
                    if recipe.name in gateways:
                        row[front] = idle.kib_per_connection(
                            gateways[recipe.name], body.read_bytes(), count
                        )
                print(f"  {recipe.name} {front}: {row[front]}", flush=True)
            rows.append(row)
        self.samples["idle"] = rows
        return [
            "### Memory of an idle connection", "",
            f"Userspace only: growth of the proportional set size over {count:,} connections that had "
            "one request answered, divided by their number:", "",
            *report.idle_table(rows), *self._said(),
        ]  # fmt: skip

    def stage_one(self, stack: ExitStack, workload: Workload, name: str):
        """The backend, the body and one gateway, for whoever measures it otherwise."""
        only = [recipe for recipe in self._recipes if recipe.name == name]
        _, body, gateways = self._stage(stack, workload, only=only)
        return body, gateways[name]

    def _stage(self, stack: ExitStack, workload: Workload, options=None, front=None, only=None):
        backend = Backend(self._setting, options)
        stack.callback(backend.stop)
        body = workload.write_body(self._setting.folder("load"))
        kind = front or workload.front
        shown = Front(kind, certificate(self._setting) if kind == "tls" else None)
        gateways = {}
        for recipe in only or self._recipes:
            try:
                gateway = Contender(recipe, self._setting, shown, backend.ports)
            except NotOffered as reason:
                self._note(f"{recipe.name} does not take part: {reason}")
                continue
            stack.callback(gateway.stop)
            gateways[recipe.name] = gateway
        if not gateways and not only:
            raise CannotRun(f"no gateway takes part in {workload.name}")
        return backend, body, gateways

    def _take_turns(self, what: str, names: list[str], measure, say) -> dict[str, list[dict]]:
        taken: dict[str, list[dict]] = {name: [] for name in names}
        for repeat in range(self._repeats):
            for name in turns(names, repeat):
                sample = measure(name, repeat)
                taken[name].append(sample)
                print(
                    f"  {what}, {repeat + 1} of {self._repeats}: {name:<10} {say(sample)}",
                    flush=True,
                )
        return taken

    def _begin(self, name: str, title: str) -> None:
        print(f"\n==> {name}: {title or name}", flush=True)
        self.notes = []
        self._load_before = os.getloadavg()[0]

    def _note(self, text: str) -> None:
        print(f"  note: {text}", flush=True)
        self.notes.append(text)

    def _said(self) -> list[str]:
        lines = ["", f"Load average {self._load_before:.1f} before, {os.getloadavg()[0]:.1f} after."]
        return lines + [line for note in dict.fromkeys(self.notes) for line in ("", note)]
