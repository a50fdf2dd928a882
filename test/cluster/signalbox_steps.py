# SPDX-License-Identifier: Apache-2.0
"""What Signalbox must show in a cluster, in the order of a bad day: a wave, a pool that runs dry, an API
server that is gone, a leader that is killed; and in the end that it had no right too many.
"""

import json
import ssl
import threading
import time
import urllib.request

import chart
import helm_chart
import neighbours
from audit import Audit
from callers import Callers
from fleet import DIRECT_REPLICAS, MODELS, NAMESPACE, OTHERS, UNITS, VALUES, Fleet
from processes import Differs, eventually

CALM_PER_S, WAVE_PER_S = 6.0, 15.0
CALM_REPLICAS = 6  # at two requests a second each
ROUTED_WITHIN_S = 1.0
TAKEN_OVER_WITHIN_S = 20.0
# A change goes through the plan, KEDA's poll, the HPA's sync, Karpenter's batch and a boot.
SCALED_WITHIN_S = 90


class Day:
    def __init__(self, fleet: Fleet, callers: Callers):
        self.fleet, self.callers, self.plane = fleet, callers, fleet.plane

    # --- what is looked at

    def scaled_to_plan(self) -> dict[str, int] | None:
        """Replicas by unit, once every Deployment has what the leader wants and all of it serves."""
        leader = self.fleet.leader()
        found = {}
        for name in UNITS:
            replicas = leader.unit(name)["replicas"]
            if self.fleet.replicas(name) != replicas["wanted"] or \
                    replicas["ready"] != replicas["wanted"]:
                return None
            found[name] = replicas["wanted"]
        return found

    def settled(self, what: str, carries_per_s: float,
                within_s: float = SCALED_WITHIN_S) -> tuple[dict[str, int], float]:
        def check():
            found = self.scaled_to_plan()
            return found if found and 2.0 * sum(found.values()) >= carries_per_s else None
        return eventually(what, check, within_s)

    def failures_since(self, at: float) -> tuple[int, int]:
        answers = self.callers.since(at)
        failed = [each for each in answers if each.status != 200]
        if failed:
            print(f"    failed: {failed[:3]}", flush=True)
        return len(answers), len(failed)

    def none_failed_since(self, at: float) -> str:
        asked, failed = self.failures_since(at)
        if failed or not asked:
            raise Differs(f"{failed} of {asked} requests failed")
        return f"{asked} requests, 0 failed"

    def nodes_of(self, pool: str) -> int:
        return len(self.plane.get("nodeclaims", "-l", f"karpenter.sh/nodepool={pool}")["items"])

    # --- what happens

    def comes_up(self) -> str:
        _, elected_s = eventually("one controller leads", self.fleet.leader, 40)
        eventually("resources are accepted", lambda: self.plane.kubectl(
            "wait", "--for=condition=Accepted", "rsvc,du", "--all", "-n", MODELS,
            "--timeout=1s"), 30)
        for gateway in self.fleet.gateways():
            eventually(f"{gateway.name} has a view", lambda: gateway.service(), 30)
        return f"a leader after {elected_s:.1f} s"

    def other_workloads(self) -> str:
        def check():
            leader = self.fleet.leader()
            ready = {name: leader.unit(name)["replicas"]["ready"] for name in OTHERS}
            return ready if ready == wanted else None
        wanted = {name: DIRECT_REPLICAS if name == "direct" else 1 for name in OTHERS}
        ready, took_s = eventually("every kind of workload is found", check, 60)
        return f"{ready} after {took_s:.0f} s, direct by our own hand"

    def wave(self) -> str:
        began = time.monotonic()
        self.callers.rate(CALM_PER_S)
        calm, from_zero_s = self.settled("from zero to what is needed", CALM_PER_S)
        self.callers.rate(WAVE_PER_S)
        high, up_s = self.settled("what the wave needs", WAVE_PER_S)
        self.callers.rate(CALM_PER_S)
        _, down_s = eventually("less again after it", lambda: (
            lambda now: now and sum(now.values()) < sum(high.values()))(self.scaled_to_plan()),
            SCALED_WITHIN_S)
        return (f"from 0 to {calm} in {from_zero_s:.0f} s, wave {high} in {up_s:.0f} s, down again "
                f"in {down_s:.0f} s; {self.none_failed_since(began)}")

    def pool_runs_dry(self) -> str:
        began = time.monotonic()
        eventually("calm again, and hardly a node to spare", lambda: (
            lambda now: now and sum(now.values()) <= CALM_REPLICAS
            and self.nodes_of("inf2") <= now["alpha"] + 1
            and self.fleet.leader().service()["mode"] == "cost_optimized")(
                self.scaled_to_plan()), 240)
        self.plane.kubectl("delete", "kwoknodeclass", "inf2", "--wait=true")
        self.callers.rate(WAVE_PER_S)
        eventually("a pod of alpha waits for a node", lambda: self.plane.get(
            "pods", "-n", MODELS, "-l", "app=alpha",
            "--field-selector=status.phase=Pending")["items"], 60)
        heard = _Heard(self.fleet)
        self.plane.kubectl("create", "-f", "-",
                           given=json.dumps(neighbours.claim_of_a_dry_pool("inf2")))
        event_at = heard.of_capacity_error()
        pages = [self.fleet.leader(), *self.fleet.gateways()]
        for pod in pages:
            eventually(f"{pod.name} is in capacity mode",
                       lambda: pod.service()["mode"] == "capacity_optimized", 10, 0.01)
        routed_s = time.monotonic() - event_at
        wanted, _ = eventually("others are wanted in its place", lambda: (
            self.fleet.leader().unit("beta")["replicas"]["wanted"]), 5, 0.01)
        planned_s = time.monotonic() - event_at
        if max(routed_s, planned_s) > ROUTED_WITHIN_S:
            raise Differs(f"routing moved after {routed_s:.2f} s, the plan after {planned_s:.2f} s; "
                          f"at most {ROUTED_WITHIN_S:.0f} s are allowed")
        _, served_s = eventually("beta serves", lambda: (
            self.fleet.leader().unit("beta")["replicas"]["ready"] >= 1), SCALED_WITHIN_S)
        return (f"leader and {len(pages) - 1} gateways route anew {1e3 * routed_s:.0f} ms after the "
                f"event, {wanted} replicas of beta wanted after {1e3 * planned_s:.0f} ms, serving "
                f"after {served_s:.0f} s; {self.none_failed_since(began)}")

    def pool_recovers(self) -> str:
        began = time.monotonic()
        self.plane.apply(neighbours.node_pool("inf2", UNITS["alpha"]["hardware"],
                                              UNITS["alpha"]["max"]))
        _, returned_s = eventually("back in cost mode", lambda: all(
            pod.service()["mode"] == "cost_optimized"
            for pod in [self.fleet.leader(), *self.fleet.gateways()]), 240)
        self.callers.rate(CALM_PER_S)
        self.settled("what calm needs", CALM_PER_S)
        return f"in cost mode after {returned_s:.0f} s; {self.none_failed_since(began)}"

    def api_server_is_gone(self, for_s: float) -> str:
        began = time.monotonic()
        self.plane.stop_api_server()
        while time.monotonic() < began + for_s:
            time.sleep(0.5)
            for pod in self.fleet.pods:
                if not self.fleet.processes.is_running(pod.process):
                    raise Differs(f"{pod.name} ended without the API server")
        traffic = self.none_failed_since(began)
        self.plane.start_api_server()
        _, back_s = eventually("one controller leads again", self.fleet.leader, 60)
        # Nodes that were not heard of for so long lost their pods when it came back.
        self.settled("KEDA is answered again", CALM_PER_S, 240)
        return f"{for_s:.0f} s without it: {traffic}; a leader {back_s:.1f} s after its return"

    def leader_is_killed(self) -> str:
        began = time.monotonic()
        before = Audit(self.plane.audit_log)
        lost = self.fleet.leader()
        self.fleet.processes.kill(lost.process)
        killed = time.monotonic()
        successor, _ = eventually("another controller leads", self.fleet.leader, 60, 0.1)
        took_over_s = time.monotonic() - killed
        if successor is lost or took_over_s > TAKEN_OVER_WITHIN_S:
            raise Differs(f"taken over after {took_over_s:.1f} s")
        self.callers.rate(WAVE_PER_S)
        self.settled("the new leader scales", WAVE_PER_S)
        traffic = self.none_failed_since(began)
        lost.start()
        eventually("it is back and stands by", lost.is_ready, 30)
        self.callers.rate(CALM_PER_S)
        self.settled("what calm needs", CALM_PER_S)
        turns = Audit(self.plane.audit_log).writers()[max(0, len(before.writers()) - 1):]
        if turns != [lost.name, successor.name]:
            raise Differs(f"writes by turns: {turns}")
        return f"taken over after {took_over_s:.1f} s, writes never overlapped; {traffic}"

    def controllers_are_gone(self, for_s: float) -> str:
        """Both, for longer than KEDA waits before it would stop a unit that is not wanted."""
        began = time.monotonic()
        before = {name: self.fleet.replicas(name) for name in UNITS}
        for pod in self.fleet.controllers():
            self.fleet.processes.kill(pod.process)
        while time.monotonic() < began + for_s:
            time.sleep(1.0)
            now = {name: self.fleet.replicas(name) for name in UNITS}
            if now != before:
                raise Differs(f"replicas went from {before} to {now} without a controller")
        for pod in self.fleet.controllers():
            pod.start()
        _, back_s = eventually("one controller leads again", self.fleet.leader, 60)
        # Nodes that were not heard of for so long lost their pods when it came back.
        self.settled("KEDA is answered again", CALM_PER_S, 240)
        return (f"{for_s:.0f} s without any: replicas stay {before}, a leader after {back_s:.1f} s; "
                f"{self.none_failed_since(began)}")

    def rights(self) -> str:
        audit = Audit(self.plane.audit_log)
        if audit.refused():
            raise Differs(f"refused: {', '.join(audit.refused())}")
        allowed = chart.rules_of(helm_chart.render("--values", VALUES))
        unused = sorted(allowed - audit.used())
        print(f"    asked: {audit.summary()}", flush=True)
        return f"nothing refused; of {len(allowed)} rights unused: " + (
            ", ".join(f"{verb} {resource}" for resource, verb in unused) or "none")

    def pages(self) -> str:
        """What a person sees, for the documentation."""
        said = []
        for words in (["signalbox", "-n", MODELS], ["rsvc", "-n", MODELS, "-o", "wide"],
                      ["lease", "signalbox", "-n", NAMESPACE],
                      ["scaledobject,hpa", "-n", MODELS]):
            said.append(f"$ kubectl get {' '.join(words)}\n" + self.plane.kubectl("get", *words))
        said.append(self.plane.kubectl("describe", "rsvc", "-n", MODELS))
        (self.fleet.folder / "pages.txt").write_text("\n".join(said))
        return "\n".join(said[:1])


class _Heard:
    """Hears of the Event as our controllers do: by a watch of its own."""

    def __init__(self, fleet: Fleet):
        self._at: float | None = None
        kubeconfig = json.loads(fleet.plane.kubeconfig("admin").read_text())
        token = kubeconfig["users"][0]["user"]["token"]
        context = ssl.create_default_context(cafile=str(fleet.plane.authority.certificate))
        api = kubeconfig["clusters"][0]["cluster"]["server"]
        request = urllib.request.Request(
            f"{api}/api/v1/events?watch=1&timeoutSeconds=60&"
            f"resourceVersion={fleet.plane.get('events', '-A')['metadata']['resourceVersion']}",
            headers={"Authorization": f"Bearer {token}"})
        self._stream = urllib.request.urlopen(request, timeout=60, context=context)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._stream:
            if json.loads(line)["object"].get("reason") == "InsufficientCapacityError":
                self._at = time.monotonic()
                return

    def of_capacity_error(self) -> float:
        eventually("Karpenter says that there is no capacity", lambda: self._at, 20, 0.005)
        return self._at
