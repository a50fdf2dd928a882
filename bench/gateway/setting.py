# SPDX-License-Identifier: Apache-2.0
"""Where a run takes place: folders, processors, priorities, the limit of open files."""

import os
import resource
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


# How gateways and load get before others on a machine that others use; all but "no" need root.
# nice: Linux may weigh sessions against each other (autogroups), and then niceness counts only within
# one, so both are set; it needs a session of the child's own. realtime: nobody else runs while one of
# them wants to, which the kernel bounds to 95 % of each second (kernel.sched_rt_runtime_us).
AHEAD = {
    "no": [],
    "nice": ["sh", "-c", 'echo -15 > /proc/self/autogroup; exec nice -n -15 "$@"', "sh"],
    "realtime": ["chrt", "--rr", "1"],
}


class CannotRun(Exception):
    """What is missing, and how to mend it, for the person who runs the benchmark."""


@dataclass
class Setting:
    build: Path = TOP / "build" / "release"
    work: Path = TOP / "build" / "bench-gateway"
    signalbox: Path | None = None
    gateway_core: int = 1
    load_core: int = 0
    ahead: str = "no"  # see AHEAD
    open_files: int = 1024  # that a process may have
    _ports: set[int] = field(default_factory=set)

    def folder(self, name: str) -> Path:
        """An empty folder for one thing's files."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def free_port(self) -> int:
        """A port of 127.0.0.1 that nobody has, and that this run gave to nobody."""
        while True:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            if port not in self._ports:
                self._ports.add(port)
                return port

    @property
    def max_connections(self) -> int:
        """That a gateway may have with clients: each may need a second to a unit."""
        return (self.open_files - 200) // 2

    def on_core(self, core: int, command: list) -> list[str]:
        """The command, kept on one processor, and as far before others as is set."""
        return self.in_turn(["taskset", "-c", str(core), *command])

    def in_turn(self, command: list) -> list[str]:
        """The command, as far before others as is set."""
        return [*AHEAD[self.ahead], *(str(word) for word in command)]

    def program(self, name: str) -> Path:
        """One of ours, built."""
        path = self.signalbox if name == "signalbox" and self.signalbox else self.build / name
        if not path.exists():
            raise CannotRun(f"{path} is not built; run: make bench-gateway")
        return path


def processors() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def raise_file_limit(wanted: int) -> int:
    """Lets this process and its children have so many files open, or as many as may be; says how
    many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
        except (ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    elif soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
