"""A ``Bridge`` as the JSON of interface.md and as CSV; amounts with all stored digits."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from turbofinops_tui.economics.bridge import Bridge, Cause
from turbofinops_tui.economics.money import exact_text
from turbofinops_tui.economics.periods import Days, day_text
from turbofinops_tui.files.table_csv import defuse
from turbofinops_tui.safe_text import safe

Json = dict[str, Any]


def encode(bridge: Bridge) -> Json:
    """``{"from", "to", "rows", "total"}`` and what the numbers stand on; rows add up to the total."""
    books = bridge.books
    return {
        "from": bridge.ends[0],
        "to": bridge.ends[1],
        "by": bridge.by,
        "days": {"from": _days(bridge.before), "to": _days(bridge.after)},
        "currency": bridge.currency,
        "books": books.whole,
        "parts": {"facts": books.facts, "rules": books.rules, "settings": books.settings},
        "as_of": bridge.as_of,
        "rows": [{bridge.by: row.key, **_cause(bridge, row)} for row in bridge.rows],
        "causes": [_cause(bridge, row) for row in bridge.summed],
        "margin": dict(zip(("from", "to"), (_money(bridge, units) for units in bridge.margins), strict=True)),
        "total": _money(bridge, bridge.total),
        "states": [
            {"source": s.source, "from": day_text(s.start), "to": day_text(s.end), "state": s.state}
            for s in bridge.states
        ],
        "warnings": list(bridge.warnings),
    }


def csv_text(bridge: Bridge, text: Callable[[str], str] | None = None) -> str:
    """The rows as CSV; ``text`` cleans text cells further (a terminal's boundary)."""
    clean = text or str
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([clean(defuse(bridge.by)), "cause", "amount"])
    for row in bridge.rows:
        key = "" if row.key is None else clean(defuse(row.key))
        writer.writerow([key, clean(defuse(row.cause)), _money(bridge, row.units)])
    return out.getvalue()


def json_text(bridge: Bridge) -> str:
    """``encode`` as text."""
    return json.dumps(encode(bridge), ensure_ascii=True, indent=1)


def plain_text(bridge: Bridge) -> str:
    """The causes for a message: margin, signed amounts in a column, margin; then the same by key."""
    start, end = (_money(bridge, units) for units in bridge.margins)
    pairs = [(f"margin {bridge.ends[0]}", start)]
    pairs += [(row.cause, _signed(bridge, row.units)) for row in bridge.summed]
    pairs += [("change", _signed(bridge, bridge.total)), (f"margin {bridge.ends[1]}", end)]
    pairs += [
        (f"  {'(unattributed)' if row.key is None else row.key}: {row.cause}", _signed(bridge, row.units))
        for row in bridge.rows
    ]
    width, cells = max(len(name) for name, _ in pairs), max(len(text) for _, text in pairs)
    title = f"{bridge.ends[0]} to {bridge.ends[1]}, {bridge.currency}, books {bridge.books.whole}"
    return "\n".join(
        [title, "", *(f"{safe(name).ljust(width)}  {text.rjust(cells)}" for name, text in pairs)]
    )


def _signed(bridge: Bridge, units: int) -> str:
    return ("+" if units > 0 else "") + _money(bridge, units)


def _cause(bridge: Bridge, row: Cause) -> Json:
    return {"cause": row.cause, "amount": _money(bridge, row.units)}


def _money(bridge: Bridge, units: int) -> str:
    return exact_text(units, bridge.currency)


def _days(days: Days) -> Json:
    return {"from": day_text(days.start), "to": day_text(days.end)}
