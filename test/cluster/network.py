# SPDX-License-Identifier: Apache-2.0
"""A network of one's own, in which there is nothing but the loopback: every program of the cluster may
use its usual port, the addresses of pods are this machine's, and names are what a hosts file says. Nobody
outside can be reached, or reach anything.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

from tools import NotToBeHad

# A loopback serves every address of its networks; pods get theirs from the first half.
POD_NETWORK = "10.244.0.0/24"
OWN_NETWORK = ("10.244.0.1", "255.255.0.0")
# Where the API server says that it is; it will not have a loopback's address.
API_ADDRESS = "10.244.255.1"

SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C


def _interface_address(name: str, address: str) -> bytes:
    return struct.pack("16sHH4s8x", name.encode(), socket.AF_INET, 0, socket.inet_aton(address))


def enter(script: str) -> None:
    """Starts the script again in a network and a file system view of its own, unless it is there."""
    if os.environ.get("SIGNALBOX_OWN_NETWORK"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", 1))
            fcntl.ioctl(any_socket, SIOCSIFADDR, _interface_address("lo:1", OWN_NETWORK[0]))
            fcntl.ioctl(any_socket, SIOCSIFNETMASK, _interface_address("lo:1", OWN_NETWORK[1]))
        # Where a pod has its credentials is no place of this machine's.
        subprocess.run(["mount", "-t", "tmpfs", "cluster", "/run"], check=True)
        return
    namespaces = ["unshare", "--map-root-user", "--net", "--mount"]
    if subprocess.run([*namespaces, "true"], capture_output=True).returncode != 0:
        raise NotToBeHad("this system lets nobody have a network of one's own (unshare --net --mount), "
                         "and a cluster listens on ports that may be taken")
    os.execvpe("unshare", [*namespaces, sys.executable, "-B", script, *sys.argv[1:]],
               os.environ | {"SIGNALBOX_OWN_NETWORK": "1"})


class Names:
    """/etc/hosts as everybody in this network sees it: what a cluster's DNS would answer."""

    def __init__(self, folder: Path):
        self._file = folder / "hosts"
        self._names: dict[str, list[str]] = {}
        self.write()
        subprocess.run(["mount", "--bind", self._file, "/etc/hosts"], check=True)

    def give(self, name: str, addresses: list[str]) -> None:
        self._names[name] = addresses
        self.write()

    def write(self) -> None:
        lines = ["127.0.0.1 localhost"]
        lines += [f"{address} {name}" for name, addresses in self._names.items()
                  for address in addresses]
        # In place: another file of that name would not be the one that is mounted.
        self._file.write_text("\n".join(lines) + "\n")
