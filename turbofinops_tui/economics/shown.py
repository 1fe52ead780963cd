"""Numbers for the eye: rounded half-even, parts under their sum by largest remainder (numbers.md 1).

Shared by screens and the command line's tables. Nothing here is ever calculated
with again: exact figures travel as ``Money`` and ``Ratio``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from turbofinops_tui.economics.money import EXPONENTS, Money, Ratio, half_even, rounded_text, scale

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MISSING = "—"
"""shown where a cell has no meaning"""
CLAMP = 999
"""percent past +-CLAMP is shown as ``<-999%`` or ``>999%``: marked, never silently cut"""


def shown_digits(largest_units: int, currency: str) -> int:
    """Decimals for a column whose largest amount is ``largest_units``: cents below 1,000, else none."""
    if abs(largest_units) < 1000 * scale(currency):
        return EXPONENTS[currency]
    return 0


def shown_unit(units: int, currency: str, digits: int) -> int:
    """``units`` as a whole number of 10^-digits major units, half-even."""
    return half_even(Fraction(units * 10**digits, scale(currency)))


def shown_parts(units: Sequence[int], currency: str, digits: int) -> list[int]:
    """Each part in 10^-digits major units so that the parts add up to their rounded sum.

    Largest remainder; equal remainders go to the earlier part.
    """
    one = scale(currency)
    factor = 10**digits
    total = shown_unit(sum(units), currency, digits)
    floors = [value * factor // one for value in units]
    left = total - sum(floors)
    order = sorted(range(len(units)), key=lambda index: -(units[index] * factor % one))
    for index in order[:left]:
        floors[index] += 1
    return floors


def percent_parts(parts: Sequence[int]) -> list[int]:
    """Non-negative parts of one whole as whole percents that add up to 100; all 0 when the sum is 0."""
    total = sum(parts)
    if total <= 0 or min(parts) < 0:
        return [0 for _ in parts]
    floors = [100 * part // total for part in parts]
    order = sorted(range(len(parts)), key=lambda index: -(100 * parts[index] % total))
    for index in order[: 100 - sum(floors)]:
        floors[index] += 1
    return floors


def unit_text(shown: int, currency: str, digits: int, units: int | None = None) -> str:
    """``-$1,909`` of a whole number of 10^-digits units.

    With ``units`` (the exact amount) a figure that rounds to nothing is
    marked ``<$1`` or ``>-$1`` in place of a zero that is none.
    """
    symbol = SYMBOLS.get(currency, "")
    if shown == 0 and units:
        least = rounded_text(scale(currency) // 10**digits, currency, digits)
        return f"<{symbol}{least}" if units > 0 else f">-{symbol}{least}"
    text = rounded_text(abs(shown) * scale(currency) // 10**digits, currency, digits)
    return ("-" if shown < 0 else "") + symbol + text


def money_text(value: Money | None, digits: int | None = None) -> str:
    """One amount for the eye, ``$1,234.50``; the dash when there is none."""
    if value is None:
        return MISSING
    places = EXPONENTS[value.currency] if digits is None else digits
    shown = shown_unit(value.units, value.currency, places)
    return unit_text(shown, value.currency, places, value.units)


def compact_text(value: Money | None) -> str:
    """At most six characters and a sign: ``$141k``, ``$1.24M``, ``-$860``."""
    if value is None:
        return MISSING
    one = scale(value.currency)
    size = abs(value.units)
    for suffix, factor in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if size >= one * factor * (10 if suffix == "k" else 1):
            tenths = half_even(Fraction(size * 10, one * factor))
            number = f"{tenths // 10}.{tenths % 10}" if tenths < 1000 else f"{(tenths + 5) // 10}"
            sign = "-" if value.units < 0 else ""
            return f"{sign}{SYMBOLS.get(value.currency, '')}{number}{suffix}"
    return money_text(value, shown_digits(value.units, value.currency) if size < 100 * one else 0)


def percent_text(value: Ratio | None, digits: int = 1, clamp: int = CLAMP) -> str:
    """``-4.7%``; past ``clamp`` it is marked ``<-999%``; the dash when there is none."""
    if value is None:
        return MISSING
    percent = value.percent()
    if percent < -clamp:
        return f"<-{clamp}%"
    if percent > clamp:
        return f">{clamp}%"
    return value.text(digits) + "%"


def change_text(now: Ratio | None) -> str:
    """A signed change: ``+4.6%``, ``-0.6%``, ``0.0%``."""
    text = percent_text(now)
    positive = now is not None and now.percent() > 0 and not text.startswith(">")
    return "+" + text if positive and text != "0.0%" else text


def tight_money(value: Money, room: int) -> str:
    """The size of an amount (without its sign) in at most ``room`` >= 3 cells: ``999``, ``12k``, ``.1M``.

    With more room one more digit: ``1.2k``. No currency sign: the column or a line above tells it.
    """
    one, size = scale(value.currency), abs(value.units)
    for suffix, factor in (("", 1), ("k", 10**3), ("M", 10**6), ("B", 10**9), ("T", 10**12)):
        whole = half_even(Fraction(size, one * factor))
        if whole >= 1000:
            continue
        tenths = half_even(Fraction(size * 10, one * factor))
        fine = f"{tenths // 10}.{tenths % 10}{suffix}".removeprefix("0" if suffix else "")
        if suffix and whole < 100 and len(fine) <= room:
            return fine
        if len(f"{whole}{suffix}") <= room and (whole or not suffix):
            return f"{whole}{suffix}"
        if suffix and not whole and tenths and len(fine) <= room:
            return fine
    return ">" + "9" * (room - 1)


def tight_text(value: Money | Ratio | int | None, room: int, *, signed: bool = True) -> str:
    """A heat cell in ``room`` + 1 cells: sign (``+`` for percents alone) and size; the dash for none.

    Percents below -99 (or -999 with room for it) are marked ``<-99``.
    """
    if value is None:
        return MISSING
    if isinstance(value, Money):
        return ("-" if value.units < 0 else "") + tight_money(value, room)
    if isinstance(value, Ratio):
        low = 99 if room < 4 else CLAMP
        clamp = low if value.percent() < 0 else CLAMP
        text = percent_text(value, 1 if room > 5 else 0, clamp).removesuffix("%")
        return "+" + text if signed and value.percent() >= 0 and not text.startswith((">", "-")) else text
    for suffix, factor in (("", 1), ("k", 10**3), ("M", 10**6)):
        if value < 1000 * factor:
            return f"{value // factor}{suffix}"
    return ">" + "9" * (room - 1)
