"""``Table`` -> CSV: dimension and measure names as header, values as in the JSON, missing is empty.

Text cells that a spreadsheet would take for a formula get a leading apostrophe;
numbers never do (a negative margin must stay a number). Control characters never
get out, whatever reads the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.files.report_json import OTHERS

_FORMULA = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
_BREAKS = ("\t", "\r", "\n")
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), 65533)


def dumps(table: t.Table, text: Callable[[str], str] | None = None) -> str:
    """The rows as CSV (UTF-8 text, ``\\n`` ends); ``text`` cleans text cells further (a terminal's boundary).

    With ``currency=native`` a ``currency`` column stands between dimensions and measures;
    with ``compare`` the other period's values follow as ``previous_MEASURE``.
    """
    clean = text or str
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = list(table.slice.by)
    native = table.currency == "native" and "currency" not in names
    compared = [f"previous_{name}" for name in table.slice.measures] if table.compared else []
    header = [*names, *(["currency"] if native else []), *table.slice.measures, *compared]
    writer.writerow([clean(defuse(name)) for name in header])
    for row in table.rows:
        keys = [_key(name, value, clean) for name, value in zip(names, row.key, strict=True)]
        if row.others and keys:
            keys[0] = OTHERS
        values = map(_value, (*row.values, *(row.previous or (None,) * len(compared))))
        writer.writerow([*keys, *([row.currency] if native else []), *values])
    return out.getvalue()


def defuse(text: str) -> str:
    """``text`` without control characters and with an apostrophe before what starts a formula."""
    plain = text.translate(_CONTROLS)
    return f"'{plain}" if text[:1] in _BREAKS or text.lstrip().startswith(_FORMULA) else plain


def _key(name: str, value: str | None, clean: Callable[[str], str]) -> str:
    if value is None:
        return ""
    return value if name == "age" else clean(defuse(value))


def _value(value: t.Value) -> str:
    if value is None:
        return ""
    return value.text() if isinstance(value, Money | Ratio) else str(value)
