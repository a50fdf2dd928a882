# SPDX-License-Identifier: Apache-2.0
"""Samples as tables that people read, on the terminal and in bench/RESULTS.md alike."""

from paired import Spread, difference, ratio

REFERENCE = "haproxy"


def closed_loop_table(samples: dict[str, list[dict]]) -> list[str]:
    lines = [
        "| gateway | CPU per request, µs | user + kernel | to HAProxy | requests/s | to HAProxy "
        "| core in use | failed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, repeats in samples.items():
        cpu, rate = _column(repeats, "cpu_us"), _column(repeats, "per_second")
        lines.append(
            f"| {name} | {_spread(Spread.of(cpu), 1)} "
            f"| {_median(repeats, 'user_us'):.1f} + {_median(repeats, 'kernel_us'):.1f} "
            f"| {_ratio(samples, name, 'cpu_us')} "
            f"| {_spread(Spread.of(rate), 0)} | {_ratio(samples, name, 'per_second')} "
            f"| {_median(repeats, 'core_share') * 100:.0f} % "
            f"| {sum(_column(repeats, 'failed')):.0f} |"
        )
    return lines


def latency_table(samples: dict[str, list[dict]]) -> list[str]:
    """`direct` is the backend without a gateway; what the others add is taken against it."""
    direct = samples["direct"]
    lines = [
        "| gateway | p50, µs | added | to HAProxy | p99, µs | added | to HAProxy "
        "| CPU per request, µs | unanswered |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, repeats in samples.items():
        cells = [name]
        for figure in ("p50_us", "p99_us"):
            cells.append(_spread(Spread.of(_column(repeats, figure)), 0))
            if name == "direct":
                cells += ["", ""]
                continue
            added = difference(_column(repeats, figure), _column(direct, figure))
            cells += [f"{added.median:.0f}", _added_ratio(samples, name, figure)]
        cells.append("" if name == "direct" else f"{_median(repeats, 'cpu_us'):.1f}")
        cells.append(f"{sum(_column(repeats, 'unanswered')):.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def stream_table(samples: dict[str, list[dict]]) -> list[str]:
    lines = [
        "| gateway | streams complete | at once | CPU per token, µs | to HAProxy "
        "| token under way p50, p99, ms | first token p50, p99, ms | memory per stream, KiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, repeats in samples.items():
        cpu = _spread(Spread.of(_column(repeats, "cpu_us")), 2) if name != "direct" else ""
        relative = _ratio(samples, name, "cpu_us") if name != "direct" else ""
        # Only the first time does the memory grow; later it is there already.
        memory = f"{max(_column(repeats, 'kib_per_stream')):.1f}" if name != "direct" else ""
        first_wait = repeats[0]["first_token_from_us"]
        lines.append(
            f"| {name} | {sum(_column(repeats, 'complete')):.0f} of "
            f"{sum(_column(repeats, 'streams')):.0f} "
            f"| {_median(repeats, 'open_at_once'):.0f} | {cpu} | {relative} "
            f"| {_median(repeats, 'transit_p50_us') / 1e3:.2f}, "
            f"{_median(repeats, 'transit_p99_us') / 1e3:.2f} "
            f"| {(_median(repeats, 'first_token_p50_us') - first_wait) / 1e3:.2f}, "
            f"{(_median(repeats, 'first_token_p99_us') - first_wait) / 1e3:.2f} | {memory} |"
        )
    return lines


def idle_table(rows: list[dict]) -> list[str]:
    lines = [
        "| gateway | clear, KiB per connection | TLS, KiB per connection |",
        "|---|---|---|",
    ]
    for row in rows:
        cells = [
            f"{row[front]:.1f}" if isinstance(row[front], float) else row[front]
            for front in ("h1", "tls")
        ]
        lines.append(f"| {row['gateway']} | {cells[0]} | {cells[1]} |")
    return lines


def _column(repeats: list[dict], figure: str) -> list[float]:
    return [repeat[figure] for repeat in repeats]


def _median(repeats: list[dict], figure: str) -> float:
    return Spread.of(_column(repeats, figure)).median


def _spread(spread: Spread, digits: int) -> str:
    low, high = f"{spread.low:,.{digits}f}", f"{spread.high:,.{digits}f}"
    return f"{spread.median:,.{digits}f} [{low}, {high}]"


def _ratio(samples: dict[str, list[dict]], name: str, figure: str) -> str:
    if REFERENCE not in samples:
        return ""
    found = ratio(_column(samples[name], figure), _column(samples[REFERENCE], figure))
    return f"{found.median:.2f} x [{found.low:.2f}, {found.high:.2f}]"


def _added_ratio(samples: dict[str, list[dict]], name: str, figure: str) -> str:
    if REFERENCE not in samples:
        return ""
    direct = _column(samples["direct"], figure)
    added = [a - d for a, d in zip(_column(samples[name], figure), direct, strict=True)]
    reference = [a - d for a, d in zip(_column(samples[REFERENCE], figure), direct, strict=True)]
    # Differences of two noisy figures: the ratio of medians is steadier than the median of ratios.
    least = Spread.of(reference).median
    return f"{Spread.of(added).median / least:.2f} x" if least > 0 else "-"
