"""Rules as the Links screen lists them: classes, links, shared, in order, with the dollars they move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from turbofinops_tui.actions import links
from turbofinops_tui.actions.rule_words import match_words
from turbofinops_tui.actions.said import Keys, Named, Said, drop, said_rules
from turbofinops_tui.economics.money import Money, decimal_text
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.types import (
    COST_DIMENSIONS,
    ClassRule,
    Condition,
    FeatureRule,
    Link,
    Rules,
    SharedRule,
    Slice,
    Table,
)
from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.drafts import Edit
from turbofinops_tui.store.rule_rows import RouteRule, section_of
from turbofinops_tui.store.rule_set_rows import evidence_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.links import Rule, Section
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session

SaidSection = Literal["identities", "traces", "evidence"]
SECTIONS: tuple[Section, ...] = ("classes", "links", "shared", "features", "routes")
_SINGULAR = {"classes": "class", "links": "link", "shared": "shared"}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as one line; ``place`` counts from 1 in its own list."""

    section: Section | SaidSection
    place: int
    count: int
    """rules in its list"""
    id: str
    kind: str
    match: str
    target: str
    dates: str
    enabled: bool
    cost: Money | None
    rule: ClassRule | Link | SharedRule | FeatureRule | RouteRule | Said

    @property
    def listed(self) -> bool:
        """Whether it stands in an order and can be switched; identities, trace ids and keys do not."""
        return not isinstance(self.rule, Named | Keys)

    @property
    def gone(self) -> Edit | None:
        """The edit of the draft that takes it away; None for the keys."""
        if isinstance(self.rule, Named | Keys):
            return drop(self.rule)
        return Edit("remove", section_of(self.rule), self.id)


def rule_lines(
    session: Session,
    table: Callable[[Slice], Table],
    scope: Slice,
    drafted: Rules | None = None,
    routes: Sequence[RouteRule] = (),
) -> list[RuleLine]:
    """Every rule with the cost it moves in the slice's period (None: unknown, or of usage and revenue).

    ``drafted`` and ``routes``: the rules of the draft, listed in place of the saved ones.
    """
    moved = _costs(table(replace(scope, by=("link",), measures=("cost",))), "cost")
    found: list[tuple[Section, Sequence[Rule]]] = [
        (section, links.rules_of(session, section) if drafted is None else _drafted(drafted, routes, section))
        for section in SECTIONS
    ]
    classes = [rule for _, rules in found for rule in rules if isinstance(rule, ClassRule)]
    classed = _opex(classes, table, replace(scope, by=(), measures=("opex_cost",)))
    lines: list[RuleLine] = []
    for section, rules in found:
        for place, rule in enumerate(rules, 1):
            if isinstance(rule, ClassRule | Link | SharedRule):
                cost = (classed if isinstance(rule, ClassRule) else moved).get(rule.id)
                lines.append(_line(section, place, len(rules), rule, cost))
            else:
                lines.append(_plain_line(section, place, len(rules), rule))
    return lines


def lines_of_view(session: Session, reports: Reports, scope: Slice) -> list[RuleLine]:
    """``rule_lines`` of the rules that the view of a slice stands for, then what is said beside them."""
    reports.refresh()
    if scope.view == "saved":
        with session.store.read() as conn:
            evidence = evidence_settings(conn, ())
        lines = rule_lines(session, reports.table, scope)
        return [*lines, *_said_lines(said_rules(reports.rules().identities, evidence))]
    rules, evidence = reports.drafts.outcome().rules, reports.drafts.evidence()
    lines = rule_lines(session, reports.table, scope, rules, evidence.routes)
    return [*lines, *_said_lines(said_rules(rules.identities, evidence))]


def _said_lines(found: Sequence[Said]) -> list[RuleLine]:
    counts: dict[str, int] = {}
    lines = []
    for item in found:
        kind = "keys" if isinstance(item, Keys) else item.kind
        counts[kind] = counts.get(kind, 0) + 1
        if isinstance(item, Keys):
            section: SaidSection = "evidence"
            match = " ".join(item.customer_keys)
            target = f"customer; feature by {' '.join(item.feature_keys) or 'routes alone'}"
        else:
            section, match, target = item.section, item.id, item.customer
        lines.append(
            RuleLine(section, counts[kind], 0, item.id, kind, match, target, "always", True, None, item)
        )
    return lines


def _drafted(rules: Rules, routes: Sequence[RouteRule], section: Section) -> Sequence[Rule]:
    found: Sequence[Rule] = routes if section == "routes" else getattr(rules, section)
    return found


def _plain_line(section: Section, place: int, count: int, rule: FeatureRule | RouteRule) -> RuleLine:
    """A product's or a route's line: without dates, and without cost of its own."""
    if isinstance(rule, RouteRule):
        kind, what, target = "route", rule.pattern, f"feature {rule.feature}"
    else:
        kind, what = "product", rule.product
        shares = ", ".join(f"{name} {decimal_text(percent)}%" for name, percent in rule.split)
        target = "features by usage" if rule.usage else f"features {shares}"
    return RuleLine(section, place, count, rule.id, kind, what, target, "always", rule.enabled, None, rule)


