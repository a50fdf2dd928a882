#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is read of an audit log decides whether two controllers wrote at the same time."""

import json
import tempfile
import unittest
from pathlib import Path

from audit import Audit


def event(at: int, pod: str, verb: str, resource: str, code: int = 200, subresource: str = "") -> dict:
    about = {"resource": resource} | ({"subresource": subresource} if subresource else {})
    return {"stage": "ResponseComplete", "verb": verb, "requestURI": "/any", "objectRef": about,
            "requestReceivedTimestamp": f"2026-01-01T00:00:{at:02d}.000000Z",
            "user": {"username": "system:serviceaccount:a:b",
                     "extra": {"authentication.kubernetes.io/pod-name": [pod]}},
            "responseStatus": {"code": code}}


def audit(*events: dict) -> Audit:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "audit.log"
        log.write_text("".join(json.dumps(each) + "\n" for each in events))
        return Audit(log)


class Writers(unittest.TestCase):
    def test_one_that_takes_over_has_the_second_turn(self):
        self.assertEqual(audit(event(1, "a", "patch", "pods"), event(2, "a", "patch", "pods"),
                               event(3, "b", "patch", "pods")).writers(), ["a", "b"])

    def test_one_that_writes_after_its_successor_is_seen(self):
        self.assertEqual(audit(event(1, "a", "patch", "pods"), event(2, "b", "patch", "pods"),
                               event(3, "a", "patch", "pods")).writers(), ["a", "b", "a"])

    def test_turns_go_by_when_a_write_was_asked_not_by_the_order_of_lines(self):
        self.assertEqual(audit(event(3, "b", "patch", "pods"), event(1, "a", "patch", "pods"),
                               event(2, "a", "patch", "pods")).writers(), ["a", "b"])

    def test_trying_for_the_lease_is_no_write_of_a_leader(self):
        self.assertEqual(audit(event(1, "a", "patch", "pods"), event(2, "b", "update", "leases"),
                               event(3, "a", "patch", "pods")).writers(), ["a"])

    def test_what_was_refused_was_not_written(self):
        self.assertEqual(audit(event(1, "b", "patch", "pods", 409)).writers(), [])

    def test_reading_is_no_writing(self):
        self.assertEqual(audit(event(1, "b", "list", "pods")).writers(), [])


class Rights(unittest.TestCase):
    def test_what_the_role_refuses_is_named_once(self):
        self.assertEqual(audit(event(1, "a", "list", "secrets", 403),
                               event(2, "a", "list", "secrets", 403)).refused(), ["list secrets"])

    def test_a_part_of_an_object_is_a_resource_of_its_own(self):
        self.assertEqual(audit(event(1, "a", "patch", "deployments", 200, "scale")).used(),
                         {("deployments/scale", "patch")})

    def test_a_resource_that_is_not_there_was_not_used(self):
        self.assertEqual(audit(event(1, "a", "list", "inferencepools", 404)).used(), set())


if __name__ == "__main__":
    unittest.main()
