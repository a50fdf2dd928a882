#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What counts as flat, and that the configurations of a soak are what they claim to be."""

import random
import sys
import unittest

from configuration import variant
from flatness import fit, is_flat


class Flatness(unittest.TestCase):
    def test_the_slope_is_that_of_the_line(self):
        line = fit([(second, 100 + 2 * second) for second in range(101)])
        self.assertAlmostEqual(line.per_minute, 120)
        self.assertAlmostEqual(line.growth, 160)  # of 80 s: the first fifth is left out
        self.assertEqual((line.first, line.last), (100, 300))

    def test_what_fills_up_in_the_beginning_is_no_growth(self):
        line = fit([(second, min(second, 20)) for second in range(101)])
        self.assertAlmostEqual(line.growth, 0)

    def test_noise_is_flat_and_a_leak_under_it_is_not(self):
        draw = random.Random(1)
        noise = [draw.gauss(0, 0.5) for _ in range(600)]
        still = fit([(t, 20 + noise[t]) for t in range(600)])
        leak = fit([(t, 20 + noise[t] + t * 0.01) for t in range(600)])
        self.assertTrue(is_flat(still, 0.05, 1))
        self.assertFalse(is_flat(leak, 0.05, 1))

    def test_shrinking_is_flat(self):
        self.assertTrue(is_flat(fit([(t, 100 - t) for t in range(60)]), 0.05, 0))


class Configuration(unittest.TestCase):
    ENDPOINTS = [9001, 9002, 9003, 9004]

    def text(self, number):
        return variant(number, 8080, 9901, self.ENDPOINTS, "off")

    def test_each_differs_from_the_one_before(self):
        for number in range(50):
            self.assertNotEqual(self.text(number), self.text(number + 1))

    def test_an_endpoint_leaves_and_comes_back(self):
        counts = [sum(f"127.0.0.1:{at}" in self.text(n) for at in self.ENDPOINTS) for n in range(8)]
        self.assertEqual(counts, [4, 4, 4, 3, 4, 4, 4, 3])


if __name__ == "__main__":
    sys.exit(unittest.main())
