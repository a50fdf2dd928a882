# SPDX-License-Identifier: Apache-2.0
"""Comparing on a machine that is never quite quiet: everybody takes a turn in each repeat, the order
is turned round from one repeat to the next (ABCD, DCBA, ...) so that a drift hits all alike, and
ratios are taken within a repeat, between neighbours in time, before their median is."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median of some samples, and the least and the greatest."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(samples: list[float]) -> "Spread":
        return Spread(statistics.median(samples), min(samples), max(samples))


def turns(names: list[str], repeat: int) -> list[str]:
    return list(names) if repeat % 2 == 0 else list(reversed(names))


def ratio(samples: list[float], reference: list[float]) -> Spread:
    """Of each sample to the reference's of the same repeat; what is 0 there has no ratio."""
    pairs = [a / b for a, b in zip(samples, reference, strict=True) if b]
    return Spread.of(pairs) if pairs else Spread(float("nan"), float("nan"), float("nan"))


def difference(samples: list[float], reference: list[float]) -> Spread:
    return Spread.of([a - b for a, b in zip(samples, reference, strict=True)])
