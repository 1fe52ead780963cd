"""Tables as text for people: aligned, rounded for the eye, every foreign string sanitised.

``grid`` lays out any list; ``report_text`` is a whole ``Table`` with its header,
total, states and warnings. No colour and no terminal codes, so that NO_COLOR,
pipes and logs need no other path.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Collection, Sequence

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import EXPONENTS, Money, Ratio, rounded_text, scale
from turbofinops_tui.economics.periods import Days, day_text
from turbofinops_tui.economics.shown import MISSING, percent_parts, shown_parts
from turbofinops_tui.safe_text import safe

NO_KEY = {"customer": "(unattributed)", "feature": "(no feature)"}
LEAST_TEXT = 8
"""a text column is cut down to this when the terminal is too narrow; numbers never are"""
_GAP = "  "


def cell_width(text: str) -> int:
    """Terminal columns of sanitised ``text``: wide characters count two, combining marks none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) != 0 for char in text)


def fit(text: str, width: int) -> str:
    """``text`` cut to ``width`` columns, with an ellipsis when something was cut."""
    if cell_width(text) <= width:
        return text
    kept = text
    while kept and cell_width(kept) > width - 1:
        kept = kept[:-1]
    return kept + "…"


def terminal_width() -> int | None:
    """Columns of the terminal on stdout; None when it is no terminal (nothing is cut then)."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def grid(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    width: int | None = None,
    foot: int = 0,
) -> str:
    """Aligned lines: header, rule, rows; the last ``foot`` rows stand under a rule of their own.

    ``right`` are the indices of number columns; ``width`` cuts text columns. Every
    cell passes the sanitising boundary here.
    """
    lines = [[str(safe(cell)) for cell in row] for row in (headers, *rows)]
    widths = [max(cell_width(row[index]) for row in lines) for index in range(len(headers))]
    if width is not None:
        _narrow(widths, [index for index in range(len(widths)) if index not in right], width)

    def line(row: Sequence[str]) -> str:
        cells = (_pad(cell, widths[i], i in right) for i, cell in enumerate(row))
        return _GAP.join(cells).rstrip()

    rule = _GAP.join("-" * size for size in widths)
    body = [line(row) for row in lines[1:]]
    cut = len(body) - foot
    end = [rule, *body[cut:]] if foot else []
    return "\n".join([line(lines[0]), rule, *body[:cut], *end])


def _pad(cell: str, width: int, right: bool) -> str:
    shown = cell if right else fit(cell, width)
    space = " " * max(0, width - cell_width(shown))
    return space + shown if right else shown + space


def _narrow(widths: list[int], texts: list[int], limit: int) -> None:
    def excess() -> int:
        return sum(widths) + len(_GAP) * (len(widths) - 1) - limit

    while excess() > 0 and texts:
        widest = max(texts, key=lambda index: widths[index])
        if widths[widest] <= LEAST_TEXT:
            return
        widths[widest] -= 1


# --- reports ----------------------------------------------------------------------------------


def report_text(table: t.Table, width: int | None = None, coverage: t.Table | None = None) -> str:
    """The whole report: header, rows with their total, then states, unconverted amounts and warnings.

    ``coverage`` is a table whose totals hold direct_cost, shared_cost and cost of the same slice.
    """
    native = table.currency == "native"
    headers, right = _headers(table, native)
    cells = [_key_cells(table, row) + ([row.currency] if native else []) for row in table.rows]
    for cell_row, row, values in zip(cells, table.rows, _shown_rows(table), strict=True):
        cell_row += values
        if table.compared is not None:  # the row of what --top cut has no previous values
            cell_row += map(value_text, row.previous or (None,) * len(row.values))
    foot = [_total_cells(table, row, native) for row in table.totals]
    parts = [header_text(table, coverage), ""]
    if table.rows or foot:
        parts.append(grid(headers, [*cells, *foot], right, width, foot=len(foot)))
    if not table.rows:
        parts.append("no rows: nothing of this slice is in the store")
    return "\n".join([*parts, *_notes(table)]) + "\n"


def header_text(table: t.Table, coverage: t.Table | None = None) -> str:
    """Period, zone, bases, currency, coverage, books id: what the numbers stand on."""
    slice_ = table.slice
    facts = [
        _span(table.days) + " UTC",
        f"{slice_.revenue} revenue, {slice_.cost} cost",
        table.currency,
        *_options(slice_),
        f"compared with {_span(table.compared)}" if table.compared else "",
        *([_coverage(coverage)] if coverage is not None and coverage.totals else []),
        f"books {table.books.whole}",
    ]
    return " · ".join(str(safe(fact)) for fact in facts if fact)


def _span(days: Days) -> str:
    return f"{day_text(days.start)} to {day_text(days.end - 1)}"


def _options(slice_: t.Slice) -> list[str]:
    found = [
        "tax in the cost" if slice_.tax == "in" else "",
        "without credits" if slice_.credits == "out" else "",
        "without estimates" if slice_.estimates == "out" else "",
        f"shared by {slice_.shared} (not the saved rules)" if slice_.shared else "",
        "cumulative" if slice_.cumulative else "",
        *(
            f"{c.dimension}{'!=' if c.negated else '='}{c.pattern or NO_KEY.get(c.dimension, '(none)')}"
            for c in slice_.where
        ),
        *(f"{h.measure}{h.operator}{h.value:f}" for h in slice_.having),
    ]
    return [text for text in found if text]


def _coverage(table: t.Table) -> str:
    """``71 % direct, 22 % shared, 7 % unattributed``; empty when there is no cost."""
    found: list[str] = []
    for row in table.totals:
        values = dict(zip(table.slice.measures, row.values, strict=True))
        cost, direct, shared = (values.get(name) for name in ("cost", "direct_cost", "shared_cost"))
        if not (isinstance(cost, Money) and isinstance(direct, Money) and isinstance(shared, Money)):
            continue
        parts = (direct.units, shared.units, cost.units - direct.units - shared.units)
        if not cost.units:
            continue
        whole = [f"{share}" for share in percent_parts(parts)]
        # A negative part (a refund of cost) leaves no shares of 100: then each stands for itself.
        shares = [Ratio(part, cost.units).text(1) for part in parts] if min(parts) < 0 else whole
        code = f"{row.currency} " if len(table.totals) > 1 else ""
        found.append(f"{code}{shares[0]} % direct, {shares[1]} % shared, {shares[2]} % unattributed")
    return "; ".join(found)


def _headers(table: t.Table, native: bool) -> tuple[list[str], set[int]]:
    names = [*table.slice.by, *(["currency"] if native else [])]
    measures = list(table.slice.measures)
    if table.compared is not None:
        measures += [f"previous {name}" for name in table.slice.measures]
    return [*names, *measures], set(range(len(names), len(names) + len(measures)))


def _key_cells(table: t.Table, row: t.Row) -> list[str]:
    if row.others:
        return ["(others)", *([""] * (len(row.key) - 1))]
    return [cell_name(name, value) for name, value in zip(table.slice.by, row.key, strict=True)]


def cell_name(name: str, value: str | None) -> str:
    """The value of a dimension as it is shown: nobody and nothing have words."""
    if value is None:
        return NO_KEY.get(name, "(none)")
    return value if value.strip() else "(empty)"


def _total_cells(table: t.Table, row: t.Row, native: bool) -> list[str]:
    keys = ["total", *([""] * (len(table.slice.by) - 1))] if table.slice.by else []
    before = [""] * (len(row.values) if table.compared is not None else 0)
    return [*keys, *([row.currency] if native else []), *map(value_text, row.values), *before]


def value_text(value: t.Value) -> str:
    """One value alone: money half-even at its minor digits, a ratio with one decimal, a count grouped."""
    if isinstance(value, Money):
        return rounded_text(value.units, value.currency)
    if isinstance(value, Ratio):
        return f"{value.text(1)}%"
    if isinstance(value, str):
        return value
    return MISSING if value is None else f"{value:,}"


def _shown_rows(table: t.Table) -> list[list[str]]:
    """Every row's values as text; a column of money that adds up to its total shows parts that do too."""
    found = [[value_text(value) for value in row.values] for row in table.rows]
    for total in table.totals:
        rows = [i for i, row in enumerate(table.rows) if row.currency == total.currency]
        for position in range(len(table.slice.measures)):
            _settle(table, found, rows, position, total.values[position])
    return found


