"""What does not fit between bills and evidence: evidence above its bill, cost that two sources tell.

Worked out from the books each time, so a delivery that settles it takes the finding away (numbers.md 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import exact_text, rounded_text
from turbofinops_tui.economics.periods import day_text, month_text
from turbofinops_tui.store.findings import Finding
from turbofinops_tui.store.unpriced import without_price

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.books import FactBooks

EXCESS, OVERLAP, ALIKE = "evidence_over_bill", "cost_of_two_sources", "two_sources_of_one_provider"
UNPRICED = "model_without_price"
WORKED_OUT = (EXCESS, OVERLAP, ALIKE, UNPRICED)
"""kinds that are never read from the store"""


@dataclass(frozen=True, slots=True)
class Excess:
    """A cell of a day whose evidence is above 1.05 of its bill; money in store units."""

    day: int
    provider: str
    account: str
    model: str
    token_class: str
    currency: str
    bill: int
    evidence: int
    by_tokens: bool

    @property
    def over(self) -> int:
        """What the evidence has above the bill."""
        return self.evidence - self.bill

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "day": day_text(self.day), "provider": self.provider, "account": self.account,
            "model": self.model or None, "class": self.token_class or None,
            "bill": exact_text(self.bill, self.currency),
            "evidence": exact_text(self.evidence, self.currency),
            "over": exact_text(self.over, self.currency), "currency": self.currency,
            "by": "tokens" if self.by_tokens else "money",
        }  # fmt: skip


@dataclass(slots=True)
class Twice:
    """What of a source's cost does not count, since ``counts`` tells it; money in store units."""

    source: str
    provider: str
    counts: str
    currency: str
    days: set[int]
    units: int = 0

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "source": self.source, "provider": self.provider, "counts": self.counts, "days": len(self.days),
            "from": day_text(min(self.days)), "to": day_text(max(self.days) + 1),
            "amount": exact_text(self.units, self.currency), "currency": self.currency,
        }  # fmt: skip


def excess(reports: Reports) -> list[Excess]:
    """Every cell and day of the whole book whose evidence exceeds its bill, oldest first."""
    from turbofinops_tui.economics.evaluate.bills import TOLERANCE
    from turbofinops_tui.economics.evaluate.usage import usage_of

    books = reports.refresh()
    days = books.facts.evidence.days
    if days is None:
        return []
    bills = usage_of(books.facts, reports.rules()).bills
    found = []
    for day, cell, held in bills.measured(days.start, days.end):
        told = sum(held.parts.values(), Fraction(0))
        if held.bill > 0 and told > TOLERANCE * held.whole > 0 and not cell.model:
            worth = round(held.bill * told / held.whole)
            found.append(
                Excess(
                    day, cell.provider, cell.account, cell.family, cell.token_class, cell.currency, held.bill,
                    worth, held.by_tokens,
                )
            )  # fmt: skip
    return found


def told_twice(reports: Reports) -> list[Twice]:
    """What is left out of the cost, by source, provider, the source that counts and currency."""
    books = reports.refresh()
    left = books.facts.left_out
    sums: dict[tuple[str, str, str, str], Twice] = {}
    columns = (left.rows.dimension, left.rows.when, left.rows.effective, left.by)
    for dimension, day, amount, by in zip(*(column.tolist() for column in columns), strict=True):
        own = books.dimensions[dimension]
        key = (own.source, own.provider, left.sources[by], own.currency)
        held = sums.setdefault(key, Twice(*key, set()))
        held.units += amount
        held.days.add(day)
    return [sums[key] for key in sorted(sums)]


def not_fitting(reports: Reports) -> Iterator[tuple[Finding, str]]:
    """(finding, its first day): excess by cell, cost left out, sources that may tell the same."""
    yield from _of_excess(excess(reports))
    with reports.session.store.read() as conn:
        unpriced = without_price(conn)
    for one in unpriced:
        detail = f"{_count(one.calls, 'call')} on {_count(one.days, 'day')}, {one.tokens:,} tokens: no price"
        key = f"{one.provider} {one.model}".strip()
        finding = Finding(UNPRICED, key, "", detail, "", one.amount, one.currency, one.calls)
        yield finding, day_text(one.first_day)
    for item in told_twice(reports):
        key = f"{item.provider} {item.counts} {item.currency}"
        first = day_text(min(item.days))
        days = f"{_count(len(item.days), 'day')} from {first}"
        detail = f"cost of {item.source} on {days} that {item.counts} tells too: left out, counted once"
        amount = exact_text(item.units, item.currency)
        yield Finding(OVERLAP, key, item.source, detail, "", amount, item.currency, len(item.days)), first
    yield from _alike(reports.books())


def _of_excess(found: Iterable[Excess]) -> Iterator[tuple[Finding, str]]:
    """One finding by account, model and class: how much in all, and the worst day."""
    cells: dict[tuple[str, str, str, str, str], list[Excess]] = {}
    for item in found:
        cell = (item.provider, item.account, item.model, item.token_class, item.currency)
        cells.setdefault(cell, []).append(item)
    for (provider, *place, currency), held in sorted(cells.items()):
        worst = max(held, key=lambda item: (item.over, -item.day))
        where = " ".join(part for part in place if part) or provider
        evidence, bill = (rounded_text(units, currency) for units in (worst.evidence, worst.bill))
        detail = (
            f"on {_count(len(held), 'day')} the evidence is above 1.05 of the bill, most on"
            f" {day_text(worst.day)}: worth {evidence}, billed {bill}"
        )
        amount = exact_text(sum(item.over for item in held), currency)
        finding = Finding(EXCESS, f"{where} {currency}", provider, detail, "", amount, currency, len(held))
        yield finding, day_text(held[0].day)


def _alike(books: FactBooks) -> Iterator[tuple[Finding, str]]:
    """Two bills of one AI provider in a month that share no account: perhaps one account under two names.

    Nothing is left out for this, since two accounts are as likely.
    """
    from turbofinops_tui.economics.ai_names import AI_PROVIDERS
    from turbofinops_tui.economics.books.overlap import is_gateway

    sums: dict[tuple[str, str, int, str], int] = {}
    own = {n: d for n, d in enumerate(books.dimensions) if d.provider in AI_PROVIDERS and not is_gateway(d)}
    if len({(d.provider, d.source) for d in own.values()}) < 2:
        return
    rows = books.facts.monthly
    for dimension, month, amount in zip(
        *(column.tolist() for column in (rows.dimension, rows.when, rows.effective)), strict=True
    ):
        if (d := own.get(dimension)) is not None and d.cost_basis != "priced":
            key = (d.provider, d.source, month, d.currency)
            sums[key] = sums.get(key, 0) + amount
    found: dict[tuple[str, str, str, str], list[tuple[int, int]]] = {}
    for (provider, source, month, currency), amount in sums.items():
        for other in {key[1] for key in sums if key[0] == provider and key[2:] == (month, currency)}:
            held = sums[provider, other, month, currency]
            if 0 < amount <= held and (amount, source) < (held, other):
                found.setdefault((provider, source, other, currency), []).append((month, amount))
    for (provider, source, other, currency), months in sorted(found.items()):
        first = month_text(min(months)[0])
        detail = (
            f"{source} and {other} both have cost of {provider} since {first}, under accounts of their own:"
            " if they are one account, give both the same account or remove one"
        )
        amount_text = exact_text(sum(amount for _, amount in months), currency)
        key_text = f"{provider} {other} {currency}"
        yield Finding(ALIKE, key_text, source, detail, "", amount_text, currency, len(months)), f"{first}-01"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"
