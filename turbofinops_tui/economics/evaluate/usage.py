"""Whose evidence it is: customers and features of its keys under some rules, and the weights it gives.

Weights are exact: the measure times the adjusted count of the spans, summed as fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import numpy as np

from turbofinops_tui.economics.books import Facts
from turbofinops_tui.economics.books.evidence import UsageRows
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.evaluate.bills import Bills
from turbofinops_tui.economics.evaluate.edits import applies
from turbofinops_tui.economics.evaluate.kept import directory_of
from turbofinops_tui.economics.patterns import fold, pattern
from turbofinops_tui.economics.periods import month_of_day
from turbofinops_tui.economics.types import Link, Rules, Weight
from turbofinops_tui.economics.usage import TOKENS, USAGE_MEASURES

NOBODY = -1
GENERAL: tuple[Weight, ...] = ("self_time", "requests", "tokens")
"""what a customer's evidence of a month is weighed by: the first that the book has in that month"""
Cells = dict[tuple[int, str], Fraction]
"""(customer or -1, feature or empty) -> weight, all > 0"""


def label_links(rules: Rules) -> tuple[Link, ...]:
    """Enabled feature links that rename labels, in order."""
    return tuple(link for link in rules.links if link.enabled and link.kind == "feature" and _labels(link))


def _labels(link: Link) -> bool:
    return bool(link.feature) and {fold(name) for name, _ in link.match.terms} == {"label"}


def usage_of(facts: Facts, rules: Rules) -> Usage:
    """The evidence under these identities and labels, made once."""
    links = label_links(rules)
    return facts.once(("usage", rules.identities, links), lambda: Usage(facts, rules, links))


class Usage:
    """The evidence of some facts with its customers and features."""

    def __init__(self, facts: Facts, rules: Rules, links: Sequence[Link]) -> None:
        self.evidence = facts.evidence
        self.keys = facts.evidence.keys
        directory = directory_of(facts, rules)
        found = []
        for key in self.keys:
            kind = "" if key.customer_kind == "reference" else key.customer_kind
            customer = directory.find(kind, key.customer) if key.customer else None
            found.append(NOBODY if customer is None else customer)
        self.customer: Ints = np.array(found, dtype=np.int64)
        self._links = links
        self._dated = any(link.start is not None or link.end is not None for link in links)
        self._features: dict[tuple[int, int], str] = {}
        self._days: dict[tuple[tuple[str, ...], Weight, int], dict[int, Cells]] = {}
        self._months: dict[int, Cells] = {}
        self.bills = Bills(facts, self.customer, self.feature)

    def feature(self, key: int, day: int) -> str:
        """The feature of a key on a day; empty for none."""
        at = (key, day if self._dated else 0)
        if at not in self._features:
            self._features[at] = self._feature(key, day)
        return self._features[at]

    def _feature(self, key: int, day: int) -> str:
        found = self.keys[key]
        if found.feature_kind == "label":
            for link in self._links:
                if applies(link, day) and all(pattern(p).matches(found.feature) for _, p in link.match.terms):
                    return link.feature
        return found.feature

    def features(self) -> list[str]:
        """Every feature that evidence can give, in UTF-8 order."""
        names = {key.feature for key in self.keys} | {link.feature for link in self._links}
        return sorted(names - {""}, key=str.encode)

    def on_day(self, services: tuple[str, ...], weight: Weight, day: int) -> Cells:
        """The weights of the named services (none named: all) on one UTC day; empty without evidence."""
        month = month_of_day(day)
        at = (services, weight, month)
        if at not in self._days:
            rows = self.evidence.month(month)
            chosen = self._of_services(services)[rows.key] if len(rows) else np.zeros(0, dtype=bool)
            self._days[at] = self._weigh(rows.take(chosen), weight)
        return self._days[at].get(day, {})

    def of_month(self, month: int) -> Cells:
        """The weights of all evidence of a UTC month, by the first measure of ``GENERAL`` that it has."""
        if month not in self._months:
            self._months[month] = {}
            for weight in GENERAL:
                cells: Cells = {}
                for found in self._weigh(self.evidence.month(month), weight).values():
                    for cell, amount in found.items():
                        cells[cell] = cells.get(cell, Fraction(0)) + amount
                if any(customer != NOBODY for customer, _ in cells):
                    self._months[month] = cells
                    break
        return self._months[month]

    def _of_services(self, services: tuple[str, ...]) -> Ints:
        wanted = [pattern(name) for name in services]
        held = [not wanted or any(p.matches(key.service) for p in wanted) for key in self.keys]
        return cast(Ints, np.array(held, dtype=bool))

    def _weigh(self, rows: UsageRows, weight: Weight) -> dict[int, Cells]:
        """Day -> its cells."""
        names = TOKENS if weight == "tokens" else (weight,)
        amounts = rows.measures[:, [USAGE_MEASURES.index(name) for name in names]].sum(axis=1)
        found: dict[int, Cells] = {}
        for day, key, amount in zip(rows.day.tolist(), rows.key.tolist(), amounts.tolist(), strict=True):
            own = self.keys[key]
            if amount > 0 and own.numerator > 0:
                cells = found.setdefault(day, {})
                cell = (int(self.customer[key]), self.feature(key, day))
                counted = Fraction(amount * own.numerator, own.denominator)
                cells[cell] = cells[cell] + counted if cell in cells else counted
        return found


@dataclass(frozen=True, slots=True)
class Used:
    """Evidence rows with their owners: parallel to ``rows``."""

    rows: UsageRows
    span: Ints
    customer: Ints
    feature: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: Ints) -> Used:
        """The rows of some positions."""
        return Used(self.rows.take(chosen), self.span[chosen], self.customer[chosen], self.feature[chosen])


def by_customer(cells: Mapping[tuple[int, str], Fraction]) -> dict[int, Fraction]:
    """The weights of customers alone; without the weight that has none."""
    found: dict[int, Fraction] = {}
    for (customer, _), amount in cells.items():
        if customer != NOBODY:
            found[customer] = found.get(customer, Fraction(0)) + amount
    return found
