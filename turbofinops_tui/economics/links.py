"""Which dimensions a rule matches, and which customer a value means (numbers.md 4).

Rules own *distinct dimensions*, never lines. ``DimensionIndex`` is inverted: column -> folded value ->
positions, so a rule is tried on distinct values and its answer is a union of position lists, remembered
per match. ``Directory`` finds a customer by identity, then by reference, then by any identity's value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from turbofinops_tui.economics.patterns import Pattern, fold, fold_key, pattern
from turbofinops_tui.economics.types import CostDimension, Customer, Identity, Link, Match

TEMPLATE = "{value}"
COLUMNS = ("provider", "account", "service", "category", "source")
"""dimensions of a match that a cost dimension has beside its tags"""
SOURCE_KINDS = ("stripe", "trace", "meter")
UNSEEN = "\n"
"""no folded text: those are trimmed"""
Values = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Matched:
    """Positions that a match holds for, ascending; ``values`` are those of its first ``tag:`` term."""

    positions: tuple[int, ...]
    key: str = ""
    """the folded tag key of the first ``tag:`` term, or empty"""
    values: tuple[str, ...] = ()
    """as delivered, one per position"""


class DimensionIndex:
    """The inverted index over the distinct dimensions of a set of books."""

    def __init__(self, dimensions: Sequence[CostDimension], prefixes: tuple[str, ...]) -> None:
        self.dimensions = dimensions
        self.prefixes = prefixes
        self._columns: dict[str, Values] = {}
        self._tags: dict[str, Values] | None = None
        self._matches: dict[Match, Matched] = {}
        self._valued: dict[str, frozenset[int]] = {}

    def match(self, match: Match) -> Matched:
        """The dimensions for which every term of ``match`` holds; UsageError for a bad ``re:``."""
        found = self._matches.get(match)
        if found is None:
            found = self._matches[match] = self._match(match)
        return found

    def values(self, column: str) -> Values:
        """Folded value -> positions of ``tag:KEY`` or one of ``COLUMNS``; empty values are left out."""
        if column.startswith("tag:"):
            return self._tag_values().get(fold_key(column[4:], self.prefixes), {})
        if column not in COLUMNS:
            return {}  # label, route and trace are of spans; no cost dimension has them
        if column not in self._columns:
            values: Values = {}
            delivered: Values = {}
            for position, dimension in enumerate(self.dimensions):
                text = getattr(dimension, column)
                held = delivered.get(text)
                if held is None:  # each text is folded once
                    held = delivered[text] = values.setdefault(fold(text), [])
                held.append(position)
            values.pop("", None)
            self._columns[column] = values
        return self._columns[column]

    def tag(self, position: int, key: str) -> str:
        """The delivered value of folded tag ``key`` on a dimension, or an empty text."""
        tags = self.dimensions[position].tags
        direct = tags.get(key)
        if direct is not None:
            return direct
        return next((v for k, v in tags.items() if fold_key(k, self.prefixes) == key), "")

    def _tag_values(self) -> dict[str, Values]:
        if self._tags is None:
            tags: dict[str, Values] = {}
            folded_keys: dict[str, str] = {}
            folded_values: dict[str, str] = {}
            for position, dimension in enumerate(self.dimensions):
                seen: set[str] = set()
                for raw, value in dimension.tags.items():
                    key = folded_keys.get(raw)
                    if key is None:
                        key = folded_keys[raw] = fold_key(raw, self.prefixes)
                    folded = folded_values.get(value, UNSEEN)
                    if folded is UNSEEN:
                        folded = folded_values[value] = fold(value)
                    if folded and key not in seen:
                        seen.add(key)
                        tags.setdefault(key, {}).setdefault(folded, []).append(position)
            self._tags = tags
        return self._tags

    def _with_value(self, column: str) -> frozenset[int]:
        """All dimensions that have a value there, made once: ``*`` is the most usual pattern."""
        if column not in self._valued:
            self._valued[column] = frozenset(chain.from_iterable(self.values(column).values()))
        return self._valued[column]

    def _match(self, match: Match) -> Matched:
        found: Set[int] | None = None
        for column, text in match.terms:
            wanted = pattern(text)
            hits = self._with_value(column) if wanted.everything else _hits(self.values(column), wanted)
            found = hits if found is None else found & hits
            if not found:
                return Matched(())
        positions = tuple(sorted(found or ()))
        key = template_key(match, self.prefixes)
        if not key:
            return Matched(positions)
        return Matched(positions, key, tuple(self.tag(position, key) for position in positions))


def _hits(values: Values, wanted: Pattern) -> set[int]:
    if wanted.lookup_only:
        return {position for text in wanted.exact for position in values.get(text, ())}
    return {
        position for value, positions in values.items() if wanted.matches(value) for position in positions
    }


def template_key(match: Match, prefixes: tuple[str, ...]) -> str:
    """The folded key of the first ``tag:`` term, which gives ``{value}``; empty without one."""
    name = next((name for name, _ in match.terms if name.startswith("tag:")), "tag:")
    return fold_key(name[4:], prefixes)


class Directory:
    """Customers by what is said of them. Positions are those of ``customers``."""

    def __init__(
        self, customers: Sequence[Customer], identities: Iterable[Identity], prefixes: tuple[str, ...]
    ) -> None:
        self.customers = customers
        self.prefixes = prefixes
        self._references = {fold(customer.ref): i for i, customer in enumerate(customers)}
        self._identities: dict[tuple[str, str], int] = {}
        self._any: dict[str, int] = {}
        for identity in sorted(identities, key=lambda item: (item.kind, item.value)):
            position = self._references.get(fold(identity.customer))
            if position is not None:
                self._identities.setdefault((self._kind(identity.kind), fold(identity.value)), position)
                self._any.setdefault(fold(identity.value), position)
        self._found: dict[tuple[str, str], int | None] = {}
        self.memory: dict[object, object] = {}
        """what was derived from this directory, by the deriver's own keys"""

    def _kind(self, kind: str) -> str:
        return "tag:" + fold_key(kind[4:], self.prefixes) if kind.startswith("tag:") else fold(kind)

    def reference(self, ref: str) -> int | None:
        """The customer whose reference is ``ref`` (any case), or None."""
        return self._references.get(fold(ref))

    def find(self, kind: str, value: str) -> int | None:
        """Identity ``kind:value``, then reference, then any identity's value; None when nobody is meant.

        ``kind`` is ``tag:KEY``, ``stripe``, ``trace``, ``meter``, or empty for a plain reference.
        """
        key = (kind, value)
        if key not in self._found:
            folded = fold(value)
            position = self._identities.get((self._kind(kind), folded)) if folded else None
            if position is None and folded:
                position = self._references.get(folded, self._any.get(folded))
            self._found[key] = position
        return self._found[key]

    def named(self, identity: str) -> int | None:
        """The customer that a source names (``stripe:cus_1`` or a plain reference), or None."""
        return self.find(*split_identity(identity))


