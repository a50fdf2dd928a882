# SPDX-License-Identifier: Apache-2.0
"""The certificates of a cluster: an authority of its own, and what it vouches for."""

import subprocess
from pathlib import Path


def _openssl(*words) -> None:
    subprocess.run(["openssl", *[str(word) for word in words]], check=True, capture_output=True,
                   text=True)


class Authority:
    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self._key = folder / "ca.crt", folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", "2", "-subj", "/CN=cluster", "-keyout", self._key, "-out",
                 self.certificate)

    def issue(self, name: str, subject: str, names: list[str], folder: Path | None = None) -> Path:
        """A folder with ca.crt, tls.crt and tls.key, good for both ends of a connection."""
        folder = folder or self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                 subject, "-keyout", folder / "tls.key", "-out", folder / "request")
        extensions = folder / "extensions"
        # An address is both, as some look for it among the names.
        alternatives = [f"DNS:{each}" for each in names] + ["IP:127.0.0.1"]
        extensions.write_text("extendedKeyUsage=serverAuth,clientAuth\n"
                              f"subjectAltName={','.join(alternatives)}\n")
        _openssl("x509", "-req", "-in", folder / "request", "-CA", self.certificate, "-CAkey",
                 self._key, "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out",
                 folder / "tls.crt")
        (folder / "ca.crt").write_bytes(self.certificate.read_bytes())
        return folder


def signing_key(folder: Path) -> tuple[Path, Path]:
    """Of service accounts' tokens: the private and the public half."""
    private, public = folder / "service-account.key", folder / "service-account.pub"
    _openssl("genrsa", "-out", private, "2048")
    _openssl("rsa", "-in", private, "-pubout", "-out", public)
    return private, public
