# SPDX-License-Identifier: Apache-2.0
"""Does something grow? A least-squares line through samples in time: its slope, and what it amounts to
over the span that was watched. The first fifth is left out, while pools and rings fill."""

import statistics
from dataclasses import dataclass

WARM_UP = 0.2


@dataclass(frozen=True)
class Line:
    per_minute: float
    growth: float  # over the span that was fitted
    median: float
    first: float
    last: float


def fit(samples: list[tuple[float, float]]) -> Line:
    """`samples` are (seconds, value), in order of time; at least three of them."""
    span = samples[-1][0] - samples[0][0]
    kept = [sample for sample in samples if sample[0] >= samples[0][0] + WARM_UP * span]
    times, values = zip(*kept, strict=True)
    slope = statistics.linear_regression(times, values).slope
    return Line(
        slope * 60,
        slope * (times[-1] - times[0]),
        statistics.median(values),
        samples[0][1],
        samples[-1][1],
    )


def is_flat(line: Line, share: float, least: float) -> bool:
    """Growth is at most this share of the median, or this much where that is more."""
    return line.growth <= max(share * line.median, least)
