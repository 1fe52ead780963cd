"""Why a part of the cost went where it went: which rule won, and why the others that match lost.

Pure words over rules; the amounts and places come from ``economics.evaluate.origins``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from turbofinops_tui.economics.links import TEMPLATE
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.types import Bucket, ClassRule, Link, Match, SharedRule

_KINDS = ("tag", "trace", "feature")
Dated = ClassRule | Link | SharedRule


@dataclass(frozen=True, slots=True)
class Lost:
    """A rule that matches some of the part's cost and did not get it."""

    id: str
    reason: str


def match_text(match: Match) -> str:
    """``tag:customer=* service=EKS``."""
    return " ".join(f"{name}={pattern}" for name, pattern in match.terms) or "everything"


def dates_text(rule: Dated) -> str:
    """`` from 2026-01-01 to 2026-03-31``, or nothing for a rule without dates."""
    start = f" from {day_text(rule.start)}" if rule.start is not None else ""
    return start + (f" to {day_text(rule.end - 1)}" if rule.end is not None else "")


def applies_within(rule: Dated, first: int, last: int) -> bool:
    """Whether the rule's dates hold on some day of ``[first, last]``."""
    return (rule.start is None or rule.start <= last) and (rule.end is None or first < rule.end)


def lost_links(
    links: Sequence[Link], matching: Iterable[int], winner: int, first: int, last: int
) -> list[Lost]:
    """Why each matching link other than ``winner`` (-1: none of them) gave no customer here."""
    found = []
    for number in matching:
        if number != winner and (links[number].customer or links[number].kind == "trace"):
            found.append(Lost(links[number].id, _reason(links, number, winner, first, last)))
    return found


def _reason(links: Sequence[Link], number: int, winner: int, first: int, last: int) -> str:
    link = links[number]
    if not link.enabled:
        return "disabled"
    if not applies_within(link, first, last):
        return f"dates (it holds{dates_text(link)})"
    if winner < 0 and link.kind == "trace":
        return "no usage evidence with a customer"
    if winner < 0:
        return "its value means no customer" if link.customer == TEMPLATE else "its customer does not exist"
    won = links[winner]
    if _KINDS.index(link.kind) > _KINDS.index(won.kind):
        return f"{link.kind} links come after {won.kind} links"
    if link.kind == won.kind and number > winner:
        return "later in order"
    return f"earlier in order, it takes {link.percent.normalize():f} %"


def direct_text(link: Link | None, lost: Sequence[Lost]) -> str:
    """Why cost is direct: the link that won, or the source that names the customer."""
    if link is None:
        return _with_lost("the source itself names the customer", lost)
    if link.kind == "trace":
        services = " and ".join(link.evidence) or "all services"
        rest = ", the rest spread" if link.rest == "spread" else ""
        how = f"each UTC day by the {link.weight.replace('_', ' ')} of {services}{rest}"
        text = f"trace link `{link.id}` won: {match_text(link.match)} is split {how}{dates_text(link)}"
        return _with_lost(text, lost)
    percent = "" if link.percent == 100 else f", {link.percent.normalize():f} % of the row"
    target = "the value" if link.customer == TEMPLATE else link.customer
    gives = f"{match_text(link.match)} gives {target}{percent}{dates_text(link)}"
    return _with_lost(f"{link.kind} link `{link.id}` won: {gives}", lost)


def bill_text(lost: Sequence[Lost]) -> str:
    """Why cost of an AI bill is direct without a link."""
    how = "evidence of who used it splits the bill: account, UTC day, model family and token class"
    return _with_lost(how, lost)


def shared_text(rule: SharedRule) -> str:
    """Why cost is shared: the rule and what its weights are."""
    weights = {
        "even": "evenly among the customers with revenue or direct cost of the month",
        "revenue": "by the recognised revenue of the month",
        "direct": "by the direct cost of the month",
        "evidence": "by the usage evidence of the month",
        "fixed": "by fixed percentages",
    }
    within = f", inside each {' and '.join(rule.within)}" if rule.within else ""
    how = weights.get(rule.method, rule.method)
    named = f"shared rule `{rule.id}` ({match_text(rule.match)})"
    return f"no link gives a customer; {named} spreads it {how}{within}"


def nobody_text(bucket: Bucket, rule: str, lost: Sequence[Lost]) -> str:
    """Why cost has no customer."""
    if bucket == "tax":
        return "charge category Tax stands apart (--tax in takes it through the links)"
    if bucket == "opex":
        return f"class rule `{rule}` takes it out of the margin"
    return _with_lost("no link and no shared rule gives a customer", lost)


def _with_lost(text: str, lost: Sequence[Lost]) -> str:
    parts = [text, *(f"`{item.id}` lost: {item.reason}" for item in dict.fromkeys(lost))]
    return "; ".join(parts)
