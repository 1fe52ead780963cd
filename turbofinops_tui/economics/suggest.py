"""Proposals for cost without a customer: general ones first, each with dollars, confidence and a reason.

Pure: who is alike is said by ``likeness``, which the caller brings. The same facts and rules give the same
proposals in the same order, so that their numbers can be named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from turbofinops_tui.economics.links import TEMPLATE, DimensionIndex, Directory, template_key
from turbofinops_tui.economics.patterns import fold, fold_key
from turbofinops_tui.economics.types import Link, Match

Kind = Literal["template", "identity", "link"]
Likeness = Callable[[str, Sequence[str]], tuple[int, int] | None]
"""(text, names) -> place of the name most like it and how much, 0 to 100; None when none is near"""
SOUNDS_LIKE_CUSTOMER = ("customer", "tenant", "client")
MOST_VALUES = 500
"""values of one key that are looked at, the dearest first"""
LEAST_KNOWN = 2
SAMPLES = 3
"""values of a key that are named"""
_ORDER: dict[Kind, int] = {"template": 0, "identity": 1, "link": 2}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One rule or identity to write. ``cost`` in store units is what it would move."""

    kind: Kind
    key: str
    """the folded tag key"""
    value: str
    """as delivered; empty for a template"""
    customer: str
    """the reference, ``{value}`` for a template"""
    cost: int
    confidence: int
    """percent: 100 is exact"""
    reason: str

    @property
    def link(self) -> Link | None:
        """The link to write, or None for an identity."""
        if self.kind == "identity":
            return None
        wanted = "*" if self.kind == "template" else _literal(self.value)
        return Link("", "tag", Match(((f"tag:{self.key}", wanted),)), self.customer)

    @property
    def identity(self) -> str:
        """``tag:KEY=VALUE``."""
        return f"tag:{self.key}={self.value}"


