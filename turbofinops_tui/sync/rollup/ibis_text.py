"""Ibis expressions of texts and amounts: the same meaning as sql.py and amounts.py, on any engine.

Patterns hold no backslash (dialects escape it differently) and every cast sees only texts that it can read,
since an engine may evaluate a cast that no row needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from turbofinops_tui.sync.read.layout import MISSING, Choose, Column, Const, Expression, First

if TYPE_CHECKING:
    Text = Any
    """an ibis string expression"""
    Table = Any

WIDE = "decimal(38,18)"
EASY = "^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$"
"""what DECIMAL(38,18) holds exactly"""
LONG = "^[+-]?[0-9]{0,11}[.][0-9]{19,36}$"
"""19 to 36 decimals; small enough that no sum of them overflows"""
POWER = "^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$"
"""one digit before the point and an exponent, as engines write binary floats"""
ISO_DAY = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$"
)
"""moments whose first ten characters are their UTC day"""
_ZEROS = "0" * 40
_MOST_UP, _MOST_DOWN = 15, 19
"""powers that leave at most 15 digits before the point and 36 behind it"""


def column_text(table: Table, name: str) -> Text:
    """A column as text, of whatever type it is."""
    column = table[name]
    return column if column.type().is_string() else column.cast("string")


def render(expression: Expression, table: Table, names: tuple[str, ...]) -> Text:
    """The text of an expression; null when it is missing."""
    import ibis

    if isinstance(expression, Column):
        text = column_text(table, names[expression.index])
        return ibis.cases((text.isin(list(MISSING)), ibis.null("string")), else_=text)
    if isinstance(expression, Const):
        return ibis.literal(expression.text) if expression.text else ibis.null("string")
    if isinstance(expression, First):
        return ibis.coalesce(*(render(option, table, names) for option in expression.options))
    return _choose(expression, table, names)


def _choose(expression: Choose, table: Table, names: tuple[str, ...]) -> Text:
    import ibis

    on = render(expression.on, table, names).fill_null("").strip().lower()
    cases = [(on.isin(list(texts)), render(then, table, names)) for texts, then in expression.cases]
    return ibis.cases(*cases, else_=render(expression.otherwise, table, names))


def only(text: Text, condition: Any) -> Text:
    """The text where the condition holds, else null."""
    import ibis

    return ibis.cases((condition, text), else_=ibis.null("string"))


def powers(name: str, text: Text) -> dict[str, Any]:
    """Columns ``NAME_w``, ``NAME_up`` and ``NAME_down``: a text with an exponent, and its power of ten."""
    power = only(text, text.re_search(POWER))
    return {
        f"{name}_w": power,
        f"{name}_down": _number(_extract(power, "[eE]-([0-9]+)$")),
        f"{name}_up": _number(_extract(power, "[eE][+]?([0-9]+)$")),
    }


def plain(table: Table, name: str, text: Text) -> Text:
    """An exponent written out: ``1.25E-7`` -> ``0.000000125``; any other text as it is.

    ``table`` has the columns of ``powers``.
    """
    import ibis

    power, up, down = (table[f"{name}_{part}"] for part in ("w", "up", "down"))
    sign = ibis.cases((power.startswith("-"), ibis.literal("-")), else_=ibis.literal(""))
    digits = _extract(power, "^[+-]?([0-9])") + _extract(power, "[.]([0-9]*)")
    zeros = ibis.literal(_ZEROS)
    small = sign + ibis.literal("0.") + zeros.substr(0, down - 1) + digits
    padded = digits + zeros
    large = sign + padded.substr(0, up + 1) + ibis.literal(".") + padded.substr(up + 1, 18)
    return ibis.cases(
        (down.between(1, _MOST_DOWN), small),
        (up.between(0, _MOST_UP), large),
        else_=text,
    )


def _number(text: Text) -> Any:
    """A short run of digits as a number; null for an empty or missing one."""
    return text.nullif("").cast("int64")


def head_and_tail(text: Text) -> tuple[Any, Any]:
    """(decimals up to the 18th, decimals 19 to 36 at 1e-18) of a LONG text with more than 18 of them."""
    import ibis

    sign = ibis.cases((text.startswith("-"), ibis.literal("-")), else_=ibis.literal(""))
    whole, part = _extract(text, "^[+-]?([0-9]*)[.]"), _extract(text, "[.]([0-9]*)$")
    head = sign + ibis.literal("0") + whole + ibis.literal(".") + part.substr(0, 18)
    tail = sign + ibis.literal("0.") + part.substr(18, 18)
    return only(head, text.notnull()).cast(WIDE), only(tail, text.notnull()).cast(WIDE)


def _extract(text: Text, pattern: str) -> Text:
    """The group of a pattern; empty where there is none (engines differ about that, and about null)."""
    return text.fill_null("").re_extract(pattern, 1).fill_null("")
