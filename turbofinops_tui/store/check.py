"""``db check``: does the file hold, and do the books in it add up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal

from turbofinops_tui.economics.money import to_decimal
from turbofinops_tui.economics.periods import month_text
from turbofinops_tui.store import audit, digests, rates
from turbofinops_tui.store.batches import cost_scope
from turbofinops_tui.store.cost_marks import mark_digests
from turbofinops_tui.store.customers import SCOPE, customers_digest
from turbofinops_tui.store.evidence import evidence_digests
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.packs import wrong_packs
from turbofinops_tui.store.rebuild import DAYS_BY_MONTH, MONTHS
from turbofinops_tui.store.revenue import revenue_digests, scope

_WIDE = Context(prec=200)
"""exact for every sum of a bill; the default context would round past 28 digits"""
_PARTS = "sum({0} / 1000000000), sum({0} % 1000000000)"
"""an exact sum in two parts that cannot overflow"""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check: what was looked at, and the first things wrong with it."""

    name: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True when nothing was found."""
        return not self.problems


def check_store(store: Store) -> list[CheckLine]:
    """Every check in one snapshot; a file that SQLite cannot read at all raises StoreError."""
    checks: tuple[tuple[str, Callable[[sqlite3.Connection], list[str]]], ...] = (
        ("file integrity", _integrity),
        ("references", _references),
        ("totals against daily rows", _totals),
        ("residuals", _residuals),
        ("months against days", _months),
        ("packs against rows", _packs),
        ("digests of facts", _digests),
        ("audit chain", _audit),
    )
    lines = []
    with store.read() as conn:
        for name, run in checks:
            lines.append(CheckLine(name, tuple(run(conn))))
            if name == "file integrity" and lines[-1].problems:
                break  # sums over a damaged file would say nothing
    return lines


def _integrity(conn: sqlite3.Connection) -> list[str]:
    rows = [str(row[0]) for row in conn.execute("PRAGMA integrity_check(10)")]
    return [] if rows == ["ok"] else rows


def _references(conn: sqlite3.Connection) -> list[str]:
    return [
        f"{row[0]} row {row[1]} refers to a missing {row[2]}"
        for row in conn.execute("PRAGMA foreign_key_check")
    ]


def _totals(conn: sqlite3.Connection) -> list[str]:
    sums: dict[tuple[int, str, str], int] = {}
    query = (
        f"SELECT c.batch, d.currency, {_PARTS.format('c.effective')}, {_PARTS.format('c.billed')}"  # noqa: S608
        " FROM cost_daily c JOIN ingest_batch b ON b.id = c.batch AND b.state = 'active'"
        " JOIN cost_dimension d ON d.id = c.dimension GROUP BY c.batch, d.currency"
    )
    for number, currency, high, low, billed_high, billed_low in conn.execute(query):
        sums[number, currency, "effective"] = high * 10**9 + low
        sums[number, currency, "billed"] = billed_high * 10**9 + billed_low
    problems = []
    stated = conn.execute(
        "SELECT t.batch, t.currency, t.cost, t.stored, b.source, b.export, b.period FROM batch_total t"
        " JOIN ingest_batch b ON b.id = t.batch WHERE b.state = 'active'"
    )
    for number, currency, cost, stored, *where in stated:
        found = to_decimal(sums.pop((number, currency, cost), 0), currency)
        if found != Decimal(stored):
            problems.append(
                f"{'/'.join(where)} {currency} {cost}: rows add up to {found}, the total says {stored}"
            )
    problems += [
        f"batch {key[0]} {key[1]} {key[2]}: rows without a total" for key, value in sums.items() if value
    ]
    return problems


def _residuals(conn: sqlite3.Connection) -> list[str]:
    rows = conn.execute("SELECT batch, currency, cost, exact, stored, residual FROM batch_total")
    return [
        f"batch {row[0]} {row[1]} {row[2]}: exact - stored is not the residual"
        for row in rows
        if _WIDE.subtract(Decimal(row[3]), Decimal(row[4])) != Decimal(row[5])
    ]


def _months(conn: sqlite3.Connection) -> list[str]:
    """Every (batch, month, dimension) of the monthly table equals its days, both ways."""
    problems: list[str] = []
    for (batch,) in conn.execute("SELECT id FROM ingest_batch WHERE state = 'active'").fetchall():
        for one, other in ((DAYS_BY_MONTH, MONTHS), (MONTHS, DAYS_BY_MONTH)):
            query = f"SELECT DISTINCT month FROM ({one} EXCEPT {other}) LIMIT 10"  # noqa: S608 (constants)
            problems += [
                f"batch {batch} {month_text(row[0])}: monthly and daily rows differ"
                for row in conn.execute(query, (batch,))
            ]
    return list(dict.fromkeys(problems))


def _packs(conn: sqlite3.Connection) -> list[str]:
    """Every pack is what its rows give; a missing one is none of the faults."""
    return [f"pack {part} {number} is not that of its rows" for part, number in wrong_packs(conn)]


def _digests(conn: sqlite3.Connection) -> list[str]:
    wanted = {
        scope(source): digests.digest_text(value % digests.MODULUS)
        for source, value in revenue_digests(conn).items()
    }
    for name, value in ((SCOPE, customers_digest(conn)), (rates.SCOPE, rates.rates_digest(conn))):
        wanted[name] = digests.digest_text(value % digests.MODULUS)
    active = conn.execute("SELECT source, export, period, digest FROM ingest_batch WHERE state = 'active'")
    wanted |= {cost_scope(*row[:3]): row[3] for row in active}
    wanted |= evidence_digests(conn) | mark_digests(conn)
    stored = dict(conn.execute("SELECT scope, digest FROM fact_digest"))
    return [
        f"scope {name}: the stored digest is not that of its facts"
        for name in sorted({*wanted, *stored})
        if wanted.get(name, "") != stored.get(name, "")
    ]


def _audit(conn: sqlite3.Connection) -> list[str]:
    problem = audit.verify(conn).problem
    return [problem] if problem else []
