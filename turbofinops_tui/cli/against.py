"""``report --against FILE.json``: the cells that differ from an earlier or a colleague's export, and why."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING, Any

from turbofinops_tui.cli.output import cell_name, grid, terminal_width
from turbofinops_tui.cli.printing import say, say_json
from turbofinops_tui.economics.against import Differing
from turbofinops_tui.errors import EXIT_DONE, EXIT_FOUND
from turbofinops_tui.files.report_json import OTHERS
from turbofinops_tui.files.table_csv import defuse

if TYPE_CHECKING:
    from turbofinops_tui.actions.against import Comparison
    from turbofinops_tui.economics import types as t


def print_comparison(found: Comparison, form: str) -> int:
    """Print it; exit 3 when a cell differs, 0 when none does."""
    if form == "json":
        say_json(document(found))
    elif form == "csv":
        sys.stdout.write(_csv(found))
    else:
        _print(found)
    return EXIT_FOUND if found.cells else EXIT_DONE


def document(found: Comparison) -> dict[str, Any]:
    """``{"from", "to", "differ", "cells"}``: both books with their parts, and each cell with its causes."""
    return {
        "from": _books(found.before),
        "to": _books(found.now),
        "differ": list(found.parts),
        "cells": [
            _key(found, cell)
            | {"measure": cell.measure, "was": cell.was, "now": cell.now, "causes": list(causes)}
            for cell, causes in found.cells
        ],
    }


def _books(table: t.Table) -> dict[str, Any]:
    books = table.books
    parts = {"facts": books.facts, "rules": books.rules, "settings": books.settings}
    return {"books": books.whole, "parts": parts, "as_of": table.as_of}


def _key(found: Comparison, cell: Differing) -> dict[str, Any]:
    by = found.now.slice.by
    if cell.what != "row":
        key: dict[str, Any] = {"row": cell.what}
    else:
        key = dict(zip(by, cell.key, strict=True))
    return key | ({"currency": cell.currency} if found.now.currency == "native" else {})


def _csv(found: Comparison) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    by = found.now.slice.by
    writer.writerow([*map(defuse, by), "measure", "was", "now", "cause"])
    for cell, causes in found.cells:
        key = [*cell.key] if cell.what == "row" else [OTHERS if cell.what == "others" else "(total)"]
        key += [None] * (len(by) - len(key))
        names = ["" if name is None else defuse(name) for name in key[: len(by)]]
        writer.writerow([*names, cell.measure, cell.was or "", cell.now or "", defuse("; ".join(causes))])
    return out.getvalue()


def _print(found: Comparison) -> None:
    before, now = found.before.books, found.now.books
    say(f"export {before.whole} of {found.before.as_of} · now {now.whole} of {found.now.as_of}")
    if not found.cells:
        same = "the same books" if not found.parts else f"other {' and '.join(found.parts)}, the same cells"
        say(f"no cell differs: {same}")
        return
    say(f"{len(found.cells):,} cells differ: {' and '.join(found.parts) or 'the books are the same'}")
    if not found.known and found.parts:
        say("this store never had the books of the export, so that only the parts can be told apart")
    say("")
    by = found.now.slice.by
    rows = [
        [_name(by, cell), cell.measure, cell.was or "-", cell.now or "-", "; ".join(causes)]
        for cell, causes in found.cells
    ]
    header = " ".join(by) or "row"
    say(grid([header, "measure", "export", "now", "why"], rows, {2, 3}, terminal_width()), lines=True)


def _name(by: tuple[str, ...], cell: Differing) -> str:
    if cell.what != "row":
        return OTHERS if cell.what == "others" else "(total)"
    words = [cell_name(name, value) for name, value in zip(by, cell.key, strict=True)]
    return " ".join([*words, *([cell.currency] if cell.currency else [])]) or "(all)"
