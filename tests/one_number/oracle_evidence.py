"""The naive second evaluation of usage evidence, from the words of numbers.md 4 alone.

A span's customer and feature, its weight, and what trace links and evidence rules make of them;
``EvidenceBook`` is ``oracle.Book`` with these. It shares no code with the package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.one_number import oracle
from tests.one_number.traces import SERVER, Use

Cells = dict[tuple[str | None, str | None], Fraction]
"""(customer, feature) -> weight"""
Walked = tuple[Fraction, Fraction, str | None, dict[str, Any] | None, bool]
"""(from, to, customer or feature, link, whether the evidence says it)"""
OF_SPANS = {"label", "route", "trace"}
FULL = 1 << 56


def adjusted(use: Use) -> Fraction:
    """How many spans this one stands for under its sampling threshold."""
    if not use.threshold:
        return Fraction(1)
    return Fraction(FULL, FULL - int(use.threshold.ljust(14, "0"), 16))


def weight(use: Use, everything: list[Use], name: str) -> Fraction:
    """A measure of one span, times its adjusted count."""
    if name == "requests":
        found = int(use.kind == SERVER)
    elif name == "duration":
        found = use.length if use.kind == SERVER else 0
    elif name == "tokens":
        found = sum(use.tokens)
    else:
        found = self_time(use, everything)
    return adjusted(use) * found


def self_time(use: Use, everything: list[Use]) -> int:
    """Milliseconds of the span that no child covers, counted one by one."""
    children = [other for other in everything if other.trace == use.trace and other.parent == use.span]
    moments = set(range(use.start, use.start + use.length))
    for child in children:
        moments -= set(range(child.start, child.start + child.length))
    return len(moments)


@dataclass
class EvidenceBook(oracle.Book):
    """A book with spans; ``rules.links`` may hold trace links and feature links of labels and routes."""

    uses: list[Use] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    traces: dict[str, str] = field(default_factory=dict)

    # --- who and what a span worked for -----------------------------------------------------------

    def customer(self, use: Use) -> str | None:
        """Its own value, the nearest ancestor's, the one its trace agrees on, a trace id's, or nobody."""
        trace = [other for other in self.uses if other.trace == use.trace]
        value = self._nearest(use, trace, lambda one: one.customer)
        if value:
            return self._identified(value)
        ident = use.trace.rjust(32, "0")
        for link in self.rules.links:
            named = link["kind"] == "trace" and set(link["match"]) == {"trace"} and link.get("enabled", True)
            if (
                named
                and oracle.in_dates(link, use.day)
                and oracle.pattern_matches(link["match"]["trace"], ident)
            ):
                return str(link["customer"])
        for pattern, who in self.traces.items():
            if oracle.pattern_matches(pattern, ident):
                return who
        return None

    def feature(self, use: Use) -> str | None:
        """The nearest label or mapped route, or the one word its trace agrees on."""
        trace = [other for other in self.uses if other.trace == use.trace]
        return self._nearest(use, trace, self._word) or None

    def _nearest(self, use: Use, trace: list[Use], word: Any) -> str:
        at: Use | None = use
        while at is not None:
            if word(at):
                return str(word(at))
            at = next((one for one in trace if at and one.span == at.parent), None)
        agreed = {word(one) for one in trace if word(one)}
        return str(agreed.pop()) if len(agreed) == 1 else ""

    def _word(self, use: Use) -> str:
        if use.feature:
            for link in self._links("label"):
                if oracle.in_dates(link, use.day) and oracle.pattern_matches(
                    link["match"]["label"], use.feature
                ):
                    return str(link["feature"])
            return use.feature
        if not use.route:
            return ""
        rules = [({"match": {"route": pattern}}, name) for pattern, name in self.routes.items()]
        rules += [(link, link["feature"]) for link in self._links("route")]
        for rule, name in rules:
            if oracle.in_dates(rule, use.day) and any(
                oracle.pattern_matches(rule["match"]["route"], text)
                for text in (f"GET {use.route}", use.route)
            ):
                return str(name)
        return ""

    def _links(self, dimension: str) -> list[dict[str, Any]]:
        return [
            link
            for link in self.rules.links
            if link["kind"] == "feature" and dimension in link["match"] and link.get("enabled", True)
        ]

    def _identified(self, value: str) -> str:
        folded = value.strip().casefold()
        for key in (f"trace:{folded}",):
            if key in self.rules.identities:
                return self.rules.identities[key]
        if folded in self.rules.customers:
            return self.rules.customers[folded]
        for identity, customer in self.rules.identities.items():
            if identity.partition("=")[2] == folded or identity.partition(":")[2] == folded:
                return customer
        return value.strip()

    # --- weights ----------------------------------------------------------------------------------

    def cells(self, link: dict[str, Any], day: str) -> Cells:
        """The weight of a link's services on a day; spread leaves out what has no customer."""
        services = link.get("evidence") or []
        found: Cells = defaultdict(Fraction)
        for use in self.uses:
            if use.day == day and (not services or use.service in services):
                amount = weight(use, self.uses, link.get("weight", "self_time"))
                if amount:
                    found[self.customer(use), self.feature(use)] += amount
        if link.get("rest") == "spread" and any(who is not None for who, _ in found):
            return {cell: amount for cell, amount in found.items() if cell[0] is not None}
        return dict(found)

    def month_cells(self, month: str) -> Cells:
        """All self time of a month."""
        found: Cells = defaultdict(Fraction)
        for use in self.uses:
            if use.day[:7] == month:
                found[self.customer(use), self.feature(use)] += weight(use, self.uses, "self_time")
        return found

    # --- the ladder -------------------------------------------------------------------------------

    def _before_sharing(self) -> Iterator[tuple[oracle.Line, oracle.Parts]]:
        for line, amount in self.atoms().values():
            if line.charge_category == "Tax" and self.tax == "out":
                yield line, {(None, None, None, "tax"): amount}
            elif oracle.cost_class(self.rules, line) == "opex":
                yield line, {(None, None, None, "opex"): amount}
            else:
                yield line, oracle._split(self._segments(line), amount)

    def _segments(self, line: oracle.Line) -> list[oracle.Segment]:
        """Two walks over the same ladder, laid over each other; evidence divides its pieces."""
        active = [
            link
            for kind in ("tag", "trace", "feature")
            for link in self.rules.links
            if link["kind"] == kind and link.get("enabled", True) and oracle.in_dates(link, line.day)
            and not OF_SPANS & set(link["match"]) and oracle.matches(link["match"], line)
        ]  # fmt: skip
        customers = self._walk(line, active, "customer")
        features = self._walk(line, active, "feature")
        cuts = sorted({point for start, end, *_ in (*customers, *features) for point in (start, end)})
        out = []
        for start, end in pairwise(cuts):
            one, two = (next(p for p in walk if p[0] <= start < p[1]) for walk in (customers, features))
            for (who, what), share in self._divided(line.day, one, two).items():
                named = one[3]["id"] if one[3] and who is not None else None
                out.append(oracle.Segment((end - start) * share, who, what, named))
        return out

    def _walk(self, line: oracle.Line, active: list[dict[str, Any]], name: str) -> list[Walked]:
        """Each link takes min(its percent, what is left) of the row's full amount."""
        at, out = Fraction(0), list[Walked]()
        for number, link in enumerate(active):
            given = oracle._target(self.rules, link, line, name)
            traced = link["kind"] == "trace" and not given
            share = min(Fraction(Decimal(str(link.get("percent", 100)))) / 100, 1 - at)
            if share and (given or traced):
                if traced and name == "feature":  # where the evidence has none, the walk goes on
                    later = (oracle._target(self.rules, x, line, name) for x in active[number + 1 :]
                             if x["kind"] == "feature")  # fmt: skip
                    given = next((found for found in later if found), None)
                out.append((at, at + share, given, link, traced))
                at += share
        return [*out, (at, Fraction(1), None, None, False)] if at < 1 else out

    def _divided(self, day: str, one: Walked, two: Walked) -> Cells:
        """What two overlapping pieces of the walks make of a day: shares that add up to 1."""
        by, of = (piece[3] if piece[4] else None for piece in (one, two))
        found: Cells = defaultdict(Fraction)
        if by is not None and by is of:
            for (who, what), share in self._shares(by, day).items():
                found[who, what or two[2]] += share
            return found
        whose = self._shares(by, day, 0) if by else {one[2]: Fraction(1)}
        what_for = self._shares(of, day, 1) if of else {two[2]: Fraction(1)}
        for who, a in whose.items():
            for what, b in what_for.items():
                found[who, what or two[2]] += a * b
        return found

    def _shares(self, link: dict[str, Any], day: str, only: int | None = None) -> dict[Any, Fraction]:
        cells = self.cells(link, day)
        whole = sum(cells.values(), Fraction(0))
        if not whole:
            return {(None, None) if only is None else None: Fraction(1)}
        found: dict[Any, Fraction] = defaultdict(Fraction)
        for cell, amount in cells.items():
            found[cell if only is None else cell[only]] += amount / whole
        return found

    def _weights(
        self, rule: dict[str, Any], month: str, direct: Mapping[tuple[str, str], int]
    ) -> dict[str, Fraction]:
        if rule["method"] != "evidence":
            return super()._weights(rule, month, direct)
        found: dict[str, Fraction] = defaultdict(Fraction)
        for (who, _), amount in self.month_cells(month).items():
            if who is not None and amount:
                found[who] += amount
        return found
