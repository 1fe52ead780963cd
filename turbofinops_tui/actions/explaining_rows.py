"""``explain --row``: from a line of a delivered file to who carries it, and in which cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.explaining import SourceRow
from turbofinops_tui.actions.explaining_sides import merged_carriers, sides_of
from turbofinops_tui.economics.money import Money, decimal_text
from turbofinops_tui.economics.periods import day_text, month_of_day, month_text, week_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.evaluate.carried import Carried
    from turbofinops_tui.economics.types import CostDimension
    from turbofinops_tui.sync.rollup.locate import RowAt, Stored


@dataclass(frozen=True, slots=True)
class RowExplanation:
    """A row, the stored amount that holds it, and the parts that this amount went to."""

    row: RowAt
    rows: tuple[SourceRow, ...]
    """every line of the same amount (dimension and day), this one among them"""
    dimension: CostDimension
    value: Money
    parts: tuple[Carried, ...]
    missing: tuple[str, ...] = ()
    moved: bool = False
    """the parts say what the draft moves: what one gains another loses"""
    told_by: str = ""
    """the source that tells the same and counts in its place"""

    @property
    def formula(self) -> str:
        """What the value is the sum of."""
        exact = f"effective {decimal_text(self.row.effective)}, billed {decimal_text(self.row.billed)}"
        more = len(self.rows) - 1
        others = f" with {more:,} other lines of the same key and day" if more > 0 else ""
        if self.moved:
            return f"the line ({exact} {self.row.currency}){others} under the draft, less what it is now"
        if self.told_by:
            return f"the line ({exact} {self.row.currency}){others} is left out: {self.told_by} tells it too"
        return f"the line ({exact} {self.row.currency}){others} = {self.value.text()} = the sum of its parts"

    @property
    def cell(self) -> dict[str, str]:
        """The keys of every cell that holds the amount, customer, feature and link aside."""
        day, item = self.row.stored.day, self.dimension
        return {
            "day": day_text(day), "week": week_text(day), "month": month_text(month_of_day(day)),
            "source": item.source, "provider": item.provider, "account": item.account,
            "service": item.service, "category": item.category,
        }  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The JSON of interface.md, with the row, its cell, and customer and feature of each part."""
        rows = [row.record() for row in self.rows]
        return ({"missing": list(self.missing)} if self.missing else {}) | {
            "row": {
                "source": self.row.row.source, "file": self.row.row.file, "line": self.row.row.line,
                "effective": decimal_text(self.row.effective), "billed": decimal_text(self.row.billed),
                "currency": self.row.currency,
            },
            "cell": self.cell,
            "value": self.value.text(),
            "currency": self.value.currency,
            "formula": self.formula,
            "parts": [
                {
                    "amount": Money(part.amount, self.value.currency).text(), "bucket": part.bucket,
                    "customer": part.customer, "feature": part.feature, "link": part.link, "why": part.why,
                    "rows": rows,
                }
                for part in self.parts
            ],
        }  # fmt: skip


def parse_row(text: str) -> tuple[str, str, int]:
    """(source, file, line) of ``SOURCE:FILE:LINE``; UsageError otherwise."""
    source, colon, rest = text.partition(":")
    file, second, line = rest.rpartition(":")
    if not (colon and second and source and file and line.isascii() and line.isdigit()) or len(line) > 12:
        raise UsageError(f"{text!r} is not a row", "write SOURCE:FILE:LINE, such as aws:bill.csv:12")
    return source, file, int(line)


def explain_row(reports: Reports, slice_: Slice, text: str) -> RowExplanation:
    """Who carries the row ``SOURCE:FILE:LINE``; the file by its path, the end of its path, or its name.

    In the row's own currency unless the slice gives one. Raises NotFoundError when there is no such row or
    a later import replaced it.
    """
    from turbofinops_tui.economics.evaluate.carried import carriers
    from turbofinops_tui.sync.rollup.locate import locate_rows, row_at

    session = reports.session
    source, file, line = parse_row(text)
    found = row_at(session.store, session.paths.received, source, file, line)
    reports.refresh()
    books = reports.books()
    code = found.currency if slice_.currency in ("", "native") else slice_.currency
    asked = replace(slice_, currency=code)
    stored = found.stored
    told = [
        (side.sign, part)
        for side in sides_of(reports, slice_.view)
        for part in carriers(side.books, side.rules, asked, stored.day, stored.dimension)
    ]
    moved = slice_.view == "difference"
    parts = merged_carriers(told) if moved else [part for _, part in told]
    located = locate_rows(session.store, session.paths.received, _same(reports, stored))
    rows = tuple(sorted(
        (SourceRow(*row) for own in located.rows.values() for row in own),
        key=lambda row: (row.file, row.line),
    ))  # fmt: skip
    place, dimension = next(
        (number, item) for number, item in enumerate(books.dimensions) if item.id == stored.dimension
    )
    value = Money(sum(part.amount for part in parts), code)
    by = books.facts.left_out.told_by(place, stored.day)
    return RowExplanation(found, rows, dimension, value, tuple(parts), tuple(located.missing), moved, by)


def _same(reports: Reports, stored: Stored) -> list[Stored]:
    """The same dimension and day in every delivery that counts: other exports add up to one amount."""
    with reports.session.store.read() as conn:
        return [
            stored._replace(batch=batch.id)
            for batch in reports.books().batches
            if conn.execute(
                "SELECT 1 FROM cost_daily WHERE batch = ? AND day = ? AND dimension = ?",
                (batch.id, stored.day, stored.dimension),
            ).fetchone()
        ]