def _settle(table: t.Table, found: list[list[str]], rows: list[int], position: int, total: t.Value) -> None:
    if not isinstance(total, Money):
        return
    parts = [(i, v) for i in rows if isinstance(v := table.rows[i].values[position], Money)]
    if sum(value.units for _, value in parts) != total.units:
        return  # rows that were cut or overlap are no parts of this total
    code, digits = total.currency, EXPONENTS[total.currency]
    shown = shown_parts([value.units for _, value in parts], code, digits)
    unit = scale(code) // 10**digits
    for (index, _), amount in zip(parts, shown, strict=True):
        found[index][position] = rounded_text(amount * unit, code)


def _notes(table: t.Table) -> list[str]:
    lines = [
        f"{state.state}: {state.source} {_span(Days(state.start, state.end))}"
        for state in table.states
        if state.end > state.start
    ]
    for item in table.unconverted[:5]:
        who = item.customer if item.customer is not None else "(unattributed)"
        lines.append(
            f"unconverted: {item.amount.text()} {item.amount.currency} of {who},"
            f" {item.side}, {item.source}, {day_text(item.day)}"
        )
    if len(table.unconverted) > 5:
        lines.append(f"unconverted: {len(table.unconverted) - 5:,} more (see --format json)")
    lines += [f"warning: {text}" for text in table.warnings]
    return ["", *(str(safe(line, 2000)) for line in lines)] if lines else []