@dataclass(frozen=True, slots=True)
class KeyRank:
    """How much speaks for a tag key as the one that names the customer. ``cost`` in store units."""

    key: str
    cost: int
    """that carries it and has no customer"""
    values: int
    known: int
    """values that are customers already"""
    samples: tuple[str, ...]
    """its dearest values, as delivered"""

    @property
    def named(self) -> bool:
        """Whether the key sounds like a customer."""
        return sounds_like_customer(self.key)


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a tag key among the cost in question."""

    text: str
    cost: int
    customer: int | None


class Proposer:
    """Looks through tag keys for what could name customers.

    ``nobody`` is cost without a customer by position of the dimension, ``direct`` what each customer has,
    ``payers`` the references that have revenue.
    """

    def __init__(
        self,
        index: DimensionIndex,
        directory: Directory,
        links: Sequence[Link],
        nobody: Mapping[int, int],
        direct: Mapping[int, Mapping[int, int]],
        likeness: Likeness,
        payers: frozenset[str] = frozenset(),
    ) -> None:
        self.index, self.directory, self.likeness = index, directory, likeness
        self.nobody = {at: cost for at, cost in nobody.items() if cost > 0}
        self.direct = direct
        templates = [link for link in links if link.enabled and link.customer == TEMPLATE]
        self.templates = {template_key(link.match, index.prefixes) for link in templates}
        self.whole = {
            template_key(link.match, index.prefixes)
            for link in templates
            if len(link.match.terms) == 1 and not link.match.terms[0][1].strip().strip("*")
        }
        """keys that a template takes every value of: what is left there is its dates' or percents' doing"""
        self.payers = payers
        confirmed = [(at, who) for at, who in enumerate(directory.customers) if self._confirmed(at)]
        self._people = [at for at, _ in confirmed for _ in range(2)]
        self._names = tuple(text for _, who in confirmed for text in (who.ref, who.name or who.ref))

    def proposals(self) -> list[Proposal]:
        """All proposals: templates, then identities, then single links; the dearest of each first."""
        found: list[Proposal] = []
        general: set[str] = set()
        keys = {
            key: self._values(key, self.nobody)
            for key in sorted({key for at in self.nobody for key in self._keys(at)})
        }
        for key, values in keys.items():
            if key not in self.whole and (one := self._template(key, values)) is not None:
                found.append(one)
                general.add(key)
        for key in general:
            found += self._identities(key, keys[key])
        found += self._unconfirmed()
        for key, values in keys.items():
            if key not in general and key not in self.whole:
                found += self._links(key, values)
        return sorted(
            found, key=lambda one: (_ORDER[one.kind], -one.cost, -one.confidence, one.key, one.value.encode())
        )

    def ranks(self) -> list[KeyRank]:
        """Every tag key on cost without a customer: matches with customers first, then name, then dollars."""
        found = []
        for key in sorted({key for at in self.nobody for key in self._keys(at)}):
            values = self._values(key, self.nobody)
            if values:
                known = sum(value.customer is not None for value in values)
                samples = tuple(value.text for value in values[:SAMPLES])
                cost = sum(value.cost for value in values)
                found.append(KeyRank(key, cost, len(values), known, samples))
        return sorted(found, key=lambda rank: (-rank.known, not rank.named, -rank.cost, rank.key))

    def _keys(self, position: int) -> set[str]:
        return {fold_key(key, self.index.prefixes) for key in self.index.dimensions[position].tags}

    def _values(self, key: str, costs: Mapping[int, int]) -> list[_Value]:
        """The values of a key on dimensions with cost, the dearest first."""
        found = []
        for positions in self.index.values(f"tag:{key}").values():
            cost = sum(costs.get(at, 0) for at in positions)
            if cost > 0:
                text = min((self.index.tag(at, key).strip() for at in positions), key=str.encode)
                found.append(_Value(text, cost, self.directory.find(f"tag:{key}", text)))
        return sorted(found, key=lambda value: (-value.cost, value.text.encode()))

    def _template(self, key: str, values: Sequence[_Value]) -> Proposal | None:
        known = sum(value.customer is not None for value in values)
        cost = sum(value.cost for value in values)
        named = sounds_like_customer(key)
        if not values or not (named or (known >= LEAST_KNOWN and 2 * known >= len(values))):
            return None
        share = _percent(cost, sum(self.nobody.values()))
        reason = f"tag {key} covers {share} %, {known:,} of {len(values):,} values are customers"
        confidence = _percent(known, len(values))
        return Proposal("template", key, "", TEMPLATE, cost, confidence, reason)

    def _identities(self, key: str, values: Iterable[_Value]) -> list[Proposal]:
        """Values that mean nobody, or an unconfirmed customer, and are like a confirmed one."""
        open_ = [value for value in values if not self._confirmed(value.customer)]
        found = []
        for value in open_[:MOST_VALUES]:
            near = self._near(value.text)
            if near is not None:
                who, score = near
                reason = f"tag {key} says {value.text!r}, {score} % like customer {who}"
                found.append(Proposal("identity", key, value.text, who, value.cost, score, reason))
        return found

    def _unconfirmed(self) -> list[Proposal]:
        """Values behind customers that templates made."""
        costs: dict[int, int] = {}
        for customer, own in self.direct.items():
            if not self._confirmed(customer):
                for at, cost in own.items():
                    costs[at] = costs.get(at, 0) + cost
        return [
            one for key in sorted(self.templates) for one in self._identities(key, self._values(key, costs))
        ]

    def _links(self, key: str, values: Sequence[_Value]) -> list[Proposal]:
        """Single values that are a customer, or like one."""
        found = []
        for value in values[:MOST_VALUES]:
            if value.customer is not None:
                near: tuple[str, int] | None = (self.directory.customers[value.customer].ref, 100)
            else:
                near = self._near(value.text)
            if near is not None:
                who, score = near
                how = f"is customer {who}" if score == 100 else f"is {score} % like customer {who}"
                reason = f"tag {key} says {value.text!r}, which {how}"
                found.append(Proposal("link", key, value.text, who, value.cost, score, reason))
        return found

    def _confirmed(self, customer: int | None) -> bool:
        """Whether somebody said so, or who pays: revenue names customers, tags only may."""
        if customer is None:
            return False
        who = self.directory.customers[customer]
        return who.confirmed or who.ref in self.payers

    def _near(self, text: str) -> tuple[str, int] | None:
        """The confirmed customer most like a text; 99 at most, for only what is found is exact."""
        near = self.likeness(fold(text), self._names) if self._names else None
        if near is None:
            return None
        return self.directory.customers[self._people[near[0]]].ref, min(near[1], 99)


def sounds_like_customer(key: str) -> bool:
    """Whether a tag key is called as if it named the customer."""
    folded = fold(key)
    return any(word in folded for word in SOUNDS_LIKE_CUSTOMER)


def _literal(text: str) -> str:
    """A pattern that matches ``text`` alone."""
    special = text.startswith("re:") or any(char in text for char in "*?|")
    return "re:" + re.escape(text) if special else text


def _percent(part: int, whole: int) -> int:
    return 100 * part // whole if whole > 0 else 0
