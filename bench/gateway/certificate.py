# SPDX-License-Identifier: Apache-2.0
"""The certificate that every gateway shows, made anew when there is none: ECDSA over P-256, which is
what people use where handshakes count."""

import subprocess
from pathlib import Path

from setting import CannotRun, Setting


def certificate(setting: Setting) -> Path:
    """A PEM file with the certificate and its key."""
    both = setting.work / "bench.pem"
    if both.exists():
        return both
    setting.work.mkdir(parents=True, exist_ok=True)
    key, public = setting.work / "bench.key", setting.work / "bench.crt"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "365", "-subj", "/CN=bench.local"]
    command += ["-addext", "subjectAltName=DNS:bench.local,IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(public)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise CannotRun("there is no openssl command; run: scripts/setup bench") from None
    except subprocess.CalledProcessError as error:
        raise CannotRun(f"openssl made no certificate: {error.stderr.strip()}") from None
    both.write_text(public.read_text() + key.read_text())
    both.chmod(0o600)
    return both
