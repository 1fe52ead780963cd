"""What can be wrong with a row of costs, said in one place for the engine's findings and for the line
reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from turbofinops_tui.economics.money import EXPONENTS
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import Layout, columns_used, value
from turbofinops_tui.sync.read.values import CHARGE_CATEGORIES, parse_amount, parse_day, parse_period

MESSAGES: dict[str, tuple[str, str]] = {
    "day": ("is not a date", "write YYYY-MM-DD, between the years 1900 and 2100"),
    "period": ("is not a date", "write YYYY-MM-DD, between the years 1900 and 2100"),
    "currency": ("is no known currency", "use an ISO 4217 code such as USD"),
    "charge_category": ("is no charge category", "use Usage, Purchase, Tax, Credit or Adjustment"),
    "billed": ("is not a number", "write a plain decimal such as -12.34"),
    "effective": ("is not a number", "write a plain decimal such as -12.34"),
}
"""field -> (what is wrong with its text, what to do)"""
_LARGEST = Decimal(10) ** 15
"""no amount of one line may be larger: nothing that fits the store comes near"""


def known_currency(text: str) -> bool:
    """True for an ISO 4217 code in any case."""
    return text.strip().upper() in EXPONENTS


def known_charge(text: str) -> bool:
    """True for a charge category that is understood, in any case."""
    return text.strip().casefold() in CHARGE_CATEGORIES


def good_amount(text: str) -> bool:
    """True for a finite number of a size that a bill can hold."""
    amount = parse_amount(text)
    return amount is not None and abs(amount) <= _LARGEST


GOOD = {
    "day": lambda text: parse_day(text) is not None,
    "period": lambda text: not text or parse_period(text) is not None,
    "currency": known_currency,
    "charge_category": known_charge,
}
"""field -> whether its text can be read (missing is the empty text)"""


def first_problem(layout: Layout, cells: Sequence[str]) -> tuple[str, str] | None:
    """(field, its text) of the first thing wrong in a row, None when it is good."""
    texts = {
        "day": value(layout.day, cells),
        "period": value(layout.period, cells),
        "currency": value(layout.attribute("currency"), cells),
        "charge_category": value(layout.attribute("charge_category"), cells),
    }
    for field, text in texts.items():
        if not GOOD[field](text):
            return field, text
    for field, terms in (("billed", layout.billed), ("effective", layout.effective)):
        for term in terms:
            text = value(term.amount, cells)
            if not good_amount(text) and (text or not term.optional):
                return field, text
    return None


def problem_error(
    file: str, line: int, layout: Layout, field: str, text: str, cells: Sequence[str]
) -> DataError:
    """The error for one bad cell, with the header's name of its column."""
    what, hint = MESSAGES[field]
    if text:
        message = f"{text[:40]!r} {what}"
    else:
        message, hint = f"the {_noun(field)} is missing", "every row needs one"
    return DataError(message, hint, file=file, line=line, column=column_name(layout, field, text, cells))


def _noun(field: str) -> str:
    nouns = {
        "day": "date",
        "period": "billing period",
        "charge_category": "charge category",
        "currency": "currency",
    }
    return nouns.get(field, "cost")


def column_name(layout: Layout, field: str, text: str = "", cells: Sequence[str] = ()) -> str:
    """The header's name of the field's column; of the column that holds ``text`` when several may."""
    own = layout.column_of.get(field)
    if field == "tags":
        lengths = {index: len(cells[index]) for index in layout.tags if index < len(cells)}
        own = max(lengths, key=lambda index: lengths[index], default=None)
    if text and own is not None and own < len(cells) and text not in cells[own]:
        own = next(
            (index for index in sorted(columns_used(layout)) if cells[index : index + 1] == [text]), own
        )
    return layout.names[own] if own is not None else ""
