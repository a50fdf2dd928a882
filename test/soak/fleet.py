# SPDX-License-Identifier: Apache-2.0
"""The units of a soak: processes that answer JSON, images and streams (bench/gateway/backend.cc), each
with a toxiproxy before it, so that each can be killed, cut off and slowed by itself."""

from dataclasses import dataclass

from child import Child
from setting import Setting
from toxiproxy import Toxiproxy

_OPTIONS = ["--delay-ms", "8", "--tokens", "20", "--token-interval-ms", "40", "--image-bytes", "300000"]


@dataclass
class Unit:
    name: str
    port: int  # of the proxy, which is what the gateway is given
    own_port: int
    child: Child | None = None


class Fleet:
    def __init__(self, setting: Setting, proxies: Toxiproxy, count: int):
        self._setting = setting
        self._folder = setting.folder("units")
        self.proxies = proxies
        self.units = [
            Unit(f"unit{n}", setting.free_port(), setting.free_port()) for n in range(count)
        ]
        for unit in self.units:
            self.start(unit)
            proxies.add(unit.name, unit.port, unit.own_port)

    def start(self, unit: Unit) -> None:
        command = [self._setting.program("bench-gateway-backend"), "--ports", unit.own_port, *_OPTIONS]
        log = self._folder / f"{unit.name}.log"
        unit.child = Child(unit.name, [str(word) for word in command], log)
        unit.child.wait_until(lambda: log.read_text().rstrip().endswith(f"ports {unit.own_port}"))

    def kill(self, unit: Unit) -> None:
        """As a machine dies: connections are reset, nothing is said."""
        unit.child.kill()
        unit.child = None

    def stop(self) -> None:
        for unit in self.units:
            if unit.child:
                unit.child.stop()
