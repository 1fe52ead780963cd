"""AI calls whose model has no price: what daily evidence says of them, of all feeds and days."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from turbofinops_tui.economics.money import decimal_text, scale

_TOKENS = "sum(e.input_tokens + e.cache_read_tokens + e.cache_write_tokens + e.output_tokens)"
_COST = "sum(e.cost_input + e.cost_cache_read + e.cost_cache_write + e.cost_output + e.cost_whole)"


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model whose calls have no price: their tokens, and an estimate of the money at stake."""

    provider: str
    model: str
    first_day: int
    days: int
    calls: int
    tokens: int
    amount: str
    """decimal text of the tokens at the mean price of all priced ones; empty when none is priced"""
    currency: str

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "provider": self.provider, "model": self.model, "calls": self.calls, "tokens": self.tokens,
            "amount": self.amount or None, "currency": self.currency or None,
        }  # fmt: skip


def without_price(conn: sqlite3.Connection) -> list[Unpriced]:
    """Every model of stored evidence that has tokens and no price, by provider and model."""
    query = (
        "SELECT k.provider, k.model, min(e.day), count(DISTINCT e.day),"  # noqa: S608 (constants)
        f" sum(e.calls + e.failed_calls), {_TOKENS} AS tokens FROM evidence_key k"
        " JOIN evidence_daily e ON k.id = e.key WHERE k.currency = '' AND k.model <> ''"
        f" GROUP BY k.provider, k.model HAVING {_TOKENS} > 0 ORDER BY k.provider, k.model"
    )
    found = []
    for provider, model, first, days, calls, tokens in conn.execute(query).fetchall():
        amount, currency = _estimate(conn, tokens)
        found.append(Unpriced(provider, model, first, days, calls, tokens, amount, currency))
    return found


def _estimate(conn: sqlite3.Connection, tokens: int) -> tuple[str, str]:
    """The tokens at the mean price of all priced tokens, in the currency that most have."""
    row = conn.execute(
        f"SELECT k.currency, {_COST}, {_TOKENS} AS tokens FROM evidence_daily e"  # noqa: S608 (constants)
        " JOIN evidence_key k ON k.id = e.key WHERE k.currency <> '' GROUP BY k.currency"
        " ORDER BY tokens DESC, k.currency LIMIT 1"
    ).fetchone()
    if row is None or not row[2]:
        return "", ""
    nanos = round(Fraction(row[1] * tokens, row[2] * scale(row[0])) * 10**9)
    return decimal_text(Decimal(nanos).scaleb(-9)), str(row[0])
