"""One dollar, one source: what an AI bill charges, divided by who used it (numbers.md 3).

A *cell* is (account, UTC day, model family, token class) of a provider's bill in its currency; a bill line
without class stands for all classes of its model, one without model for all models. Evidence goes to the
most specific cell that the bill of its day has. In a cell of bill B, customer c has min(B, sum E) x E_c /
sum E; the rest goes on down the ladder. Where the provider reports the tokens of a cell, tokens take the
place of money on both sides. B and E are those of the whole book, so that every atom divides by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from turbofinops_tui.economics.ai_names import model_family, provider_name, vendor
from turbofinops_tui.economics.books import Facts
from turbofinops_tui.economics.books.evidence import UsageRows
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.evaluate.kept import is_ai
from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.periods import month_of_day, month_start
from turbofinops_tui.economics.token_units import TOKEN_CLASSES, token_class
from turbofinops_tui.economics.usage import COST_CLASSES, TOKENS, USAGE_MEASURES, EvidenceKey

NOBODY = -1
TOKEN_IN_QUANTITY = 1000
"""stored units of quantity (1e-9 of a million) of one token"""
TOLERANCE = Fraction(105, 100)
"""evidence above this much of its bill is a finding"""
Who = tuple[int, str]
"""(customer or -1, feature or empty)"""
Amount = int | Fraction
"""exact; whole wherever nothing was sampled or converted"""
Shares = dict[Who, Amount]
Weights = dict[Who, int]
FeatureOf = Callable[[int, int], str]
"""(key, day) -> feature or empty"""


class Cell(NamedTuple):
    """What a bill is divided by, the day aside; empty family or class: all of them."""

    provider: str
    account: str
    family: str
    token_class: str
    currency: str
    model: str
    """of priced cost, which tells its model exactly; else empty"""


@dataclass(slots=True)
class Measured:
    """A cell on a day: the bill, and the evidence by customer and feature; money in store units."""

    bill: int = 0
    tokens: int = 0
    money_of: Shares = field(default_factory=dict)
    tokens_of: Shares = field(default_factory=dict)

    @property
    def by_tokens(self) -> bool:
        """Whether tokens take the place of money."""
        return self.tokens > 0

    @property
    def whole(self) -> int:
        """The bill, in tokens where the provider tells them."""
        return self.tokens if self.by_tokens else self.bill

    @property
    def parts(self) -> Shares:
        """The evidence in the same measure."""
        return self.tokens_of if self.by_tokens else self.money_of

    def weights(self) -> Weights:
        """By what every unit of the cell divides: whole numbers > 0."""
        parts = {who: amount for who, amount in self.parts.items() if amount > 0}
        if self.whole <= 0 or not parts:
            return {(NOBODY, ""): 1}
        if (left := self.whole - sum(parts.values())) > 0:
            rest = (NOBODY, "")
            parts[rest] = parts.get(rest, 0) + left
        scale = lcm(*{amount.denominator for amount in parts.values()})
        return {who: int(amount * scale) for who, amount in parts.items()}


Day = dict[int, Measured]
"""number of the cell -> what was measured"""


class Bills:
    """The AI bills of some facts against evidence whose owners are known (``customer`` by key)."""

    def __init__(self, facts: Facts, customer: Ints, feature_of: FeatureOf) -> None:
        self._facts, self._customer, self._feature_of = facts, customer, feature_of
        keys = facts.evidence.keys
        self.cells: list[Cell] = []
        self.cell_of: Ints = np.full(len(facts.dimensions), NOBODY, dtype=np.int64)
        """dimension -> the number of its cell, or -1"""
        self._months: dict[int, dict[int, Day]] = {}
        self._known: dict[tuple[int, int], Weights] = {}
        self._near: dict[int, list[int]] = {}
        self._lines: dict[int, list[tuple[int, int]] | None] = {}
        told = {provider_name(key.provider) for key in keys if key.provider and key.model}
        if told:
            self._find_cells(told)
        self._of_provider: dict[str, list[int]] = {}
        for number, cell in enumerate(self.cells):
            self._of_provider.setdefault(cell.provider, []).append(number)
        self.has_class = np.array(
            [bool(token_class(d.unit)) for d in facts.dimensions] if told else [], dtype=bool
        )

    def _find_cells(self, told: set[str]) -> None:
        number: dict[Cell, int] = {}
        ai = is_ai(self._facts)
        for position, d in enumerate(self._facts.dimensions):
            seller = vendor(d.service, d.provider)
            if (
                not (ai[position] or seller != d.provider)
                or seller not in told
                or d.charge_category in ("Tax", "Credit")
            ):
                continue
            account = d.account if seller == d.provider else ""  # a marketplace's is none of the vendor's
            family = model_family(d.model)
            model = d.model if d.cost_basis == "priced" else ""
            cell = Cell(seller, account, family, token_class(d.unit) if family else "", d.currency, model)
            self.cell_of[position] = number.setdefault(cell, len(number))
        self.cells = list(number)

    def weights(self, cell: int, day: int) -> Weights:
        """By what the bill of a cell divides on a day: (customer, feature) -> whole number."""
        if (cell, day) not in self._known:
            found = self.month(month_of_day(day)).get(day, {}).get(cell)
            self._known[cell, day] = {(NOBODY, ""): 1} if found is None else found.weights()
        return self._known[cell, day]

    def month(self, month: int) -> dict[int, Day]:
        """Day -> cells, of a UTC month."""
        if month not in self._months:
            self._months[month] = self._measured(month)
        return self._months[month]

    def _measured(self, month: int) -> dict[int, Day]:
        found: dict[int, Day] = {}
        positions = np.flatnonzero(self.cell_of != NOBODY)
        if not len(positions):
            return found
        rows = self._facts.cost.daily(month_start(month), month_start(month + 1), positions)
        columns = (rows.dimension, rows.when, rows.effective, rows.quantity)
        for position, day, amount, quantity in zip(*(c.tolist() for c in columns), strict=True):
            held = found.setdefault(day, {}).setdefault(int(self.cell_of[position]), Measured())
            held.bill += amount
            if self.has_class[position]:
                held.tokens += quantity // TOKEN_IN_QUANTITY
        usage = self._facts.evidence.month(month)
        for day, key, measures, costs in _rows(usage):
            if day in found:
                self._tell(found[day], day, key, measures, costs)
        return found

    def _tell(self, cells: Day, day: int, key: int, measures: list[int], costs: list[int]) -> None:
        """Give one row of evidence to the cells that its day has."""
        own = self._facts.evidence.keys[key]
        if key not in self._lines:
            self._lines[key] = self._straight(own)
        if (lines := self._lines[key]) is not None:
            who = (int(self._customer[key]), self._feature_of(key, day))
            for place, number in lines:
                _add(cells.get(number), who, measures[_TOKEN_PLACES[place]], costs[place])
            return
        candidates = self._candidates(cells, key, own)
        if not candidates:
            return
        who = (int(self._customer[key]), self._feature_of(key, day))
        count: Amount = Fraction(own.numerator, own.denominator)
        count = count.numerator if count.denominator == 1 else count
        if any(self.cells[number].token_class for number in candidates):
            for place, name in enumerate(TOKEN_CLASSES):
                tokens, money = measures[_TOKEN_PLACES[place]] * count, costs[place] * count
                if tokens or money:
                    self._give(cells, candidates, name, (who, tokens, money, own.currency, day))
            costs = [costs[COST_CLASSES.index("whole")]]
        if whole := sum(costs) * count:  # no candidate tells classes apart: all of them at once
            self._give(cells, candidates, "", (who, 0, whole, own.currency, day))

    def _straight(self, own: EvidenceKey) -> list[tuple[int, int]] | None:
        """(class, cell) of a key where no class has a choice on any day, at no rate and unsampled; else None.

        Most evidence is so, and there is a row a customer, model and day: ``_give`` would find the same.
        """
        near = self._about(own)
        cells = [self.cells[number] for number in near]
        classes = [cell.token_class for cell in cells]
        if not all(classes) or len(set(classes)) < len(near) or own.numerator != own.denominator:
            return None
        if any((cell.account, cell.model) != (cells[0].account, cells[0].model) for cell in cells):
            return None
        if any(cell.currency != own.currency for cell in cells):
            return None
        return [(TOKEN_CLASSES.index(name), number) for name, number in zip(classes, near, strict=True)]

    def _candidates(self, cells: Day, key: int, own: EvidenceKey) -> list[int]:
        """The cells of the day's bill that may be about a row: its provider, account and model."""
        if key not in self._near:
            self._near[key] = self._about(own)
        found = [n for n in self._near[key] if n in cells and cells[n].bill > 0 and cells[n].whole > 0]
        if len(found) < 2:
            return found
        found = [n for n in found if self.cells[n].account == own.account] or found
        exact = [number for number in found if self.cells[number].family]
        return [n for n in exact if self.cells[n].model == own.model] or exact or found

    def _about(self, own: EvidenceKey) -> list[int]:
        """The cells of any day that may be about evidence of a key."""
        family = model_family(own.model)
        return [
            number
            for number in self._of_provider.get(provider_name(own.provider), ())
            if self.cells[number].family in ("", family)
            and (not own.account or self.cells[number].account in ("", own.account))
        ]

    def _give(self, cells: Day, candidates: list[int], name: str, told: Told) -> None:
        """One class to the most specific cells; over several accounts by what each was billed."""
        who, tokens, money, currency, day = told
        exact = [n for n in candidates if name and self.cells[n].token_class == name]
        chosen = exact or [n for n in candidates if not self.cells[n].token_class]
        whole = sum(cells[number].whole for number in chosen)
        for number in chosen:
            held, cell = cells[number], self.cells[number]
            part: Amount = Fraction(held.whole, whole) if len(chosen) > 1 else 1
            if tokens and cell.token_class:
                held.tokens_of[who] = held.tokens_of.get(who, 0) + tokens * part
            converted = self._converted(money, currency, cell.currency, day) if currency and money else None
            if converted is not None:
                held.money_of[who] = held.money_of.get(who, 0) + converted * part

    def _converted(self, money: Amount, currency: str, into: str, day: int) -> Amount | None:
        """Store units in another currency at the table rate of the day; None without one."""
        if currency == into:
            return money
        rate = self._facts.rates.rate(currency, into, day)
        return None if rate is None else money * Fraction(rate[0] * scale(into), rate[1] * scale(currency))

    def measured(self, start: int, end: int) -> Iterator[tuple[int, Cell, Measured]]:
        """(day, cell, what was measured) of every cell with a bill or evidence in ``[start, end)``."""
        for month in range(month_of_day(start), month_of_day(end - 1) + 1):
            for day, cells in sorted(self.month(month).items()):
                if start <= day < end:
                    for number, held in sorted(cells.items()):
                        yield day, self.cells[number], held


def _add(held: Measured | None, who: Who, tokens: int, money: int) -> None:
    """Evidence of one class for its cell, if the day bills it."""
    if held is None or held.bill <= 0:
        return
    if tokens:
        held.tokens_of[who] = held.tokens_of.get(who, 0) + tokens
    if money:
        held.money_of[who] = held.money_of.get(who, 0) + money


Told = tuple[Who, Amount, Amount, str, int]
"""(who, tokens, money in store units, its currency, day)"""
_TOKEN_PLACES = [USAGE_MEASURES.index(name) for name in TOKENS]


def _rows(usage: UsageRows) -> Iterator[tuple[int, int, list[int], list[int]]]:
    columns = (usage.day, usage.key, usage.measures, usage.costs)
    return zip(*(column.tolist() for column in columns), strict=True)
