"""A report against an earlier or a colleague's export: which cells differ, and why each does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.economics.against import (
    Differing,
    differing_cells,
    differing_parts,
    other_slice,
    same_question,
)
from turbofinops_tui.economics.periods import month_text
from turbofinops_tui.economics.types import Slice, Table
from turbofinops_tui.errors import DataError, NotFoundError, UsageError
from turbofinops_tui.files import report_json

if TYPE_CHECKING:
    from turbofinops_tui.actions.knowledge import Change
    from turbofinops_tui.actions.reports import Reports

OF_REVENUE = ("revenue", "mrr", "nrr")
OF_COST = ("cost", "direct_cost", "shared_cost", "opex_cost", "tax", "ai_cost", "ai_share", "coverage")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both tables, the parts of the books that differ, and every differing cell with its causes."""

    before: Table
    now: Table
    parts: tuple[str, ...]
    cells: tuple[tuple[Differing, tuple[str, ...]], ...]
    known: bool
    """whether this store had the books of the export: then causes are deliveries and rules by name"""


def read_export(path: str) -> Table:
    """The table of a ``report --format json``; DataError when the file is none or cannot be read."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise DataError(
            f"cannot be read ({reason})", "give a file of 'report --format json'", file=path
        ) from None
    try:
        return report_json.loads(text)
    except DataError as error:
        raise DataError(error.message, error.hint, file=path) from None


def compare(reports: Reports, export: Table, asked: Slice | None) -> Comparison:
    """``export`` against the same slice now; ``asked`` None: the slice of the export itself.

    UsageError, in a sentence, when ``asked`` is another question.
    """
    now = reports.table(same_question(export) if asked is None else asked)
    different = other_slice(export, now)
    if different:
        raise UsageError(
            f"the export is no answer to this question: {different}",
            "give the options that it was made with, or --against alone",
        )
    cells = differing_cells(export, now)
    parts = differing_parts(export.books, now.books)
    changes = _changes(reports, export, now) if cells and parts else None
    told = tuple((cell, _causes(cell, now, parts, changes)) for cell in cells)
    return Comparison(export, now, parts, told, changes is not None)


def _changes(reports: Reports, export: Table, now: Table) -> list[Change] | None:
    """What changed since the books of the export; None when this store never had them."""
    from turbofinops_tui.actions.knowledge import changes_since

    try:
        return changes_since(reports, export.books.whole, now.days.months())[2]
    except NotFoundError:
        return None


def _causes(
    cell: Differing, now: Table, parts: Sequence[str], changes: Sequence[Change] | None
) -> tuple[str, ...]:
    """Why a cell differs: what this store knows of its customer and month, else the parts that differ."""
    if not parts:
        return ("same books: the export was changed, or another version of the program made it",)
    named = tuple(f"{part} differ" for part in parts)
    if changes is None:
        return named
    key = dict(zip(now.slice.by, cell.key, strict=False)) if cell.what == "row" else {}
    found = [item for item in changes if _about(item, key, cell.measure)]
    causes = tuple(dict.fromkeys(item.cause for item in found))
    # a part can differ without a change of any customer's figures: by feature, by service, a verdict
    return causes or tuple(dict.fromkeys(item.cause for item in changes)) or named


def _about(item: Change, key: dict[str, str | None], measure: str) -> bool:
    if (measure in OF_REVENUE and item.side != "revenue") or (measure in OF_COST and item.side != "cost"):
        return False
    if "customer" in key and key["customer"] != item.customer:
        return False
    return "month" not in key or key["month"] == month_text(item.month)
