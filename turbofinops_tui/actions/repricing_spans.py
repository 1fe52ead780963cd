"""AI calls of spans of closed days priced anew, from the tokens that their daily rows keep.

A closed day has no calls any more, only tokens by model. Where every call of a row has the same rates, its
cost is the tokens times these; where a rate goes by the size of a call or the hour of the day, it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from turbofinops_tui.economics.ai_names import provider_name
from turbofinops_tui.economics.calls import SECONDS_A_DAY, Call
from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.token_units import TOKEN_CLASSES, TOKENS_PER_UNIT
from turbofinops_tui.economics.usage import NO_COSTS, TOKENS, USAGE_MEASURES, EvidenceKey, EvidenceRow
from turbofinops_tui.sync.prices import PriceBook, Rate

HOURS = range(0, 24, 4)
"""when a day's rates are looked up: some change by the hour"""
_PLACES = [USAGE_MEASURES.index(name) for name in TOKENS]
_NOTHING = (0,) * len(USAGE_MEASURES)
Costs = tuple[int, ...]


@dataclass(slots=True)
class Anew:
    """The rows of a day as they are to be, and the rows that changed (before, after)."""

    rows: list[EvidenceRow] = field(default_factory=list)
    changed: list[tuple[list[EvidenceRow], list[EvidenceRow]]] = field(default_factory=list)
    kept: int = 0
    """calls whose price goes by their size or hour: theirs stays"""


def priced_anew(rows: Iterable[EvidenceRow], book: PriceBook) -> Anew:
    """The rows of spans with the prices of now."""
    groups: dict[EvidenceKey, list[EvidenceRow]] = {}
    for row in rows:
        who = replace(row.key, currency="", price="", cost_basis="")
        groups.setdefault(who, []).append(row)
    found = Anew()
    for held in groups.values():
        _group(found, held, book)
    return found


def _group(found: Anew, held: list[EvidenceRow], book: PriceBook) -> None:
    """Rows of one key; those without figures are costs of the others in a second currency."""
    mains = [row for row in held if any(_tokens(row))]
    extras = [row for row in held if not any(row.measures) and any(row.costs)]
    new = [_priced(row, book) for row in mains]
    if any(costs is None for costs in new):
        found.kept += sum(row.measures[0] + row.measures[1] for row in mains)
        found.rows += held
        return
    found.rows += [row for row in held if row not in mains and row not in extras]
    if not extras and all(_same(row, costs or []) for row, costs in zip(mains, new, strict=True)):
        found.rows += mains
        return
    after = [made for row, costs in zip(mains, new, strict=True) for made in _rows(row, costs or [])]
    found.rows += after
    if {*after} != {*mains, *extras}:
        found.changed.append(([*mains, *extras], after))


def _tokens(row: EvidenceRow) -> list[int]:
    return [row.measures[place] for place in _PLACES]


def _priced(row: EvidenceRow, book: PriceBook) -> list[tuple[str, str, Costs]] | None:
    """(currency, price, costs) of a row's tokens, empty without a price; None when the calls may differ."""
    tokens = _tokens(row)
    costs: dict[str, list[Fraction]] = {}
    prices: dict[str, dict[str, None]] = {}
    for place, (name, count) in enumerate(zip(TOKEN_CLASSES, tokens, strict=True)):
        if not count:
            continue
        rates = _rates(row, name, sum(tokens[:3]), book)
        if len(rates) > 1:
            return None
        (rate,) = rates
        if rate is None:
            return []
        held = costs.setdefault(rate.currency, [Fraction(0)] * len(NO_COSTS))
        held[place] = Fraction(rate.per_million) * count * scale(rate.currency) / TOKENS_PER_UNIT
        prices.setdefault(rate.currency, {})[rate.price] = None
    return [
        (currency, " + ".join(prices[currency]), tuple(map(round, held)))
        for currency, held in sorted(costs.items())
    ]


def _rates(row: EvidenceRow, token_class: str, most: int, book: PriceBook) -> set[Rate | None]:
    """Every rate that a call of the row may have: by hour, for an empty call and one with all tokens."""
    key = row.key
    if not key.provider or not key.model:
        return {None}
    found: set[Rate | None] = set()
    for hour in HOURS:
        at = row.day * SECONDS_A_DAY + hour * 3600
        call = Call(key.feed, "", at, provider_name(key.provider), key.model, (0, 0, 0, 0))
        found |= {book.rate(call, token_class, size) for size in (0, most)}
    return found


def _same(row: EvidenceRow, costs: Sequence[tuple[str, str, Costs]]) -> bool:
    """Whether a row has these costs already; each of its calls was rounded on its own."""
    if not costs:
        return not row.key.currency
    if len(costs) > 1 or costs[0][:2] != (row.key.currency, row.key.price):
        return False
    slack = max(1, row.measures[0] + row.measures[1])
    return all(abs(old - new) <= slack for old, new in zip(row.costs, costs[0][2], strict=True))


def _rows(row: EvidenceRow, costs: Sequence[tuple[str, str, Costs]]) -> list[EvidenceRow]:
    """A row under new costs: its figures once, then further currencies without figures."""
    made = []
    for number, (currency, price, amounts) in enumerate(costs or [("", "", NO_COSTS)]):
        key = replace(row.key, currency=currency, price=price, cost_basis="priced" if currency else "")
        made.append(EvidenceRow(row.day, key, _NOTHING if number else row.measures, amounts))  # type: ignore[arg-type]
    return made
