"""Cost files made by tests, and what the store says of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve

FOCUS = {
    "BilledCost": "1.00",
    "EffectiveCost": "1.00",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-03-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargePeriodStart": "2026-03-02T05:00:00Z",
    "ServiceName": "Amazon EC2",
    "ProviderName": "AWS",
    "SubAccountId": "111",
    "Tags": "",
}


def session_at(root: Path, clock: Clock, *, yes: bool = False) -> Session:
    return open_session(resolve(str(root)), clock, yes=yes)


def focus_row(**changes: str) -> dict[str, str]:
    return FOCUS | changes


def csv_text(rows: Sequence[Mapping[str, str]], newline: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def focus_file(path: Path, *rows: Mapping[str, str]) -> Path:
    path.write_text(csv_text(rows or [FOCUS]), "utf-8")
    return path


def totals(session: Session) -> dict[tuple[str, str, str, str, str], Decimal]:
    """(source, export, period, currency, cost) -> exact source total of active batches."""
    with session.store.read() as conn:
        rows = conn.execute(
            "SELECT b.source, b.export, b.period, t.currency, t.cost, t.exact FROM batch_total t"
            " JOIN ingest_batch b ON b.id = t.batch AND b.state = 'active'"
        ).fetchall()
    return {(row[0], row[1], row[2], row[3], row[4]): Decimal(row[5]) for row in rows}


def stored(session: Session) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """(day, account, service, charge, unit, tags) -> (effective, billed, quantity) units of active
    batches.
    """
    with session.store.read() as conn:
        rows = conn.execute(
            "SELECT date(c.day * 86400, 'unixepoch'), d.account, d.service, d.charge_category,"
            " d.unit, t.json,"
            " sum(c.effective), sum(c.billed), sum(c.quantity) FROM cost_daily c"
            " JOIN ingest_batch b ON b.id = c.batch AND b.state = 'active'"
            " JOIN cost_dimension d ON d.id = c.dimension JOIN tag_set t ON t.id = d.tag_set"
            " GROUP BY 1, 2, 3, 4, 5, 6"
        ).fetchall()
    return {tuple(map(str, row[:6])): (row[6], row[7], row[8]) for row in rows}


def image(session: Session) -> list[tuple[object, ...]]:
    """Everything that counts, to show that a failed import changed none of it."""
    with session.store.read() as conn:
        return [
            *conn.execute(
                "SELECT id, kind, source, export, lines, state FROM delivery WHERE state <>"
                " 'staged' ORDER BY id"
            ),
            *conn.execute(
                "SELECT id, delivery, period, lines, digest, state FROM ingest_batch WHERE"
                " state = 'active' ORDER BY id"
            ),
            *conn.execute(
                "SELECT c.* FROM cost_daily c JOIN ingest_batch b ON b.id = c.batch AND b.state = 'active'"
                " ORDER BY c.batch, c.day, c.dimension"
            ),
            *conn.execute("SELECT scope, digest FROM fact_digest ORDER BY scope"),
            *conn.execute("SELECT count(*) FROM audit"),
        ]


def parquet_of(source: Path, target: Path) -> Path:
    """The same cells as Parquet, all of them text."""
    import duckdb

    duckdb.read_csv(str(source), all_varchar=True).write_parquet(str(target))
    return target
