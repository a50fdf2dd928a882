#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Schemas that are made of others' must refuse what the API server would drop, and take what it takes."""

import json
import tempfile
import unittest
from pathlib import Path

import jsonschema

import schemas

OPENAPI = {"components": {"schemas": {
    "io.Thing": {
        "type": "object",
        "properties": {"spec": {"$ref": "#/components/schemas/io.Spec"}},
        "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Thing"}]},
    "io.Spec": {
        "type": "object",
        "properties": {
            "port": {"type": "string", "format": "int-or-string"},
            "more": {"$ref": "#/components/schemas/io.Spec"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}}}},
    "io.Options": {"type": "object", "x-kubernetes-group-version-kind": [
        {"group": "a", "version": "v1", "kind": "Options"},
        {"group": "b", "version": "v1", "kind": "Options"}]}}}}

CRD = """
kind: CustomResourceDefinition
spec:
  group: example.com
  names: {kind: Box}
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}
                note: {type: string, nullable: true}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""


class Schemas(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "openapi.json").write_text(json.dumps(OPENAPI))
            (folder / "crd.yaml").write_text(CRD)
            made = folder / "made"
            schemas.write(made, [folder / "openapi.json"], [folder / "crd.yaml"])
            self.made = {file.name: json.loads(file.read_text()) for file in made.iterdir()}

    def accepts(self, schema: str, value) -> bool:
        return jsonschema.Draft7Validator(self.made[schema]).is_valid(value)

    def test_they_are_named_as_kubeconform_asks_for_them(self):
        self.assertEqual(set(self.made), {"v1_v1_thing.json", "example.com_v1_box.json"})

    def test_a_misspelt_key_is_refused_at_any_depth(self):
        self.assertTrue(self.accepts("v1_v1_thing.json", {"spec": {"more": {"port": 1}}}))
        self.assertFalse(self.accepts("v1_v1_thing.json", {"spec": {"more": {"prot": 1}}}))
        self.assertFalse(self.accepts("example.com_v1_box.json", {"spec": {"sise": 1}}))

    def test_a_port_is_a_number_or_a_name(self):
        for value, good in ((80, True), ("http", True), ([], False)):
            self.assertEqual(self.accepts("v1_v1_thing.json", {"spec": {"port": value}}), good)
            self.assertEqual(self.accepts("example.com_v1_box.json", {"spec": {"size": value}}), good)

    def test_a_map_has_any_keys_but_only_its_kind_of_values(self):
        self.assertTrue(self.accepts("v1_v1_thing.json", {"spec": {"labels": {"a": "b"}}}))
        self.assertFalse(self.accepts("v1_v1_thing.json", {"spec": {"labels": {"a": 1}}}))

    def test_what_may_be_null_may_be_null_and_what_is_free_is_free(self):
        self.assertTrue(self.accepts("example.com_v1_box.json",
                                     {"metadata": {"name": "x"}, "spec": {"note": None,
                                                                          "free": {"any": 1}}}))


if __name__ == "__main__":
    unittest.main()
