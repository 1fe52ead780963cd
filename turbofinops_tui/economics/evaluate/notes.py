"""What a table says about itself beside its numbers: filters that reach one side, options, estimates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turbofinops_tui.economics.books import NATIVE
from turbofinops_tui.economics.evaluate.frame import Frame, names_of, wanted_sides
from turbofinops_tui.economics.evaluate.plan import Piece
from turbofinops_tui.economics.measures import lacks, usage_lacks
from turbofinops_tui.economics.money import exact_text
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Slice, Unconverted
from turbofinops_tui.economics.usage import USAGE_MEASURES


def warnings_of(
    slice_: Slice, parts: Sequence[Piece], frame: Frame | None, lost: Sequence[Unconverted], currency: str
) -> tuple[str, ...]:
    """Warnings of a table, in a fixed order."""
    found = _mixed(slice_) + _credits(slice_, parts, currency)
    if frame is not None and slice_.estimates == "in":
        for code, sums in sorted(frame.totals.items(), key=lambda item: str(item[0])):
            if sums.get("estimated"):
                own = code or currency
                found.append(f"revenue includes {exact_text(sums['estimated'], own)} {own} estimated")
    if lost:
        found.append(f"{len(lost)} amounts have no exchange rate and are in no sum: see unconverted")
    if any(name == "plan" or name.startswith("attr:") for name in slice_.by):
        found.append("plan and attr:* are today's values")
    found += _left_out(slice_, parts) + _retained(slice_, parts)
    if slice_.shared:
        found.append(f"shared and unattributed cost is spread by {slice_.shared}, not by the saved rules")
    return tuple(found)


def _mixed(slice_: Slice) -> list[str]:
    found = []
    sides = dict(zip(("revenue", "cost"), wanted_sides(slice_), strict=True))
    for side, wanted in sides.items():
        if not wanted:
            continue
        missing = [name for name in slice_.by if lacks(side, name)]
        if missing:
            found.append(f"{side} has no {' or '.join(missing)}: its whole stands in the totals alone")
        for name in dict.fromkeys(c.dimension for c in slice_.where if lacks(side, c.dimension)):
            conditions = [c for c in slice_.where if c.dimension == name]
            texts = " ".join(f"{name}{'!=' if c.negated else '='}{c.pattern}" for c in conditions)
            found.append(f"the filter {texts} does not touch {side}")
    return found + _of_usage(slice_)


def _of_usage(slice_: Slice) -> list[str]:
    """The same of usage measures; those that miss the same are named together."""
    found: dict[str, list[str]] = {}
    for measure in (name for name in USAGE_MEASURES if name in names_of(slice_)):
        missing = [name for name in slice_.by if usage_lacks(measure, name)]
        if missing:
            text = f"no {' or '.join(missing)}: the whole stands in the totals alone"
            found.setdefault(text, []).append(measure)
        for name in dict.fromkeys(c.dimension for c in slice_.where if usage_lacks(measure, c.dimension)):
            found.setdefault(f"the filter on {name} does not touch it", []).append(measure)
    return [f"{', '.join(measures)}: {text}" for text, measures in found.items()]


def _retained(slice_: Slice, parts: Sequence[Piece]) -> list[str]:
    """Usage, and what evidence divides, where only the spans that Datadog retains are known."""
    asked = {*USAGE_MEASURES, "coverage", "direct_cost", "shared_cost"} & set(names_of(slice_))
    if not asked:
        return []
    if (days := _days(parts)) is None:
        return []
    services, number = parts[0].engine.books.facts.evidence.retained(days)
    if not services:
        return []
    shown = ", ".join(services[:3]) + (f" and {len(services) - 3} more" if len(services) > 3 else "")
    return [
        f"usage evidence of {shown} on {number} day{'s' * (number != 1)} is retained-only: Datadog tells of"
        " the spans that its filters kept"
    ]


def _days(parts: Sequence[Piece]) -> Days | None:
    """From the first to the last day that is asked for."""
    spans = [part.engine.books.spans[at] for part in parts for at in np.flatnonzero(part.inside).tolist()]
    return Days(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def _left_out(slice_: Slice, parts: Sequence[Piece]) -> list[str]:
    """Cost that another source tells too, by the source that does not count."""
    days = _days(parts) if wanted_sides(slice_)[1] else None
    if days is None:
        return []
    books = parts[0].engine.books
    return [
        f"{exact_text(units, currency)} {currency} of {source} is left out: another source tells it too"
        for source, currency, units in books.facts.left_out.sums(books.dimensions, days, slice_.cost)
    ]


def _credits(slice_: Slice, parts: Sequence[Piece], currency: str) -> list[str]:
    if slice_.credits == "in" or not wanted_sides(slice_)[1]:
        return []
    sums: dict[str, int] = {}
    for part in parts:
        for code, amount in part.engine.credits_left_out(part.inside, slice_.where).items():
            own = code if currency == NATIVE else currency
            sums[own] = sums.get(own, 0) + amount
    listed = ", ".join(f"{exact_text(amount, code)} {code}" for code, amount in sorted(sums.items()))
    return [f"credits left out: {listed or 'none'}"]
