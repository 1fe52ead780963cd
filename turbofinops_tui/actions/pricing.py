"""Prices of AI calls as a use case: what was used, what has none, evidence against bills, pricing anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.bills_check import excess, told_twice
from turbofinops_tui.actions.usage_imports import (
    TWICE,
    UNPRICED,
    price_book,
    resolve_spans,
    tell_findings,
)
from turbofinops_tui.economics.money import exact_text, scale
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store.findings import load_findings
from turbofinops_tui.store.rule_set_rows import load_prices
from turbofinops_tui.store.usage_calls import Told, call_days, derive_days, load_calls, set_prices

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session

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
        unpriced = [item.finding for item in load_findings(conn, UNPRICED) if item.state == "open"]
        twice = [item.finding for item in load_findings(conn, TWICE) if item.state == "open"]
        tokens = {item.key: _tokens(conn, item.key) for item in unpriced}
    return {
        "unpriced": [
            {
                "provider": item.key.partition(" ")[0], "model": item.key.partition(" ")[2],
                "calls": item.count, "tokens": tokens[item.key], "amount": item.amount or None,
                "currency": item.currency or None,
            }
            for item in unpriced
        ],
        "excess": [item.record() for item in excess(reports)],
        "overlap": [item.record() for item in told_twice(reports)],
        "left_out": [
            {"feed": item.source, "what": item.detail, "calls": item.count, "amount": item.amount or None,
             "currency": item.currency or None}
            for item in twice
        ],
    }  # fmt: skip


def _tokens(conn: Any, key: str) -> int:
    provider, _, model = key.partition(" ")
    row = conn.execute(
        "SELECT coalesce(sum(e.input_tokens + e.cache_read_tokens + e.cache_write_tokens + e.output_tokens),"
        " 0) FROM evidence_daily e JOIN evidence_key k ON k.id = e.key"
        " WHERE k.provider = ? AND k.model = ? AND k.currency = ''",
        (provider, model),
    ).fetchone()
    return int(row[0])


# --- pricing anew ---------------------------------------------------------------------------------


@dataclass
class Repricing:
    """What pricing anew changes, by currency in major units."""

    calls: int = 0
    before: dict[str, Fraction] = field(default_factory=dict)
    after: dict[str, Fraction] = field(default_factory=dict)
    models: dict[str, Fraction] = field(default_factory=dict)
    """``MODEL CURRENCY`` -> change"""

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "calls": self.calls, "before": _texts(self.before), "after": _texts(self.after),
            "changes": {
                name: _text(amount, name.rpartition(" ")[2]) for name, amount in sorted(self.models.items())
            },
        }  # fmt: skip


def reprice(session: Session, start: int | None, end: int | None, *, write: bool) -> Repricing:
    """Price stored calls of the days ``[start, end)`` by the prices of now; stored with ``write`` alone."""
    book = price_book(session)
    found = Repricing()
    with session.store.read() as conn:
        days = call_days(conn, start, end)
    for first in range(0, len(days), DAYS_AT_ONCE):
        some = days[first : first + DAYS_AT_ONCE]
        changed: list[Told] = []
        with session.store.read() as conn:
            for feed, day in some:
                for call, old in load_calls(conn, feed, day):
                    new = book.priced(call)
                    _count(found, call.model, old, new)
                    if old != new:
                        changed.append((call, new))
        if write and changed:
            with session.store.write("price anew") as txn:
                set_prices(txn, changed)
                touched = {(call.feed, call.day) for call, _ in changed}
                derive_days(txn, touched)
                tell_findings(txn, touched)
                txn.audit("reprice", "evidence", "calls", None, {"calls": len(changed)})
    if write:
        resolve_spans(session, {day for _, day in days})
    return found


def _count(found: Repricing, model: str, old: Any, new: Any) -> None:
    found.calls += old != new
    for sums, prices, sign in ((found.before, old, -1), (found.after, new, 1)):
        for item in prices:
            sums[item.currency] = sums.get(item.currency, Fraction(0)) + item.total
            if old != new:
                name = f"{model} {item.currency}"
                found.models[name] = found.models.get(name, Fraction(0)) + sign * item.total


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
