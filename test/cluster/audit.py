# SPDX-License-Identifier: Apache-2.0
"""What the API server's audit log says of our controllers: what they asked, and what was refused."""

import json
from collections import Counter
from pathlib import Path

WRITES = ("create", "update", "patch", "delete")


class Audit:
    def __init__(self, log: Path):
        self.events = []
        for line in log.read_text().splitlines():
            event = json.loads(line)
            if event.get("stage") in ("ResponseComplete", "ResponseStarted"):
                self.events.append(event)

    @staticmethod
    def pod(event: dict) -> str:
        return event["user"].get("extra", {}).get("authentication.kubernetes.io/pod-name", ["?"])[0]

    @staticmethod
    def resource(event: dict) -> str:
        about = event.get("objectRef", {})
        return about.get("resource", event["requestURI"]) + (
            f"/{about['subresource']}" if about.get("subresource") else "")

    def refused(self) -> list[str]:
        """What the role does not allow."""
        return sorted({f"{event['verb']} {self.resource(event)}" for event in self.events
                       if event.get("responseStatus", {}).get("code") == 403})

    def used(self) -> set[tuple[str, str]]:
        """(resource, verb) of what was asked and allowed."""
        return {(self.resource(event), event["verb"]) for event in self.events
                if event.get("responseStatus", {}).get("code", 500) < 400}

    def writes(self) -> list[dict]:
        """In order, without those to the Lease, which all controllers try for."""
        return [event for event in self.events if event["verb"] in WRITES
                and self.resource(event) not in ("leases", "selfsubjectaccessreviews")
                and event.get("stage") == "ResponseComplete"
                and event["responseStatus"]["code"] < 400]

    def writers(self) -> list[str]:
        """Who wrote, in order, each as long as it was alone: A B means that B took over from A."""
        turns = []
        for event in sorted(self.writes(), key=lambda each: each["requestReceivedTimestamp"]):
            if not turns or turns[-1] != self.pod(event):
                turns.append(self.pod(event))
        return turns

    def summary(self) -> str:
        counts = Counter((event["verb"], self.resource(event)) for event in self.events)
        return ", ".join(f"{verb} {what} {count}" for (verb, what), count in sorted(counts.items()))
