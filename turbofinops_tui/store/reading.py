"""The rules that decide, when evidence is read, which customer and feature a span has.

Keys, routes, explicit trace ids, and the links that name routes or traces alone. Daily rows do not hold
spans, so a change of these takes effect when the evidence is resolved again: every scope keeps the id of the
reading that made it (``store.evidence``), and ``stale_scopes`` lists those of another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property

from turbofinops_tui.economics.patterns import fold, pattern
from turbofinops_tui.economics.types import Link
from turbofinops_tui.store.books_id import short_hash
from turbofinops_tui.store.evidence import evidence_scopes
from turbofinops_tui.store.rule_rows import load_routes, load_rules
from turbofinops_tui.store.rule_sets import Evidence, Price


@dataclass(frozen=True, slots=True)
class SpanRule:
    """A pattern over a route or a trace id, what it stands for, and its days ``[start, end)``."""

    pattern: str
    target: str
    start: int | None = None
    end: int | None = None

    def holds(self, value: str, day: int) -> bool:
        """Whether the rule applies to ``value`` on ``day``."""
        if (self.start is not None and day < self.start) or (self.end is not None and day >= self.end):
            return False
        return pattern(self.pattern).matches(value)


@dataclass(frozen=True)
class Reading:
    """The rules of reading spans, in the order in which they are tried."""

    customer_keys: tuple[str, ...]
    feature_keys: tuple[str, ...]
    routes: tuple[SpanRule, ...]
    """route patterns and features: routes first, then feature links"""
    traces: tuple[SpanRule, ...]
    """trace id patterns and customer references: trace links that match only ``trace``, then explicit ids"""
    prices: tuple[Price, ...] = ()
    """the user's prices: open days of spans follow them, closed ones stay"""
    exclusive_scopes: tuple[str, ...] = ()
    """scopes whose input counts never include cached tokens"""

    @cached_property
    def id(self) -> str:
        """Fingerprint of everything that the reading decides by."""
        return short_hash(
            [
                self.customer_keys,
                self.feature_keys,
                list(map(astuple, self.routes)),
                list(map(astuple, self.traces)),
                *[[str(value) for value in astuple(price)] for price in self.prices],
                *([{"exclusive": self.exclusive_scopes}] if self.exclusive_scopes else []),
            ]
        )

    @property
    def maps_routes(self) -> bool:
        """Whether any route stands for a feature."""
        return bool(self.routes)

    def feature_of_route(self, method: str, route: str, day: int) -> str:
        """The feature that a route stands for, with its method or without; empty: unmapped."""
        names = (f"{method.strip()} {route.strip()}", route) if method.strip() else (route,)
        found = (rule.target for rule in self.routes if any(rule.holds(name, day) for name in names))
        return next(found, "")

    def customer_of_trace(self, trace: str, day: int) -> str:
        """The customer reference that an explicit trace id names; empty: none."""
        return next((rule.target for rule in self.traces if rule.holds(trace, day)), "")


def load_reading(conn: sqlite3.Connection, links: Sequence[Link] | None = None) -> Reading:
    """The rules of reading of now; ``links`` saves loading them again."""
    from turbofinops_tui.store.rule_set_rows import evidence_settings, load_prices

    told: Evidence = evidence_settings(conn, load_routes(conn))
    held = [link for link in (load_rules(conn).links if links is None else links) if link.enabled]
    return Reading(
        told.customer_keys,
        told.feature_keys,
        (*(SpanRule(r.pattern, r.feature) for r in told.routes if r.enabled), *_of(held, "feature", "route")),
        (*_of(held, "trace", "trace"), *(SpanRule(trace, who) for trace, who in told.traces)),
        load_prices(conn),
        told.exclusive_scopes,
    )


def stale_scopes(conn: sqlite3.Connection, reading: Reading) -> list[str]:
    """Scopes of spans that another reading resolved: they are to be resolved again from what was received."""
    return [name for name, (_, used, _) in evidence_scopes(conn).items() if used and used != reading.id]


def reads_spans(link: Link) -> bool:
    """Whether a link says how spans are read and touches no cost of its own."""
    names = {fold(name) for name, _ in link.match.terms}
    return (link.kind == "trace" and names == {"trace"}) or (link.kind == "feature" and names == {"route"})


def _of(links: list[Link], kind: str, dimension: str) -> list[SpanRule]:
    found = []
    for link in links:
        target = link.customer if kind == "trace" else link.feature
        if link.kind == kind and reads_spans(link) and target:
            texts = [text for name, text in link.match.terms if fold(name) == dimension]
            found.append(SpanRule(texts[0], target, link.start, link.end))
    return found
