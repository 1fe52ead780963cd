"""``explain``: from a figure to its formula, the rules behind it and the source rows (interface.md).

The parts add up to the value: cost counts with a minus where the measure is a margin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.explaining_sides import Side, merged_cost, merged_revenue, sides_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import Condition, CostDimension, Slice, Table, Value
from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.fees import fees_on

if TYPE_CHECKING:
    import sqlite3

    from turbofinops_tui.economics.evaluate.origins import CostPart, RevenuePart

NOBODY = ("", "(unattributed)")
SIGNED = {"margin": -1, "margin_pct": -1}
COST_BUCKETS = ("direct", "shared", "unattributed")
BUCKETS_OF = {
    "cost": COST_BUCKETS, "margin": COST_BUCKETS, "margin_pct": COST_BUCKETS, "ai_cost": COST_BUCKETS,
    "ai_share": COST_BUCKETS, "direct_cost": ("direct",), "coverage": ("direct",), "shared_cost": ("shared",),
    "opex_cost": ("opex",), "tax": ("tax",), "revenue": (),
}  # fmt: skip
WITH_REVENUE = ("revenue", "margin", "margin_pct")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of a delivered file, or an object of a source."""

    source: str
    file: str = ""
    line: int = 0
    object: str = ""

    def record(self) -> dict[str, Any]:
        """``{"source", "file", "line"}`` or ``{"object"}``."""
        if self.object:
            return {"object": self.object}
        return {"source": self.source, "file": self.file, "line": self.line}


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the value: its bucket (``revenue`` or one of cost), the rule, why, and the rows."""

    amount: Money
    bucket: str
    link: str | None
    why: str
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with its formula and parts; the parts add up to it (ratios: to their numerator)."""

    value: Value
    formula: str
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    """files whose rows are behind the parts but cannot be read again, and why"""

    def document(self) -> dict[str, Any]:
        """The JSON of interface.md; ``missing`` where files cannot be read again."""
        return ({"missing": list(self.missing)} if self.missing else {}) | {
            "value": self.value.text() if isinstance(self.value, Money | Ratio) else self.value,
            "formula": self.formula,
            "parts": [
                {
                    "amount": part.amount.text(),
                    "bucket": part.bucket,
                    "link": part.link,
                    "why": part.why,
                    "rows": [row.record() for row in part.rows],
                }
                for part in self.parts
            ],
        }


def explain(reports: Reports, slice_: Slice, customer: str, measure: str = "margin") -> Explanation:
    """Open one figure of one customer (``(unattributed)``: of nobody) over the range of a slice.

    Raises NotFoundError for an unknown customer, UsageError for a measure without parts or for
    ``native`` currency.
    """
    if measure not in BUCKETS_OF:
        raise UsageError(f"{measure!r} cannot be explained", f"known: {' '.join(BUCKETS_OF)}")
    if slice_.currency == "native":
        raise UsageError("native currency has no single figure", "give one currency, such as --currency USD")
    reports.refresh()
    sides = sides_of(reports, slice_.view)
    places, name = _customer(sides, customer)
    asked = _asked(slice_, measure, name)
    table = reports.table(asked)
    values = _cells(table)
    held = [(side, place) for side, place in zip(sides, places, strict=True) if place is not None]
    sold = _revenue(reports, asked, table, held, measure)
    spent, missing = _cost(reports, asked, table, held, measure)
    story = _formula(measure, values) if slice_.view != "difference" else _change(reports, asked, measure)
    return Explanation(values[measure], story, (*sold, *spent), tuple(missing))


def _customer(sides: Sequence[Side], text: str) -> tuple[list[int | None], str | None]:
    """The customer's place on every side (-1: nobody, None: not known there), and its reference."""
    if text in NOBODY:
        return [-1] * len(sides), None
    from turbofinops_tui.economics.evaluate.kept import directory_of

    places = [directory_of(side.books.facts, side.rules).find("", text) for side in sides]
    known = [side.books.customers[at].ref for side, at in zip(sides, places, strict=True) if at is not None]
    if not known:
        raise NotFoundError(f"there is no customer {text!r}", "see `turbofinops customers list`")
    return places, known[0]


