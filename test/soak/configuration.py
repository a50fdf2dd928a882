# SPDX-License-Identifier: Apache-2.0
"""Configurations that follow each other in a soak. Each differs from the one before in what requests
are decided by: prices, limits, the objective, and which endpoints belong to which unit, so that every
few reloads an endpoint leaves while it serves. Few decisions are kept, so that what keeps them is full soon
and memory shows what else grows."""

import random

_TEXT = """
services:
  work:
    paths: [/v1/*, /health]
    objective: {{latency: {latency}s, quantile: {quantile}%}}
    policy: {policy}
    patience: 15s
    timeout: 20s
    max_held: {max_held}
units:
{units}
gateway:
  listen: 127.0.0.1:{port}
  admin: 127.0.0.1:{admin_port}
  access_log: {access_log}
  explain_ring: 256
"""

_UNIT = """  {name}:
    price: {price:.4f} USD/hour
    slots: {slots}
    latency_curve: [{{in_flight: 1, latency: 10ms}}, {{in_flight: {slots}, latency: 40ms}}]
    endpoints: [{endpoints}]
    health: {{path: /health, interval: 500ms, timeout: 400ms, rise: 1, fall: 2}}
"""


def variant(number: int, port: int, admin_port: int, endpoints: list[int], access_log: str) -> str:
    """The configuration `number`; the same each time it is asked for."""
    draw = random.Random(number)
    shuffled = draw.sample(endpoints, len(endpoints))
    # One endpoint in four configurations stays outside: it drains, and comes back later.
    if number % 4 == 3:
        shuffled.pop()
    half = len(shuffled) // 2
    units = ""
    for name, owned in (("cheap", shuffled[:half]), ("quick", shuffled[half:])):
        units += _UNIT.format(
            name=name,
            price=draw.uniform(0.5, 3.0),
            slots=draw.randrange(32, 129),
            endpoints=", ".join(f"127.0.0.1:{at}" for at in owned),
        )
    return _TEXT.format(
        latency=draw.randrange(2, 9),
        quantile=draw.choice([90, 95, 99]),
        policy=draw.choice(["cost_first", "capacity_first"]),
        max_held=draw.randrange(512, 4096),
        units=units,
        port=port,
        admin_port=admin_port,
        access_log=access_log,
    )
