"""Rules bound to dimensions: who gets which part of a dimension's cost, and when (numbers.md 4).

Most dimensions have one owner for all time; they live in columns. A dimension that a dated or partial
rule matches has a *timeline*: intervals of days, each with an *assignment* (its parts). Two walks run
over the same ladder, one for the customer and one for the feature; the parts are where they overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books import Facts
from turbofinops_tui.economics.books.revenue import Interned
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.evaluate.edits import applies, codes_into, edited, ids
from turbofinops_tui.economics.evaluate.kept import directory_of, is_category
from turbofinops_tui.economics.evaluate.parts import (
    DIRECT,
    EARLIEST,
    LATEST,
    NOBODY,
    OPEX,
    POOL,
    SHARED,
    TAX,
    UNATTRIBUTED,
    Assignment,
    Interval,
    Part,
)  # fmt: skip
from turbofinops_tui.economics.evaluate.tracing import expanded, is_traced, splits_cost
from turbofinops_tui.economics.evaluate.usage import label_links, usage_of
from turbofinops_tui.economics.evaluate.walks import WHOLE, Piece, before, overlaid
from turbofinops_tui.economics.links import Matched, link_customer, link_feature
from turbofinops_tui.economics.types import ClassRule, InOut, Link, Match, Method, Rules, SharedRule

__all__ = [
    "BUCKETS", "DIRECT", "EARLIEST", "LATEST", "NOBODY", "OPEX", "POOL", "SHARED", "SPREADING", "TAX",
    "UNATTRIBUTED", "WHOLE", "Assignment", "Binding", "Interval", "Mask", "Part",
]  # fmt: skip
BUCKETS = ("direct", "shared", "unattributed", "opex", "tax")
SPREADING = ("even", "revenue", "direct", "fixed", "evidence")  # ``keep`` leaves its pool
Mask = npt.NDArray[np.bool_]


class Binding:
    """Ownership of every dimension under ``rules``; the facts' spans and amounts play no part."""

    def __init__(
        self, facts: Facts, rules: Rules, tax: InOut, shared: Method | None, base: Binding | None = None
    ) -> None:
        self.facts = facts
        self.rules = rules
        self.tax = tax
        self.directory = directory_of(facts, rules)
        self.token = object()
        self.base_token: object = None
        """the binding that this one differs from in the ``open`` dimensions alone, or None"""
        self.features = Interned()
        self.links: list[str] = [link.id for link in rules.links]
        self._number = {link.id: number for number, link in enumerate(rules.links)}
        override = SharedRule(f"--shared {shared}", Match(()), shared) if shared else None
        self.shared: tuple[SharedRule, ...] = (override,) if override else rules.shared
        self.first_shared = len(self.links)
        """position in ``links`` of the first shared rule"""
        self.links += [rule.id for rule in self.shared]
        self.assignments: list[Assignment] = []
        self._assignment_ids: dict[Assignment, int] = {}
        self.timelines: list[tuple[Interval, ...]] = []
        self.open: Mask = np.ones(len(facts.dimensions), dtype=bool)
        """dimensions that are bound anew; the rest is as in the base"""
        size = len(self.open)
        self.customer, self.feature, self.link, self.timeline, self.rule_of_pool = (
            np.full(size, NOBODY, dtype=np.int64) for _ in range(5)
        )
        self.bucket = np.full(size, UNATTRIBUTED, dtype=np.int64)
        self.opex = np.zeros(size, dtype=bool)
        self.usage = usage_of(facts, rules)
        self._days: dict[tuple[int, int], int] = {}
        if base is not None and base.facts is facts and self._stands_on(base):
            self._start_from(base)
        self._bind()

    def _stands_on(self, base: Binding) -> bool:
        same = base.rules.identities == self.rules.identities
        return same and label_links(base.rules) == label_links(self.rules)

    def _start_from(self, base: Binding) -> None:
        """Take over the owners of every dimension that no edited rule matches, codes brought up to date."""
        touched: list[ClassRule | Link | SharedRule] = [*edited(base.rules.classes, self.rules.classes)]
        touched += edited(base.rules.links, self.rules.links)
        touched += edited(base.shared, self.shared)
        self.open[:] = False
        for rule in touched:
            self.open[self._rule_positions(rule)] = True
        self.base_token = base.token
        self.features = base.features.copy()
        links, rules = codes_into(base.links, self.links), codes_into(ids(base.shared), ids(self.shared))
        kept = ~self.open
        for name in ("customer", "feature", "bucket", "opex", "timeline"):
            getattr(self, name)[kept] = getattr(base, name)[kept]
        self.link[kept] = links[base.link][kept]
        self.rule_of_pool[kept] = rules[base.rule_of_pool][kept]
        lines = np.unique(self.timeline[kept])[int((self.timeline[kept] == NOBODY).any()) :]
        same = all(bool((codes[:-1] == np.arange(len(codes) - 1)).all()) for codes in (links, rules))
        if same and len(base.timelines) < 2 * len(lines) + 64:
            self.timelines, self.assignments = list(base.timelines), list(base.assignments)
        else:
            self._renumber(base, lines, links, rules)
        self._assignment_ids = {parts: number for number, parts in enumerate(self.assignments)}

    def _renumber(self, base: Binding, lines: Ints, links: Ints, rules: Ints) -> None:
        """Timelines in use alone, their links and shared rules under the codes of now."""
        place = np.full(len(base.timelines) + 1, NOBODY, dtype=np.int64)
        place[lines] = np.arange(len(lines))
        self.timeline = place[self.timeline]
        for line in lines.tolist():
            found = []
            for start, end, number in base.timelines[line]:
                parts = (
                    part._replace(
                        pool=int(rules[part.pool]),
                        link=int((rules if part.bucket == POOL else links)[part.link]),
                    )
                    for part in base.assignments[number]
                )  # fmt: skip
                found.append((start, end, self._assignment(tuple(parts))))
            self.timelines.append(tuple(found))

    # --- columns of the dimensions with one owner ---------------------------------------------

    def _bind(self) -> None:
        self._feature_links()
        self._named()
        for number, link in self._ladder():
            self._give(number, link)
        self._buckets()
        self._time_lines()
        self._pools()

    def _feature_links(self) -> None:
        """Every fixed feature has its code from the start, so that codes do not depend on data order."""
        for link in self.rules.links:
            if link.feature and "{" not in link.feature:
                self.features.code(link.feature)
        for name in self.usage.features():
            self.features.code(name)

    def _ladder(self) -> list[tuple[int, Link]]:
        """Enabled links in the fixed order of kinds, then their own; with their position."""
        numbered = [(number, link) for number, link in enumerate(self.rules.links) if link.enabled]
        return [pair for kind in ("tag", "trace", "feature") for pair in numbered if pair[1].kind == kind]

    def _named(self) -> None:
        for position, identity in self.facts.naming:
            customer = self.directory.named(identity) if self.open[position] else None
            if customer is not None:
                self.customer[position] = customer

    def _give(self, number: int, link: Link) -> None:
        positions = self.positions(link.match)
        if not len(positions):
            return
        matched = self.facts.index.match(link.match)
        customers = self._customers(link, matched)
        if customers is not None:
            open_ = self.open[positions] & (self.customer[positions] == NOBODY) & (customers != NOBODY)
            self.customer[positions[open_]] = customers[open_]
            self.link[positions[open_]] = number
        features = self._features(link, matched)
        if features is not None:
            open_ = self.open[positions] & (self.feature[positions] == NOBODY) & (features != NOBODY)
            self.feature[positions[open_]] = features[open_]

    def _customers(self, link: Link, matched: Matched) -> Ints | None:
        if not link.customer:
            return None
        key = ("customers", link.match, link.customer)
        memory = self.directory.memory
        if key not in memory:
            values = matched.values or ("",) * len(matched.positions)
            found = [link_customer(link, self.directory, matched.key, value) for value in values]
            memory[key] = np.array([NOBODY if c is None else c for c in found], dtype=np.int64)
        return cast(Ints, memory[key])

    def _features(self, link: Link, matched: Matched) -> Ints | None:
        if not link.feature:
            return None
        if "{" not in link.feature:
            return np.full(len(matched.positions), self.features.code(link.feature), dtype=np.int64)
        values = matched.values or ("",) * len(matched.positions)
        texts = [link_feature(link, value) for value in values]
        codes = {text: self.features.code(text) if text else NOBODY for text in dict.fromkeys(texts)}
        return np.array([codes[text] for text in texts], dtype=np.int64)

    def _buckets(self) -> None:
        self.bucket[self.open & (self.customer != NOBODY)] = DIRECT
        for number in range(len(self.shared) - 1, -1, -1):  # backwards: the first rule has the last word
            if self.shared[number].enabled:
                self.rule_of_pool[self._open(self._rule_positions(self.shared[number]))] = number
        for rule in reversed(self.rules.classes):
            if rule.enabled:
                self.opex[self._open(self.positions(rule.match))] = rule.cost_class == "opex"
        self._take_out(self.open & self.opex, OPEX)
        if self.tax == "out":
            self._take_out(self.open & self.is_tax, TAX)

    def _open(self, positions: Ints) -> Ints:
        return positions[self.open[positions]]

    def _take_out(self, chosen: Mask, bucket: int) -> None:
        self.bucket[chosen] = bucket
        self.customer[chosen] = self.feature[chosen] = self.link[chosen] = NOBODY

    @property
    def is_tax(self) -> Mask:
        """Dimensions of charge category Tax."""
        return is_category(self.facts, "Tax")

    def positions(self, match: Match) -> Ints:
        """Positions of the dimensions that a rule's match holds for."""
        return self.facts.once(
            ("positions", match),
            lambda: np.array(self.facts.index.match(match).positions, dtype=np.int64),
        )

    def _shared_positions(self, rule: SharedRule) -> Ints:
        if not rule.match.terms:
            return np.arange(len(self.facts.dimensions), dtype=np.int64)
        return self.positions(rule.match)

    def _pools(self) -> None:
        """Dimensions that one shared rule takes whole get an assignment of one POOL part."""
        spreads = np.array([rule.method in SPREADING for rule in self.shared] + [False], dtype=bool)
        pooled = self.open & (self.bucket == UNATTRIBUTED) & (self.timeline == NOBODY)
        pooled &= spreads[self.rule_of_pool]
        for rule in np.unique(self.rule_of_pool[pooled]).tolist():
            of_rule = np.flatnonzero(pooled & (self.rule_of_pool == rule))
            for feature in np.unique(self.feature[of_rule]).tolist():
                chosen = of_rule[self.feature[of_rule] == feature]
                part = Part(1, NOBODY, feature, rule, POOL)
                self.timeline[chosen] = len(self.timelines)
                self.timelines.append(((EARLIEST, LATEST, self._assignment((part,))),))

    # --- timelines of the rest ----------------------------------------------------------------

    def _time_lines(self) -> None:
        rules: list[ClassRule | Link | SharedRule] = [r for r in self.rules.classes if r.enabled]
        rules += [link for _, link in self._ladder()]
        rules += [rule for rule in self.shared if rule.enabled]
        special = [
            rule
            for rule in rules
            if rule.start is not None
            or rule.end is not None
            or (isinstance(rule, Link) and (rule.percent != WHOLE or splits_cost(rule)))
        ]
        lined = self.open & (self.usage.bills.cell_of != NOBODY)
        if not special and not lined.any():
            return
        for rule in special:
            lined[self._open(self._rule_positions(rule))] = True
        touched = np.flatnonzero(lined).tolist()
        of_dimension: dict[int, list[ClassRule | Link | SharedRule]] = {p: [] for p in touched}
        for rule in rules if touched else ():
            positions = self._rule_positions(rule)
            for position in positions[lined[positions]].tolist():
                of_dimension[position].append(rule)
        known: dict[tuple[Interval, ...], int] = {}
        for position in touched:
            line = self._time_line(position, of_dimension[position])
            if line not in known:
                known[line] = len(self.timelines)
                self.timelines.append(line)
            self.timeline[position] = known[line]

    def _rule_positions(self, rule: ClassRule | Link | SharedRule) -> Ints:
        return self._shared_positions(rule) if isinstance(rule, SharedRule) else self.positions(rule.match)

    def _time_line(
        self, position: int, rules: Sequence[ClassRule | Link | SharedRule]
    ) -> tuple[Interval, ...]:
        cuts = {EARLIEST, LATEST}
        cuts.update(day for rule in rules for day in (rule.start, rule.end) if day is not None)
        days = sorted(cuts)
        line: list[Interval] = []
        for start, end in pairwise(days):
            active = [rule for rule in rules if applies(rule, start)]
            found = self._assignment(self._parts(position, active))
            if line and line[-1][2] == found:
                line[-1] = (line[-1][0], end, found)
            else:
                line.append((start, end, found))
        return tuple(line)

    def _assignment(self, parts: Assignment) -> int:
        found = self._assignment_ids.get(parts)
        if found is None:
            found = self._assignment_ids[parts] = len(self.assignments)
            self.assignments.append(parts)
        return found

    def _parts(self, position: int, active: Sequence[ClassRule | Link | SharedRule]) -> Assignment:
        """The parts of one dimension on a day on which exactly ``active`` apply (in ladder order)."""
        opex = next((r.cost_class == "opex" for r in active if isinstance(r, ClassRule)), False)
        if self.tax == "out" and self.facts.dimensions[position].charge_category == "Tax":
            return (Part(1, NOBODY, NOBODY, NOBODY, TAX, opex),)
        if opex:
            return (Part(1, NOBODY, NOBODY, NOBODY, OPEX, True),)
        links = [rule for rule in active if isinstance(rule, Link)]
        customers = self._walk_customer(position, links)
        features = self._walk_feature(position, links)
        rule = next((rule for rule in active if isinstance(rule, SharedRule)), None)
        pool = None if rule is None or rule.method not in SPREADING else self.shared.index(rule)
        return self._overlay(customers, features, pool)

    def _walk_customer(self, position: int, links: Sequence[Link]) -> list[Piece]:
        """Pieces (percent, customer, link position, trace link) until the row is used up."""
        named = self.facts.dimensions[position].names_customer
        customer = self.directory.named(named) if named else None
        if customer is not None:
            return [(WHOLE, customer, NOBODY, None, NOBODY)]
        left, found, cell = WHOLE, list[Piece](), int(self.usage.bills.cell_of[position])
        for link in links:
            key, value = self._value(link, position)
            customer = link_customer(link, self.directory, key, value)
            by = link if splits_cost(link) and (customer is not None or not link.customer) else None
            share = min(Fraction(Decimal(link.percent)), left)
            if (customer is not None or by) and share > 0:
                whose, bill = NOBODY if customer is None else customer, before(cell, link)
                found.append((share, whose, self._number[link.id], by, bill))
                left -= share
        return [*found, (left, NOBODY, NOBODY, None, cell)] if left else found

    def _walk_feature(self, position: int, links: Sequence[Link]) -> list[Piece]:
        """The same of features; evidence without one leaves it to the first whole link after it."""
        left, found, cell = WHOLE, list[Piece](), int(self.usage.bills.cell_of[position])
        for number, link in enumerate(links):
            feature = link_feature(link, self._value(link, position)[1])
            of = link if splits_cost(link) and not link.feature else None
            share = min(Fraction(Decimal(link.percent)), left)
            if (feature or of) and share > 0:
                if of is not None:
                    feature = self._feature_after(position, links[number:])
                code = self.features.code(feature) if feature else NOBODY
                found.append((share, code, NOBODY, of, before(cell, link)))
                left -= share
        return [*found, (left, NOBODY, NOBODY, None, cell)] if left else found

    def _feature_after(self, position: int, links: Sequence[Link]) -> str:
        whole = (link for link in links if link.kind == "feature" and link.percent == WHOLE)
        texts = (link_feature(link, self._value(link, position)[1]) for link in whole)
        return next((text for text in texts if text), "")

    def _value(self, link: Link, position: int) -> tuple[str, str]:
        key = self.facts.index.match(link.match).key
        return key, self.facts.index.tag(position, key) if key else ""

    def _overlay(self, customers: list[Piece], features: list[Piece], pool: int | None) -> Assignment:
        return tuple(sorted(overlaid(customers, features, pool), key=self._split_order))

    def _split_order(self, part: Part) -> tuple[object, ...]:
        """Customer reference by UTF-8 bytes, null last, then feature, then link id."""
        name = b"" if part.feature == NOBODY else self.features.labels[part.feature].encode()
        owned = part.customer != NOBODY and part.link != NOBODY
        link_id = self.links[part.link].encode() if owned else b""
        return (part.customer == NOBODY, part.customer, part.feature == NOBODY, name, not owned, link_id)

    # --- evidence of a day ----------------------------------------------------------------------

    def of_day(self, number: int, day: int) -> int:
        """The assignment that stands for ``number`` on ``day``: itself, or what the evidence makes of it."""
        parts = self.assignments[number]
        if not is_traced(parts):
            return number
        if (number, day) not in self._days:
            own = sorted(expanded(parts, self.usage, day, self.features.code), key=self._split_order)
            self._days[number, day] = self._assignment(tuple(own))
        return self._days[number, day]

    def of_days(self, assigned: Ints, days: Ints) -> Ints:
        """``of_day`` of every pair; -1 stays."""
        traced = np.array([is_traced(parts) for parts in self.assignments] + [False], dtype=bool)
        rows = np.flatnonzero(traced[assigned])
        if not len(rows):
            return assigned
        pairs, place = np.unique(np.stack([assigned[rows], days[rows]]), axis=1, return_inverse=True)
        found = np.array([self.of_day(number, day) for number, day in pairs.T.tolist()], dtype=np.int64)
        out = assigned.copy()
        out[rows] = found[place.reshape(-1)]
        return out