def _asked(slice_: Slice, measure: str, name: str | None) -> Slice:
    needed = ("revenue", "cost", "direct_cost", "shared_cost", "margin", "ai_cost")
    return replace(
        slice_,
        by=("customer",),
        measures=tuple(dict.fromkeys((measure, *needed))),
        where=(*slice_.where, Condition("customer", "" if name is None else literal(name))),
        having=(), sort=(), top=None, compare="", cumulative=False,
    )  # fmt: skip


def literal(text: str) -> str:
    """A pattern that matches ``text`` alone."""
    special = text.startswith("re:") or any(char in text for char in "*?|")
    return "re:" + re.escape(text) if special else text


def _cells(table: Table) -> dict[str, Value]:
    """Measure -> value of the one customer; of nothing where it has no row."""
    row = next(iter(table.rows), table.totals[0])
    return dict(zip(table.slice.measures, row.values, strict=True))


def _change(reports: Reports, asked: Slice, measure: str) -> str:
    """What a figure of the difference is made of."""
    texts = [
        _told(_cells(reports.table(replace(asked, view=view))).get(measure)) for view in ("draft", "saved")
    ]
    change = _told(_cells(reports.table(asked)).get(measure))
    return f"change of {measure} = draft {texts[0]} - saved {texts[1]} = {change}"


def _told(value: Value) -> str:
    return value.text() if isinstance(value, Money | Ratio) else "-"


def _formula(measure: str, values: dict[str, Value]) -> str:
    def text(name: str) -> str:
        return _told(values.get(name))

    margin = f"revenue {text('revenue')} - cost {text('cost')}"
    formulas = {
        "margin": f"margin = {margin}",
        "margin_pct": f"margin_pct = 100 x ({margin}) / revenue {text('revenue')}",
        "coverage": f"coverage = 100 x direct {text('direct_cost')} / cost {text('cost')}",
        "ai_share": f"ai_share = 100 x ai_cost {text('ai_cost')} / (direct {text('direct_cost')}"
        f" + shared {text('shared_cost')})",
        "cost": f"cost = direct {text('direct_cost')} + shared {text('shared_cost')} + unattributed",
    }
    return f"{formulas.get(measure, f'{measure} = the sum of its parts')} = {text(measure)}"


# --- parts ----------------------------------------------------------------------------------------


def _cost(
    reports: Reports, asked: Slice, table: Table, held: Sequence[tuple[Side, int]], measure: str
) -> tuple[list[Part], list[str]]:
    from turbofinops_tui.economics.evaluate.origins import cost_parts

    wanted = BUCKETS_OF[measure]
    if not wanted:
        return [], []
    told = [
        (side.sign, part)
        for side, place in held
        for part in cost_parts(side.books, side.rules, asked, table.days, place)
        if part.bucket in wanted and (part.ai or not measure.startswith("ai_"))
    ]
    found = merged_cost(told) if asked.view == "difference" else [part for _, part in told]
    rows, missing = _cost_rows(reports, found, table.days)
    sign = SIGNED.get(measure, 1)
    result = []
    for part, own in zip(found, rows, strict=True):
        units = part.ai if measure.startswith("ai_") else part.amount
        result.append(Part(Money(sign * units, table.currency), part.bucket, part.link, part.why, tuple(own)))
    return result, missing


