# SPDX-License-Identifier: Apache-2.0
"""What a process used so far, read from /proc: processor time, memory, descriptors.

Processor time is what the scheduler counted (/proc/PID/task/*/schedstat, nanoseconds), so it depends
neither on what else runs nor on the clock's tick. How it divides into user and kernel is known to the
kernel by samples only (/proc/PID/stat), so the division is an estimate and the sum is not.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CpuTime:
    total_ns: int
    user_ticks: int
    kernel_ticks: int

    def __sub__(self, earlier: "CpuTime") -> "CpuTime":
        return CpuTime(
            self.total_ns - earlier.total_ns,
            self.user_ticks - earlier.user_ticks,
            self.kernel_ticks - earlier.kernel_ticks,
        )

    def kernel_share(self) -> float:
        ticks = self.user_ticks + self.kernel_ticks
        return self.kernel_ticks / ticks if ticks else 0.0


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    pids = [pid]
    for task in _tasks(pid):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            pids += family(int(child))
    return pids


def cpu_time(pid: int) -> CpuTime:
    """Of the process, all its threads and all its descendants that live."""
    total = user = kernel = 0
    for member in family(pid):
        for task in _tasks(member):
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                continue
        fields = _stat_fields(member)
        user += int(fields[11])
        kernel += int(fields[12])
    return CpuTime(total, user, kernel)


def memory_bytes(pid: int) -> int:
    """Proportional set size of the process and its descendants: pages that several map are divided
    among them. The kernel's socket buffers are in it nowhere."""
    return _mapped_bytes(pid, "Pss")


def own_memory_bytes(pid: int) -> int:
    """What the process and its descendants wrote for themselves: heap, stacks, changed data; also what
    of it lies in swap. For watching growth over a time in which others come and go: the pages of the
    program and its libraries are not in it, whose proportional share falls and rises by megabytes when
    another process of the same program begins or ends."""
    return _mapped_bytes(pid, "Pss_Anon", "Pss_Shmem", "SwapPss")


def descriptors(pid: int) -> int:
    return sum(len(os.listdir(f"/proc/{member}/fd")) for member in family(pid))


def alive(pid: int) -> bool:
    try:
        return _stat_fields(pid)[0] != "Z"
    except OSError:
        return False


def _mapped_bytes(pid: int, *kinds: str) -> int:
    total = 0
    for member in family(pid):
        lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()[1:]
        kib = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
        total += sum(kib[kind] for kind in kinds) * 1024
    return total


def _tasks(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _stat_fields(pid: int) -> list[str]:
    """From the third on: the second, the program's name, may hold spaces and parentheses."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
