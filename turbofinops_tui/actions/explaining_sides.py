"""What an explanation is about: the saved rules, those of the draft, or the draft less the saved ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.books import FactBooks
    from turbofinops_tui.economics.evaluate.carried import Carried
    from turbofinops_tui.economics.evaluate.origins import CostPart, RevenuePart
    from turbofinops_tui.economics.types import Rules


@dataclass(frozen=True, slots=True)
class Side:
    """Facts and rules whose figures count with ``sign``."""

    sign: int
    books: FactBooks
    rules: Rules


def sides_of(reports: Reports, view: str) -> tuple[Side, ...]:
    """The sides of a view (saved, draft, difference); their signed figures add up to what it shows.

    UsageError for a view of a draft where there is none.
    """
    if view == "saved":
        return (Side(1, reports.books(), reports.rules()),)
    drafted = Side(1, *reports.drafted(view)[:2])
    return (drafted,) if view == "draft" else (drafted, Side(-1, reports.books(), reports.rules()))


def merged_cost(found: Sequence[tuple[int, CostPart]]) -> list[CostPart]:
    """Signed parts of cost put together by bucket and rule; on two sides only what changes."""
    from turbofinops_tui.economics.evaluate.origins import CostPart

    groups: dict[tuple[str, str | None], list[tuple[int, CostPart]]] = {}
    for sign, part in found:
        groups.setdefault((part.bucket, part.link), []).append((sign, part))
    merged = []
    for held in groups.values():
        first = held[0][1]
        made = CostPart(first.bucket, first.link, why=both_whys([(sign, part.why) for sign, part in held]))
        for sign, part in held:
            made.amount += sign * part.amount
            made.ai += sign * part.ai
            for dimension, days in part.places.items():
                known = made.places.setdefault(dimension, [])
                known.extend(item for item in days if item not in known)
        merged.append(made)
    return [part for part in merged if part.amount or part.ai]


def merged_revenue(found: Sequence[tuple[int, RevenuePart]]) -> list[RevenuePart]:
    """Signed parts of revenue put together by kind and product; only what changes."""
    from turbofinops_tui.economics.evaluate.origins import RevenuePart

    groups: dict[tuple[str, str, bool], RevenuePart] = {}
    for sign, part in found:
        key = (part.kind, part.product, part.estimated)
        made = groups.setdefault(key, RevenuePart(*key))
        made.amount += sign * part.amount
        made.rows += [row for row in part.rows if row not in made.rows]
    return [part for part in groups.values() if part.amount]


def merged_carriers(found: Sequence[tuple[int, Carried]]) -> list[Carried]:
    """Signed parts of a row put together by who has them and by what rule; only what changes."""
    groups: dict[tuple[str, str | None, str | None, str | None], list[tuple[int, Carried]]] = {}
    for sign, part in found:
        key = (part.bucket, part.customer, part.feature, part.link)
        groups.setdefault(key, []).append((sign, part))
    merged = [
        replace(
            held[0][1],
            amount=sum(sign * part.amount for sign, part in held),
            why=both_whys([(sign, part.why) for sign, part in held]),
        )
        for held in groups.values()
    ]
    return [part for part in merged if part.amount]


def both_whys(found: Iterable[tuple[int, str]]) -> str:
    """Why it is so under the draft (sign 1), and why it was so (-1), where that is not the same."""
    sides: dict[int, list[str]] = {1: [], -1: []}
    for sign, why in found:
        if why not in sides[sign]:
            sides[sign].append(why)
    new, old = (" and ".join(sides[sign]) for sign in (1, -1))
    return new if new == old else f"draft: {new or 'nothing'}; saved: {old or 'nothing'}"
