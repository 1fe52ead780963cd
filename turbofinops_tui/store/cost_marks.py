"""What a cost source says about its days: until when they are delivered, until when they are final.

Day states of a source without a mark follow its last day with cost and the product's own rule
(economics/evaluate/states.py).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from turbofinops_tui.store import digests
from turbofinops_tui.store.open import WriteTxn


@dataclass(frozen=True, slots=True)
class Mark:
    """Days before ``final_until`` are not restated, days before ``delivered_until`` are there; or None."""

    final_until: int | None = None
    delivered_until: int | None = None


def save_mark(txn: WriteTxn, source: str, export: str, period: str, mark: Mark) -> None:
    """Keep what a delivery said about the days of one billing period; no word takes an earlier one away."""
    scope = _scope(source, export, period)
    if mark == Mark():
        txn.conn.execute(
            "DELETE FROM cost_mark WHERE source = ? AND export = ? AND period = ?", (source, export, period)
        )
        digests.write(txn.conn, scope, "")
        return
    txn.conn.execute(
        "INSERT INTO cost_mark(source, export, period, final_until, delivered_until) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET final_until = excluded.final_until,"
        " delivered_until = excluded.delivered_until",
        (source, export, period, mark.final_until, mark.delivered_until),
    )
    digests.write(txn.conn, scope, _text(mark))


def mark_digests(conn: sqlite3.Connection) -> dict[str, str]:
    """Scope -> digest of every mark, as ``save_mark`` writes it (for rebuild)."""
    rows = conn.execute("SELECT source, export, period, final_until, delivered_until FROM cost_mark")
    return {_scope(*row[:3]): _text(Mark(*row[3:])) for row in rows}


def _scope(source: str, export: str, period: str) -> str:
    return f"days:{source}:{export}:{period}"


def _text(mark: Mark) -> str:
    return f"{mark.final_until}:{mark.delivered_until}"
