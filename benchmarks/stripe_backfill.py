"""Row 8: a Stripe backfill from a local server, fetched and stored, against the official client alone.

``python -m benchmarks.stripe_backfill --lines 100000``: the ratio that counts is that of CPU seconds, since
a real account is paced by Stripe's limits. Deriving is measured apart. The server runs in this process.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks import figures, harness, stripe_objects
from benchmarks.harness import Contender, Result
from tests.fakes.stripe_server import StripeServer

ONCE = ("-m", "benchmarks.stripe_once")


def compare(count: int, folder: Path, rounds: int) -> str:
    """The tables of both steps for ``count`` invoices."""
    store = folder / "stripe" / "bench.db"
    shutil.rmtree(store.parent, ignore_errors=True)
    store.parent.mkdir(parents=True)
    with StripeServer(stripe_objects.invoices(count)) as server:
        fetched = harness.compare(
            [
                Contender(
                    "turbofinops, fetched and stored",
                    harness.python(*ONCE, "fetch", server.url, str(store)),
                    fresh=store,
                ),
                Contender("official client, typed auto-paging", harness.python(*ONCE, "typed", server.url)),
            ],
            rounds,
        )
    derived = harness.compare(
        [Contender("turbofinops, deriving", harness.python(*ONCE, "derive", str(store)))], 1
    )
    return report(count, fetched, derived)


def report(count: int, fetched: list[Result], derived: list[Result]) -> str:
    """Both tables, with the ratio of CPU."""
    ours, peer = fetched
    calibration = harness.calibration()
    times, seconds = peer.cpu / ours.cpu, derived[0].wall / calibration
    work, against = f"Stripe backfill, {count:,} invoices", "official client, typed auto-paging"
    measured = f"{times:.2f}x less CPU ({ours.cpu:.1f} s)"
    figures.note(8, work, against, ">= 2.5x less CPU", measured, times >= 2.5, calibration)
    most = 30 * count / 100_000
    figures.note(8, f"deriving {count:,} invoices", "-", f"<= {most:g} s", f"{seconds:.1f} s",
                 seconds <= most, calibration)  # fmt: skip
    return (
        harness.table(f"Stripe backfill, {count:,} invoices (goal: 2.5x less CPU)", fetched)
        + f"\nCPU: {peer.cpu / ours.cpu:.2f}x less\n\n"
        + harness.table(f"Deriving {count:,} invoices (goal: 30 s for 100k)", derived)
    )


def main() -> None:
    """Print the tables."""
    args = harness.arguments(__doc__ or "", 100_000)
    print(compare(args.lines, harness.cache(args), args.rounds))


if __name__ == "__main__":
    main()