def split_identity(text: str) -> tuple[str, str]:
    """``stripe:cus_1`` -> (``stripe``, ``cus_1``); a plain reference has an empty kind."""
    kind, colon, value = text.partition(":")
    if colon and fold(kind) in SOURCE_KINDS:
        return fold(kind), value
    if colon and fold(kind) == "tag" and "=" in value:
        key, _, value = value.partition("=")
        return "tag:" + key, value
    return "", text


def link_customer(link: Link, directory: Directory, key: str, value: str) -> int | None:
    """The customer that ``link`` gives a dimension with ``value``; None when it gives none."""
    if not link.customer:
        return None
    if link.customer == TEMPLATE:
        return directory.find("tag:" + key, value) if value else None
    return directory.reference(link.customer)


def link_feature(link: Link, value: str) -> str:
    """The feature that ``link`` gives a dimension with ``value``; empty when it gives none."""
    return value.strip() if link.feature == TEMPLATE else link.feature


# --- customers that nobody has registered yet ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A value that means no customer yet: the reference to register, unconfirmed."""

    spelling: str
    """as first delivered; within one delivery the smallest in UTF-8"""
    kind: str
    """``tag:KEY``, ``stripe``, ``trace``, ``meter`` or empty: the first identity to propose"""
    dimensions: tuple[int, ...]
    """ids of the cost dimensions that carry it"""


def unregistered(
    dimensions: Sequence[CostDimension],
    links: Sequence[Link],
    directory: Directory,
    first_delivery: Mapping[int, int] | None = None,
    index: DimensionIndex | None = None,
) -> list[Unregistered]:
    """Values of template links and of sources that name customers, for which nobody is found.

    ``first_delivery`` maps a dimension id to the order of the delivery that first held it (default: all
    in one delivery). Called at import and when rules change, never by a report. Disabled links count
    for nothing; dates do not matter. Sorted by spelling.
    """
    order = first_delivery or {}
    found: dict[str, tuple[tuple[int, bytes], str, str, list[int]]] = {}

    def note(kind: str, value: str, dimension: int) -> None:
        spelling = value.strip()
        if not spelling or directory.find(kind, spelling) is not None:
            return
        rank = (order.get(dimension, 0), spelling.encode())
        known = found.get(fold(spelling))
        held = [*known[3], dimension] if known else [dimension]
        if known is None or rank < known[0]:
            known = (rank, spelling, kind, held)
        found[fold(spelling)] = (*known[:3], held)

    for dimension in dimensions:
        if dimension.names_customer:
            note(*split_identity(dimension.names_customer), dimension.id)
    index = index or DimensionIndex(dimensions, directory.prefixes)
    for link in links:
        if link.enabled and link.customer == TEMPLATE:
            matched = index.match(link.match)
            for position, value in zip(matched.positions, matched.values, strict=False):
                note("tag:" + matched.key, value, dimensions[position].id)
    results = (Unregistered(spelling, kind, tuple(held)) for _, spelling, kind, held in found.values())
    return sorted(results, key=lambda item: item.spelling.encode())