def _cost_rows(
    reports: Reports, parts: Sequence[CostPart], days: Days
) -> tuple[list[list[SourceRow]], list[str]]:
    """The delivered lines behind each part, and which files could not be read again."""
    from turbofinops_tui.sync.rollup.locate import Stored, locate_rows

    rows: list[list[SourceRow]] = [[] for _ in parts]
    holders: dict[int, list[int]] = {}
    for number, part in enumerate(parts):
        for dimension in part.places:
            holders.setdefault(dimension, []).append(number)
    keys: dict[Stored, list[int]] = {}
    session = reports.session
    with session.store.read() as conn:
        for batch in _batches(reports, holders, days):
            for day, dimension in conn.execute(
                "SELECT day, dimension FROM cost_daily WHERE batch = ? AND day >= ? AND day < ?",
                (batch.id, days.start, days.end),
            ):
                held = [n for n in holders.get(dimension, ()) if _holds(parts[n], dimension, day)]
                if held:
                    keys[Stored(batch.id, day, dimension)] = held
        told = _fee_rows(conn, parts, days, holders, rows)
    keys = {key: held for key, held in keys.items() if (key.day, key.dimension) not in told}
    located = locate_rows(session.store, session.paths.received, keys)
    for key, found in located.rows.items():
        for number in keys[key]:
            rows[number] += [SourceRow(*row) for row in found]
    for own in rows:
        own.sort(key=lambda row: (row.source, row.file, row.line, row.object))
    return rows, located.missing


def _fee_rows(
    conn: sqlite3.Connection,
    parts: Sequence[CostPart],
    days: Days,
    holders: Mapping[int, Sequence[int]],
    rows: Sequence[list[SourceRow]],
) -> set[tuple[int, int]]:
    """Add the balance transactions behind derived fees to ``rows``; returns their (day, dimension)."""
    told = set()
    for source, ident, day, dimension in fees_on(conn, days.start, days.end):
        for number in holders.get(dimension, ()):
            if _holds(parts[number], dimension, day):
                rows[number].append(SourceRow(source, object=ident))
                told.add((day, dimension))
    return told


def _holds(part: CostPart, dimension: int, day: int) -> bool:
    return any(span.start <= day < span.end for span in part.places[dimension])


def _batches(reports: Reports, dimensions: Iterable[int], days: Days) -> list[Any]:
    """Deliveries of the sources concerned that hold days of the range."""
    books = reports.books()
    known: dict[int, CostDimension] = {dimension.id: dimension for dimension in books.dimensions}
    sources = {known[dimension].source for dimension in dimensions if dimension in known}
    return [
        batch
        for batch in books.batches
        if batch.source in sources
        and (batch.first_day is None or batch.first_day < days.end)
        and (batch.last_day is None or batch.last_day >= days.start)
    ]


def _revenue(
    reports: Reports, asked: Slice, table: Table, held: Sequence[tuple[Side, int]], measure: str
) -> list[Part]:
    from turbofinops_tui.economics.evaluate.origins import revenue_parts

    if measure not in WITH_REVENUE:
        return []
    told = [
        (side.sign, part)
        for side, place in held
        for part in revenue_parts(side.books, side.rules, asked, table.days, place)
    ]
    found = merged_revenue(told) if asked.view == "difference" else [part for _, part in told]
    positions = _positions(reports) if found else {}
    return [
        Part(
            Money(part.amount, table.currency),
            "revenue",
            None,
            _revenue_why(part, asked),
            tuple(
                dict.fromkeys(
                    _revenue_row(row.source, row.object_id, positions.get((row.source, row.object_id), ""))
                    for row in part.rows
                )
            ),
        )
        for part in found
    ]


def _revenue_why(part: RevenuePart, asked: Slice) -> str:
    product = f" of {part.product}" if part.product else ""
    estimated = ", estimated until it is billed" if part.estimated else ""
    how = "spread by day over its period" if asked.revenue == "recognised" else "on the day it was paid"
    return f"{part.kind}{product}, {how}{estimated}"


def _revenue_row(source: str, object_id: str, position: str) -> SourceRow:
    file, colon, line = position.rpartition(":")
    if colon and line.isdigit():
        return SourceRow(source, file, int(line))
    return SourceRow(source, object=object_id)


def _positions(reports: Reports) -> dict[tuple[str, str], str]:
    """(source, object) -> ``file:line`` of imported revenue."""
    with reports.session.store.read() as conn:
        rows = conn.execute("SELECT source, source_object, position FROM revenue_event WHERE position <> ''")
        return {(source, object_id): position for source, object_id, position in rows}
