"""``reconcile``: the proof that stored and attributed cost add up to the source's total, to the last digit.

Per source, export, billing period, currency and cost basis: the exact total as delivered = the residual of
rounding once + direct + shared + unattributed + opex + tax. Native currency, saved rules, credits in, tax
in its own bucket; no slice option applies (numbers.md 3 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics.money import EXPONENTS, decimal_text, to_decimal
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.errors import NotFoundError

if TYPE_CHECKING:
    from turbofinops_tui.economics.books import FactBooks
    from turbofinops_tui.economics.evaluate.proof import Proof

BUCKETS = ("direct", "shared", "unattributed", "opex", "tax")
_EXACT = Context(prec=200)
EVER = Days(-(1 << 40), 1 << 40)


@dataclass(frozen=True, slots=True)
class ReconcileRow:
    """One proof; ``difference`` = source_total - residual - buckets, 0 when everything ties out."""

    source: str
    export: str
    period: str
    currency: str
    cost: str
    source_total: Decimal
    residual: Decimal
    direct: Decimal
    shared: Decimal
    unattributed: Decimal
    opex: Decimal
    tax: Decimal
    difference: Decimal

    def record(self) -> dict[str, str]:
        """The row as in interface.md: money as exact text."""
        names = ("source_total", "residual", *BUCKETS, "difference")
        texts = {name: amount_text(getattr(self, name), self.currency) for name in names}
        keys = {name: getattr(self, name) for name in ("source", "export", "period", "currency", "cost")}
        return keys | texts


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All proofs in order of source, export, period, currency and cost basis."""

    rows: tuple[ReconcileRow, ...]
    left_out: tuple[str, ...] = ()
    """``11.00 USD of invoice``: what another source tells too, no part of the totals that count"""

    @property
    def ok(self) -> bool:
        """Whether every difference is 0."""
        return all(row.difference == 0 for row in self.rows)

    def document(self) -> dict[str, Any]:
        """``{"rows": [...], "ok": true}``."""
        return {"rows": [row.record() for row in self.rows], "ok": self.ok}


def amount_text(amount: Decimal, currency: str) -> str:
    """All digits of an exact amount, at least the currency's minor digits: ``12.30``, ``-0.000000005``."""
    text = decimal_text(amount)
    whole, _, part = text.partition(".")
    part = part.ljust(EXPONENTS[currency], "0")
    return f"{whole}.{part}" if part else whole


def reconcile(reports: Reports, source: str | None = None) -> Reconciliation:
    """The proofs of one source or of all; NotFoundError for a source without a valid delivery."""
    from turbofinops_tui.economics.evaluate.proof import bucket_proof

    books = reports.refresh()
    rules = reports.rules()
    proofs = {cost: bucket_proof(books, rules, cost) for cost in ("effective", "billed")}
    batches = {batch.id: batch for batch in books.batches}
    with reports.session.store.read() as conn:
        totals = conn.execute(
            "SELECT t.batch, t.currency, t.cost, t.exact, t.residual FROM batch_total t"
            " JOIN ingest_batch b ON b.id = t.batch WHERE b.state = 'active'"
        ).fetchall()
    if source is not None and source not in {batch.source for batch in books.batches}:
        raise NotFoundError(f"there is no cost of source {source!r}", "see `turbofinops imports list`")
    rows = []
    left_out = left_out_amounts(books)
    for number, currency, cost, exact, residual in totals:
        batch = batches.get(number)
        if batch is None or (source is not None and batch.source != source):
            continue
        key = (batch.source, batch.export, batch.period, currency, cost)
        buckets = proofs[cost].get((number, currency), dict.fromkeys(BUCKETS, 0))
        exact = _EXACT.subtract(Decimal(exact), left_out.get((number, currency, cost), Decimal(0)))
        rows.append(_row(key, Decimal(exact), Decimal(residual), buckets))
    rows += _priced(books, proofs, source)
    told = tuple(
        f"{amount_text(to_decimal(units, currency), currency)} {currency} of {name}"
        for name, currency, units in books.facts.left_out.sums(books.dimensions, EVER, "effective")
        if source in (None, name)
    )
    return Reconciliation(tuple(sorted(rows, key=_order)), told)


def left_out_amounts(books: FactBooks) -> dict[tuple[int, str, str], Decimal]:
    """(batch, currency, cost basis) -> what a stronger source tells too: no part of the total that counts."""
    found: dict[tuple[int, str, str], Decimal] = {}
    rows = books.facts.left_out.rows
    for dimension, number, *amounts in zip(
        *(c.tolist() for c in (rows.dimension, rows.batch, rows.effective, rows.billed)), strict=True
    ):
        currency = books.dimensions[dimension].currency
        for cost, amount in zip(("effective", "billed"), amounts, strict=True):
            key = (books.batches[number].id, currency, cost)
            found[key] = _EXACT.add(found.get(key, Decimal(0)), to_decimal(amount, currency))
    return found


def _priced(books: FactBooks, proofs: dict[str, Proof], source: str | None) -> list[ReconcileRow]:
    """The proofs of cost that evidence alone tells: no delivery stands behind it, its rows are the total."""
    own = {
        number: (batch, exact)
        for number, batch in enumerate(books.batches)
        if batch.id < 0 and source in (None, batch.source)
        for exact in ({cost: dict[str, int]() for cost in proofs},)
    }
    if not own:
        return []
    rows = books.facts.monthly
    codes, labels = books.facts.currencies
    for dimension, number, *amounts in zip(
        *(c.tolist() for c in (rows.dimension, rows.batch, rows.effective, rows.billed)), strict=True
    ):
        if number in own:
            currency = labels[int(codes[dimension])]
            for cost, amount in zip(("effective", "billed"), amounts, strict=True):
                sums = own[number][1][cost]
                sums[currency] = sums.get(currency, 0) + amount
    return [
        _row(
            (batch.source, batch.export, batch.period, currency, cost), to_decimal(units, currency),
            Decimal(0), proofs[cost].get((batch.id, currency), dict.fromkeys(BUCKETS, 0)),
        )
        for batch, exact in own.values()
        for cost, sums in exact.items()
        for currency, units in sums.items()
    ]  # fmt: skip


def _row(
    key: tuple[str, str, str, str, str], exact: Decimal, residual: Decimal, units: dict[str, int]
) -> ReconcileRow:
    direct, shared, unattributed, opex, tax = (to_decimal(units[bucket], key[3]) for bucket in BUCKETS)
    difference = exact
    for part in (residual, direct, shared, unattributed, opex, tax):
        difference = _EXACT.subtract(difference, part)
    return ReconcileRow(*key, exact, residual, direct, shared, unattributed, opex, tax, difference)


def _order(row: ReconcileRow) -> tuple[str, str, str, str, bool]:
    return row.source, row.export, row.period, row.currency, row.cost != "effective"
