# SPDX-License-Identifier: Apache-2.0
"""Where a gateway's time goes: samples of the processor clock by symbol, kernel and user apart, and
how many system calls of which kind one request takes. Both by perf, which needs no counters of the
processor for it and so works on virtual machines; it needs root or kernel.perf_event_paranoid <= 1."""

import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from contender import Contender
from setting import CannotRun, Setting

_CALLS = (
    "read readv recvfrom recvmsg write writev sendto sendmsg sendfile64 splice epoll_wait epoll_pwait "
    "epoll_pwait2 epoll_ctl poll ppoll accept4 socket connect close shutdown getsockopt setsockopt ioctl "
    "fcntl timerfd_settime eventfd2 futex io_uring_enter mmap munmap madvise brk sched_yield"
).split()
_ATTACHED_S = 1  # in which perf has attached itself, on a machine that is not quiet


@dataclass(frozen=True)
class Symbol:
    share: float  # of all samples, per cent
    kernel: bool
    name: str


@dataclass(frozen=True)
class HotSpots:
    kernel_share: float
    symbols: list[Symbol]
    calls_per_request: dict[str, float]


def hot_spots(setting: Setting, gateway: Contender, load) -> HotSpots:
    """`load(seconds)` puts it under load for so long and gives what it got done (loads.Served)."""
    if not shutil.which("perf"):
        raise CannotRun("there is no perf; install the Debian package linux-perf")
    symbols = _sample(setting, gateway, load)
    calls = _count_calls(gateway, load)
    kernel = sum(symbol.share for symbol in symbols if symbol.kernel)
    return HotSpots(kernel, symbols, calls)


def _sample(setting: Setting, gateway: Contender, load, seconds: int = 6) -> list[Symbol]:
    data = setting.folder("profile") / f"{gateway.name}.perf"
    load(1)
    recorder = subprocess.Popen(
        ["perf", "record", "-q", "-e", "cpu-clock", "-F", "3989", "-p", str(gateway.pid)]
        + ["-o", data, "--", "sleep", str(seconds)],
        stderr=subprocess.PIPE,
        text=True,
    )
    load(seconds + _ATTACHED_S)
    said = recorder.communicate()[1]
    if recorder.returncode != 0:
        raise CannotRun(f"perf could not record {gateway.name}: {said.strip()}")
    report = subprocess.run(
        ["perf", "report", "-i", data, "--stdio", "--no-children", "-g", "none"]
        + ["--sort", "symbol", "-F", "overhead,sym", "-w", "8,200"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.findall(r"^\s*([\d.]+)%\s+\[(.)\]\s+(\S.*?)\s*$", report, re.MULTILINE)
    symbols = [Symbol(float(share), place == "k", name) for share, place, name in found]
    return sorted(symbols, key=lambda symbol: -symbol.share)


def _count_calls(gateway: Contender, load, seconds: int = 3) -> dict[str, float]:
    """Counted from before the load until after it: all that is counted besides are a few probes."""
    events = ",".join(f"syscalls:sys_enter_{name}" for name in _known_calls())
    counter = subprocess.Popen(
        ["perf", "stat", "-x", ";", "-e", events, "-p", str(gateway.pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(_ATTACHED_S)
    requests = load(seconds).requests
    counter.send_signal(signal.SIGINT)
    counts = {}
    for line in counter.communicate()[1].splitlines():
        found = re.match(r"(\d+);[^;]*;syscalls:sys_enter_(\w+)", line)
        if found and int(found.group(1)) > requests / 1000:
            counts[found.group(2)] = int(found.group(1)) / requests
    return counts


def _known_calls() -> list[str]:
    listed = subprocess.run(
        ["perf", "list", "--raw-dump", "tracepoint"], capture_output=True, text=True, check=False
    ).stdout
    offered = set(re.findall(r"syscalls:sys_enter_(\w+)", listed))
    return [name for name in _CALLS if name in offered]


def describe(name: str, spots: HotSpots, symbols: int) -> list[str]:
    calls = sorted(spots.calls_per_request.items(), key=lambda call: -call[1])
    lines = [
        f"{name}: {spots.kernel_share:.1f} % of samples in the kernel, "
        f"{100 - spots.kernel_share:.1f} % in user code",
        f"  system calls per request: {sum(count for _, count in calls):.2f} ("
        + ", ".join(f"{call} {count:.2f}" for call, count in calls) + ")",
    ]  # fmt: skip
    lines += [
        f"  {symbol.share:5.2f} %  {'kernel' if symbol.kernel else 'user  '}  {symbol.name[:150]}"
        for symbol in spots.symbols[:symbols]
    ]
    return lines
