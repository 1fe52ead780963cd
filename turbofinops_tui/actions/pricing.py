"""Prices of AI calls as a use case: what was used, what has none, evidence against bills, pricing anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.bills_check import excess, told_twice
from turbofinops_tui.actions.usage_imports import (
    price_book,
    resolve_spans,
    tell_findings,
)
from turbofinops_tui.economics.money import exact_text, scale
from turbofinops_tui.economics.periods import day_text, month_of_day, month_text
from turbofinops_tui.economics.usage import EvidenceRow
from turbofinops_tui.store.evidence import evidence_scopes, load_evidence, replace_evidence
from turbofinops_tui.store.findings import load_findings
from turbofinops_tui.store.rule_set_rows import load_prices
from turbofinops_tui.store.spans import settling, span_days
from turbofinops_tui.store.unpriced import without_price
from turbofinops_tui.store.usage_calls import Told, call_days, derive_days, load_calls, set_prices
from turbofinops_tui.sync.settle_spans import TWICE, scope_of

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.repricing_spans import Anew
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.calls import Priced
    from turbofinops_tui.sync.prices import PriceBook

DAYS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class UsedPrice:
    """A price on rows of evidence, with what it was used for."""

    price: str
    basis: str
    provider: str
    model: str
    currency: str
    first_day: int
    last_day: int
    calls: int
    cost: int
    """store units"""

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "price": self.price, "basis": self.basis, "provider": self.provider, "model": self.model,
            "from": day_text(self.first_day), "to": day_text(self.last_day + 1), "calls": self.calls,
            "cost": exact_text(self.cost, self.currency), "currency": self.currency,
        }  # fmt: skip


def used_prices(session: Session) -> list[UsedPrice]:
    """Every price on stored evidence."""
    query = (
        "SELECT k.price, k.cost_basis, k.provider, k.model, k.currency, min(d.day), max(d.day),"
        " sum(d.calls + d.failed_calls), sum(d.cost_input + d.cost_cache_read + d.cost_cache_write"
        " + d.cost_output + d.cost_whole) FROM evidence_daily d JOIN evidence_key k ON k.id = d.key"
        " WHERE k.currency <> '' GROUP BY 1, 2, 3, 4, 5 ORDER BY 3, 4, 1, 5"
    )
    with session.store.read() as conn:
        return [UsedPrice(*row) for row in conn.execute(query)]


# --- what does not fit ------------------------------------------------------------------------------


def check_prices(reports: Reports) -> dict[str, Any]:
    """Models without a price, evidence above 1.05 of its bill, what is left out: all are findings."""
    session = reports.session
    with session.store.read() as conn:
        unpriced = without_price(conn)
        twice = [item.finding for item in load_findings(conn, TWICE) if item.state == "open"]
    return {
        "unpriced": [item.record() for item in unpriced],
        "excess": [item.record() for item in excess(reports)],
        "overlap": [item.record() for item in told_twice(reports)],
        "left_out": [
            {"feed": item.source, "what": item.detail, "calls": item.count, "amount": item.amount or None,
             "currency": item.currency or None}
            for item in twice
        ],
    }  # fmt: skip


# --- pricing anew ---------------------------------------------------------------------------------


Sums = dict[str, Fraction]


@dataclass
class Repricing:
    """What pricing anew changes, by currency in major units."""

    calls: int = 0
    before: dict[str, Fraction] = field(default_factory=dict)
    after: dict[str, Fraction] = field(default_factory=dict)
    models: dict[str, Fraction] = field(default_factory=dict)
    """``MODEL CURRENCY`` -> change"""
    months: dict[str, Fraction] = field(default_factory=dict)
    """``MONTH CURRENCY`` -> change"""
    kept: int = 0
    """calls of closed days of traces whose price goes by their size or hour: theirs stays"""

    def count(self, model: str, day: int, old: Sums, new: Sums) -> None:
        """Note what a model's calls of a day cost before and cost now, by currency."""
        for sums, prices, sign in ((self.before, old, -1), (self.after, new, 1)):
            for currency, amount in prices.items():
                _add(sums, currency, amount)
                if old != new:
                    _add(self.models, f"{model} {currency}", sign * amount)
                    _add(self.months, f"{month_text(month_of_day(day))} {currency}", sign * amount)

    def lines(self) -> list[str]:
        """``2026-03 changed by -12.40 USD``, a month and currency each, then the models."""
        return [
            f"{name.rpartition(' ')[0]} changed by {_signed(name, amount)}"
            for name, amount in (*sorted(self.months.items()), *sorted(self.models.items()))
            if amount
        ]

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "calls": self.calls, "before": _texts(self.before), "after": _texts(self.after),
            "changes": _named(self.models), "months": _named(self.months), "kept": self.kept,
        }  # fmt: skip


def _add(sums: Sums, name: str, amount: Fraction) -> None:
    sums[name] = sums.get(name, Fraction(0)) + amount


def _named(sums: Sums) -> dict[str, str]:
    return {name: _text(amount, name.rpartition(" ")[2]) for name, amount in sorted(sums.items())}


