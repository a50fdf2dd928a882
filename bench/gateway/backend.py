# SPDX-License-Identifier: Apache-2.0
"""The backend that stands behind whatever is measured (bench/gateway/backend.cc), as a child."""

from child import Child
from setting import Setting


class Backend:
    def __init__(self, setting: Setting, options: list[str] | None = None):
        folder = setting.folder("backend")
        said = folder / "ports"
        command = [setting.program("bench-gateway-backend"), *(options or [])]
        self._child = Child(
            "the backend",
            setting.on_core(setting.load_core, command),
            folder / "log",
            stdout=said,
        )
        self._child.wait_until(lambda: said.read_text().endswith("\n"))
        self.ports = [int(word) for word in said.read_text().split()[1:]]

    def stop(self) -> None:
        self._child.stop()
