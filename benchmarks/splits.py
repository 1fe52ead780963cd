"""Row 6: 31 million shares split exactly (200 pools x 31 days x 5,000 customers), plain Python beside.

The peer is the textbook form, a floor and the largest remainders in Python integers. It would take minutes:
it splits every ``EVERY``-th amount, and the ratio is that of the time of a share. Each of its parts must be
equal to ours, and all of our rows must add up to their amounts.
"""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks import figures, harness
from benchmarks.harness import Contender

CUSTOMERS = 5000
EVERY = 50
GOAL = 20


def case(shares: int) -> tuple[list[int], list[int]]:
    """(amounts in nanos of both signs, weights as revenue has them), the same every time."""
    rng = random.Random(6)  # noqa: S311 - the same numbers every time
    weights = [rng.randrange(90) * 10_000 + rng.randrange(10_000) for _ in range(CUSTOMERS)]
    count = max(EVERY, shares // CUSTOMERS)
    return [rng.randrange(-(10**12), 9 * 10**12) for _ in range(count)], weights


def ours(shares: str) -> dict[str, Any]:
    """Nanoseconds a share, whether every row adds up, and the sample's digest."""
    import numpy as np

    from turbofinops_tui.economics.split import split_chunks

    amounts, weights = case(int(shares))
    rows = np.array(amounts, dtype=np.int64)
    seconds, exact, digest = 0.0, True, hashlib.sha256()
    pieces = split_chunks(rows, weights)
    while True:
        start = time.process_time()
        found = next(pieces, None)
        seconds += time.process_time() - start
        if found is None:
            break
        first, parts = found
        exact = exact and bool((parts.sum(axis=1) == rows[first : first + len(parts)]).all())
        for place in range(-first % EVERY, len(parts), EVERY):
            digest.update(repr(parts[place].tolist()).encode())
    return {"ns": seconds * 1e9 / (len(amounts) * CUSTOMERS), "exact": exact, "sample": digest.hexdigest()}


def python(shares: str) -> dict[str, Any]:
    """The same of the plain form over the sample."""
    amounts, weights = case(int(shares))
    sample, total, digest, seconds = amounts[::EVERY], sum(weights), hashlib.sha256(), 0.0
    for amount in sample:
        start = time.process_time()
        found = [divmod(abs(amount) * weight, total) for weight in weights]
        parts = [part for part, _ in found]
        left = abs(amount) - sum(parts)
        for index in sorted(range(CUSTOMERS), key=lambda i: (-found[i][1], i))[:left]:
            parts[index] += 1
        if amount < 0:
            parts = [-part for part in parts]
        seconds += time.process_time() - start
        digest.update(repr(parts).encode())
    return {"ns": seconds * 1e9 / (len(sample) * CUSTOMERS), "exact": True, "sample": digest.hexdigest()}


def compare(folder: Path, shares: int, rounds: int) -> str:
    """The table of row 6; ``folder`` is not needed."""
    del folder
    calibration = harness.calibration()
    contenders = [
        Contender(mode, harness.python("-m", "benchmarks.splits", mode, str(shares)))
        for mode in ("ours", "python")
    ]
    runs = {
        result.name: [json.loads(sample.out) for sample in result.samples]
        for result in harness.compare(contenders, rounds)
    }
    mine, theirs = (statistics.median(run["ns"] for run in runs[name]) for name in ("ours", "python"))
    exact = all(run["exact"] for run in runs["ours"])
    equal = len({run["sample"] for found in runs.values() for run in found}) == 1
    ratio, verdict = theirs / mine, "all exact" if exact and equal else "NOT EXACT"
    work = f"exact split of {shares:,} shares"
    measured = f"{ratio:.0f}x, {mine:.1f} ns a share, {verdict}"
    goal = f">= {GOAL}x, all exact"
    met = ratio >= GOAL and exact and equal
    figures.note(6, work, "plain Python integers", goal, measured, met, calibration)
    lines = [
        f"### {work.capitalize()} (CPU; calibration {calibration:.2f})",
        "",
        "| | ns a share | ratio |",
        "|---|---:|---:|",
        f"| turbofinops | {mine:.1f} | 1.00 |",
        f"| plain Python integers, every {EVERY}th amount | {theirs:.0f} | {ratio:.1f} |",
        "",
        f"Rows that add up: {'all' if exact else 'NOT ALL'};"
        f" sample equal part by part: {'yes' if equal else 'NO'}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """A mode and a size: one timing as JSON; otherwise the comparison."""
    harness.two_sided(__doc__ or "", {"ours": ours, "python": python}, compare, 31_000_000)


if __name__ == "__main__":
    main()
