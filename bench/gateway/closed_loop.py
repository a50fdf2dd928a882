# SPDX-License-Identifier: Apache-2.0
"""A gateway at its limit: a closed loop keeps it busy, and what counts is how many requests a second
it carries on its one core and how much processor time each took it."""

from contender import Contender
from loads import Served, h2load, wrk
from setting import Setting
from workloads import Workload


def measure(setting: Setting, workload: Workload, body, gateway: Contender, seconds: float) -> dict:
    before = gateway.cpu_time()
    served = carry(setting, workload, body, gateway, seconds)
    used = gateway.cpu_time() - before
    gateway.check_alive()
    each_us = used.total_ns / 1e3 / max(served.requests, 1)
    return {
        "requests": served.requests,
        "failed": served.failed,
        "per_second": served.per_second,
        "cpu_us": each_us,
        "kernel_us": each_us * used.kernel_share(),
        "user_us": each_us * (1 - used.kernel_share()),
        "core_share": used.total_ns / 1e9 / served.seconds,
    }


def carry(
    setting: Setting, workload: Workload, body, gateway: Contender, seconds: float
) -> Served:
    url = gateway.url + workload.path
    if workload.front == "h2":
        return h2load(setting, url, body, workload.connections, workload.streams_each, seconds)
    return wrk(setting, url, body, workload.connections, seconds)
