# SPDX-License-Identifier: Apache-2.0
"""testssl.sh against the TLS listener: nothing at MEDIUM or above but what a self-signed certificate
brings with it."""

import json
import shutil
import subprocess
from pathlib import Path

SERIOUS = {"MEDIUM", "HIGH", "CRITICAL"}
# Of the certificate that is made for the test, which nobody has signed and nobody can revoke.
OF_SELF_SIGNED = {"cert_chain_of_trust", "cert_trust", "cert_revocation", "cert_caIssuers",
                  "cert_crlDistributionPoints", "cert_ocspURL", "overall_grade", "grade_cap_reason_1"}
TIMEOUT_S = 900


def run(folder: Path, port: int) -> tuple[bool, str]:
    program = shutil.which("testssl") or shutil.which("testssl.sh")
    if program is None:
        return False, "there is no testssl.sh; run scripts/setup conformance"
    findings_file = folder / "testssl.json"
    done = subprocess.run(
        [program, "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", findings_file,
         f"127.0.0.1:{port}"],
        capture_output=True, text=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL,
    )
    try:
        findings = json.loads(findings_file.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        return False, f"no findings to read ({error}); it said:\n{done.stdout[-2000:]}"
    serious = [one for one in findings if one["severity"] in SERIOUS
               and base_id(one["id"]) not in OF_SELF_SIGNED]
    said = [f"{one['severity']}: {one['id']}: {one['finding']}" for one in serious]
    if len(findings) < 50:
        said.append(f"only {len(findings)} findings: it did not get far\n{done.stdout[-2000:]}")
    if said:
        return False, "\n".join(said)
    return True, f"{len(findings)} findings, none serious"


def base_id(name: str) -> str:
    """Without what testssl.sh adds for the second of several certificates."""
    return name.split(" ")[0].split("<")[0]