def _opex(rules: Sequence[ClassRule], table: Callable[[Slice], Table], total: Slice) -> dict[str, Money]:
    """Opex cost per class rule, asked for by what it matches.

    Rules that overlap would count cost twice (the first one has it), so the
    figures are given only when they add up to all opex.
    """
    found: dict[str, Money] = {}
    for rule in rules:
        askable = all(name in COST_DIMENSIONS or name.startswith("tag:") for name, _ in rule.match.terms)
        if not rule.enabled or rule.cost_class != "opex" or not askable:
            continue
        where = tuple(Condition(name, pattern) for name, pattern in rule.match.terms)
        value = _only(table(replace(total, where=(*total.where, *where))))
        if value is not None:
            found[rule.id] = value
    whole = _only(table(total))
    adds_up = whole is not None and sum(value.units for value in found.values()) == whole.units
    return found if adds_up else {}


def _only(found: Table) -> Money | None:
    value = found.totals[0].values[0] if len(found.totals) == 1 else None
    return value if isinstance(value, Money) else None


def _costs(found: Table, measure: str) -> dict[str, Money]:
    column = found.column(measure)
    pairs = ((row.key[0], row.values[column]) for row in found.rows)
    return {key: value for key, value in pairs if key is not None and isinstance(value, Money)}


def _line(
    section: Section, place: int, count: int, rule: ClassRule | Link | SharedRule, cost: Money | None
) -> RuleLine:
    kind = rule.kind if isinstance(rule, Link) else _SINGULAR[section]
    words = " ".join(match_words(rule.match))
    dates = _dates(rule.start, rule.end)
    target = _target(rule)
    return RuleLine(section, place, count, rule.id, kind, words, target, dates, rule.enabled, cost, rule)


def _target(rule: ClassRule | Link | SharedRule) -> str:
    if isinstance(rule, ClassRule):
        return f"{rule.cost_class} {rule.name}".strip()
    if isinstance(rule, SharedRule):
        split = ", ".join(f"{name} {decimal_text(percent)}%" for name, percent in rule.split)
        within = f" within {', '.join(rule.within)}" if rule.within else ""
        return f"{rule.method}{' ' + split if split else ''}{within}"
    parts = [rule.customer, f"feature {rule.feature}" if rule.feature else ""]
    if rule.kind == "trace" and not rule.customer:
        parts.insert(0, f"by {rule.weight.replace('_', ' ')} of {' '.join(rule.evidence) or 'all services'}")
    if rule.percent != 100:
        parts.append(f"{decimal_text(rule.percent)}%")
    return " ".join(part for part in parts if part)


def _dates(start: int | None, end: int | None) -> str:
    if start is None and end is None:
        return "always"
    first = "" if start is None else f"from {day_text(start)}"
    last = "" if end is None else f"to {day_text(end)}"
    return " ".join(part for part in (first, last) if part)


Change = tuple[str, Callable[[Any, Any], Any], Callable[[Any, Any], Any]]
"""(what it did, do, undo); both take (session, reports)"""


def switch(line: RuleLine) -> Change:
    """Enable a disabled rule or disable an enabled one."""
    section, _ = _of_list(line)
    to = not line.enabled
    what = f"{'enabled' if to else 'disabled'} {line.id}"

    def do(session: Session, _: object) -> None:
        _must(links.enable_rule(session, section, line.id, to))

    def undo(session: Session, _: object) -> None:
        _must(links.enable_rule(session, section, line.id, not to))

    return what, do, undo


def remove(line: RuleLine) -> Change:
    """Remove a rule; undo puts it back in its place."""
    section, rule = _of_list(line)

    def do(session: Session, _: object) -> None:
        links.remove_rule(session, section, line.id)

    def undo(session: Session, _: object) -> None:
        links.add_rule(session, rule)
        links.move_rule(session, section, line.id, line.place)

    return f"removed {line.id}", do, undo


def move(line: RuleLine, step: int) -> Change | None:
    """One place up or down in its own list; None at its end."""
    section, _ = _of_list(line)
    to = line.place + step
    if not 1 <= to <= line.count:
        return None
    what = f"moved {line.id} to place {to}"

    def do(session: Session, _: object) -> None:
        links.move_rule(session, section, line.id, to)

    def undo(session: Session, _: object) -> None:
        links.move_rule(session, section, line.id, line.place)

    return what, do, undo


def _of_list(line: RuleLine) -> tuple[Section, Rule]:
    if isinstance(line.rule, Named | Keys):
        raise UsageError(f"{line.kind} {line.id} stands in no list", "edit it in the draft")
    return section_of(line.rule), line.rule


def _must(changed: bool) -> None:
    if not changed:
        raise NotFoundError("somebody else changed this rule meanwhile", "look again with ctrl+l")
