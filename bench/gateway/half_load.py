# SPDX-License-Identifier: Apache-2.0
"""What a gateway adds to the time of a request when it is not at its limit: requests come at half the
rate that HAProxy carried, to the gateway and to the backend itself, and the difference counts.

Clear HTTP/1.1 is sent by an open loop of ours, where a request that is late because the one before it
was slow counts as late. For HTTP/2 and TLS h2load paces each connection; it times a request from when it
was sent, so the worst of its tail is missing for all gateways alike."""

from contender import Contender
from loads import open_loop, paced
from setting import Setting
from workloads import Workload


def measure(
    setting: Setting, workload: Workload, body, gateway: Contender | None, port: int, rate: float,
    seconds: float, seed: int,
) -> dict:  # fmt: skip
    """`gateway` is None where the backend itself is asked, in HTTP/1.1 and in clear."""
    before = gateway.cpu_time() if gateway else None
    if workload.front == "h1" or gateway is None:
        timed = open_loop(setting, port, workload.path, body, rate, seconds, seed)
    else:
        timed = paced(setting, gateway.url + workload.path, body, workload, rate, seconds)
    figures = {
        "rate": rate,
        "p50_us": timed["p50_us"],
        "p99_us": timed["p99_us"],
        "unanswered": timed["due"] - timed["answered"] + timed["failed"],
    }
    if gateway:
        gateway.check_alive()
        used = gateway.cpu_time() - before
        figures["cpu_us"] = used.total_ns / 1e3 / max(1, timed["sent"])
    return figures