def _signed(name: str, amount: Fraction) -> str:
    currency = name.rpartition(" ")[2]
    return f"{'+' if amount > 0 else ''}{_text(amount, currency)} {currency}"


def reprice(session: Session, start: int | None, end: int | None, *, write: bool) -> Repricing:
    """Price stored calls of the days ``[start, end)`` by the prices of now; stored with ``write`` alone.

    Single calls of any day, and the daily rows of traces whose days have closed; open days of traces follow
    the prices anyway. What it did is in the audit log, by month.
    """
    book = price_book(session)
    found = Repricing()
    with session.store.read() as conn:
        days = call_days(conn, start, end)
    for first in range(0, len(days), DAYS_AT_ONCE):
        _reprice_calls(session, book, days[first : first + DAYS_AT_ONCE], found, write=write)
    if write:
        resolve_spans(session, {day for _, day in days})
    with settling(session.store) if write else nullcontext():
        _reprice_spans(session, book, (start, end), found, write=write)
    if write and found.calls:
        with session.store.write("price anew") as txn:
            facts = {"calls": found.calls, "months": _named(found.months), "kept": found.kept}
            txn.audit("reprice", "evidence", "all", _texts(found.before), _texts(found.after) | facts)
    return found


def _reprice_calls(
    session: Session, book: PriceBook, some: Sequence[tuple[str, int]], found: Repricing, *, write: bool
) -> None:
    changed: list[Told] = []
    with session.store.read() as conn:
        for feed, day in some:
            for call, old in load_calls(conn, feed, day):
                new = book.priced(call)
                found.calls += old != new
                found.count(call.model, day, _sums(old), _sums(new))
                if old != new:
                    changed.append((call, new))
    if write and changed:
        with session.store.write("price anew") as txn:
            set_prices(txn, changed)
            touched = {(call.feed, call.day) for call, _ in changed}
            derive_days(txn, touched)
            tell_findings(txn, touched)
            txn.audit("reprice", "evidence", "calls", None, {"calls": len(changed)})


def _sums(prices: Iterable[Priced]) -> Sums:
    found: Sums = {}
    for item in prices:
        _add(found, item.currency, item.total)
    return found


def _reprice_spans(
    session: Session, book: PriceBook, within: tuple[int | None, int | None], found: Repricing, *, write: bool
) -> None:
    """Daily rows of closed days of traces, a day at a time."""
    from turbofinops_tui.actions.repricing_spans import priced_anew

    with session.store.read() as conn:
        shut = sorted(day for day, closed in span_days(conn).items() if closed)
        scopes = evidence_scopes(conn)
    start, end = within
    for day in shut:
        if (
            (start is not None and day < start)
            or (end is not None and day >= end)
            or scope_of(day) not in scopes
        ):
            continue
        with session.store.read() as conn:
            anew = priced_anew(load_evidence(conn, scope=scope_of(day)), book)
        found.kept += anew.kept
        before, after = _note(found, day, anew)
        if write and anew.changed:
            feed, reading, delivery = scopes[scope_of(day)]
            with session.store.write("price anew") as txn:
                replace_evidence(txn, scope_of(day), anew.rows, feed=feed, reading=reading, delivery=delivery)
                txn.audit("reprice", "evidence", scope_of(day), _texts(before), _texts(after))


def _note(found: Repricing, day: int, anew: Anew) -> tuple[Sums, Sums]:
    """Count the changed rows of a day; returns what they cost before and cost now."""
    whole: tuple[Sums, Sums] = ({}, {})
    for before, after in anew.changed:
        found.calls += sum(row.measures[0] + row.measures[1] for row in before)
        old, new = _weighed(before), _weighed(after)
        found.count(before[0].key.model, day, old, new)
        for sums, part in zip(whole, (old, new), strict=True):
            for currency, amount in part.items():
                _add(sums, currency, amount)
    return whole


def _weighed(rows: Iterable[EvidenceRow]) -> Sums:
    """What rows cost by currency, in major units, times their adjusted counts."""
    found: Sums = {}
    for row in rows:
        key = row.key
        if key.currency:
            units = Fraction(sum(row.costs) * key.numerator, key.denominator)
            _add(found, key.currency, units / scale(key.currency))
    return found


def _texts(sums: dict[str, Fraction]) -> dict[str, str]:
    return {currency: _text(amount, currency) for currency, amount in sorted(sums.items())}


def _text(amount: Fraction, currency: str) -> str:
    return exact_text(round(amount * scale(currency)), currency)


def listed(session: Session) -> list[dict[str, object]]:
    """The user's own prices, in order."""
    with session.store.read() as conn:
        rules = load_prices(conn)
    return [
        {
            "provider": item.provider, "model": item.model, "class": item.token_class,
            "from": None if item.start is None else day_text(item.start),
            "per_million": format(Decimal(item.per_million), "f"), "currency": item.currency,
        }
        for item in rules
    ]  # fmt: skip
