# SPDX-License-Identifier: Apache-2.0
"""Signalbox itself. Two services share each path and differ by model, so that every JSON body is
looked into, and two units of different price can serve each, so that there is something to decide.
The objective is far from what the backend does: what is measured is the decision, not its queue."""

import subprocess

from contender import Front, NotOffered, Recipe, Start, first_line
from setting import Setting

_CONFIG = """
services:
  bench:
    paths: [/v1/*]
    models: [bench-json, bench-image, bench-chat]
    objective: {{latency: 60s, quantile: 99%}}
    timeout: 120s
  other:
    paths: [/v1/*]
    models: [another-model]
    objective: {{latency: 60s, quantile: 99%}}
  health:
    paths: [/health]
    objective: {{latency: 60s, quantile: 99%}}
units:
  cheap:
    price: 0.7582 USD/hour
    slots: 20000
    latency_curve: [{{in_flight: 1, latency: 1ms}}, {{in_flight: 20000, latency: 2ms}}]
    endpoints: [{cheap}]
    health: {{path: /health}}
  quick:
    price: 1.3438 USD/hour
    slots: 20000
    latency_curve: [{{in_flight: 1, latency: 1ms}}, {{in_flight: 20000, latency: 2ms}}]
    endpoints: [{quick}]
    health: {{path: /health}}
gateway:
  listen: 127.0.0.1:{port}
  admin: 127.0.0.1:{admin_port}
  threads: 1
  max_connections: {max_connections}
  keep_alive: 120s
  access_log: {folder}/access.log
{tls}"""


def _start(setting: Setting, folder, front: Front, port, admin_port, endpoints) -> Start:
    tls = ""
    if front.name == "tls":
        tls = f"  tls: {{certificate: {front.certificate}, key: {front.certificate}}}\n"
    half = (len(endpoints) + 1) // 2
    config = folder / "signalbox.yaml"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            max_connections=setting.max_connections,
            port=port,
            admin_port=admin_port,
            tls=tls,
            cheap=", ".join(f"127.0.0.1:{at}" for at in endpoints[:half]),
            quick=", ".join(f"127.0.0.1:{at}" for at in endpoints[half:]),
        )
    )
    program = setting.program("signalbox")
    checked = subprocess.run(
        [program, "check", str(config)], capture_output=True, text=True, check=False
    )
    if checked.returncode != 0:
        mistake = (checked.stderr or checked.stdout).splitlines()[0]
        raise NotOffered(f"its check says: {mistake.removeprefix(str(config))}")
    return Start([program, "serve", "--config", config])


def _version(setting: Setting) -> str:
    return first_line([setting.program("signalbox"), "--version"]).split()[-1]


RECIPE = Recipe("signalbox", _version, _start)
