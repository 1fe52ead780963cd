"""Exact money: integers at a currency's store scale, never floats (numbers.md 1).

The store keeps integers at 1e-9 of the major unit; currencies whose exponent is
0, and IDR and VND, at 1e-6 so that their larger figures fit int64. The scale is
a column of the currency table. An amount is rounded once, half-even, on its way
into the store; what that rounding takes is booked as a residual.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

from turbofinops_tui.errors import DataError

INT64_MAX = 2**63 - 1
_ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR ISK JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD "
    "LSL MAD MDL MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK "
    "PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES WST XCD YER ZAR ZMW"
)
EXPONENTS: dict[str, int] = (
    dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_ZERO.split(), 0) | dict.fromkeys(_THREE.split(), 3)
)
"""ISO 4217 code -> digits of the minor unit. UGX and ISK follow Stripe: two decimals, sent with zeros."""

_CONTEXT = Context(prec=80)


def currency_code(text: str) -> str:
    """The upper-case ISO code of ``text``; an unknown currency is a DataError, never a guess."""
    code = text.strip().upper()
    if code not in EXPONENTS:
        raise DataError(f"unknown currency {text!r}", "use an ISO 4217 code such as USD")
    return code


def exponent(currency: str) -> int:
    """Digits of the minor unit: JPY 0, USD 2, KWD 3."""
    return EXPONENTS[currency]


def scale_digits(currency: str) -> int:
    """Digits of the store scale: 9, or 6 for exponent-0 currencies, IDR and VND."""
    return 6 if EXPONENTS[currency] == 0 or currency in ("IDR", "VND") else 9


def scale(currency: str) -> int:
    """Store units in one major unit: 10**9 or 10**6."""
    return int(10 ** scale_digits(currency))


def minor_factor(currency: str) -> int:
    """Store units in one minor unit (cent, yen, fils)."""
    return int(10 ** (scale_digits(currency) - EXPONENTS[currency]))


def half_even(value: Fraction) -> int:
    """``value`` to the nearest integer, ties to even."""
    return round(value)


def half_even_of(numerator: int, denominator: int) -> int:
    """numerator/denominator (> 0) to the nearest integer, ties to even."""
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole & 1))


def half_up(numerator: int, denominator: int) -> int:
    """numerator/denominator to the nearest integer, half away from zero, on |x| (numbers.md 2)."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def parse_decimal(text: str) -> Decimal:
    """An exact finite decimal from ``text`` (exponent form allowed); DataError otherwise."""
    word = text.strip()
    try:
        # Decimal itself would take 1_000, digits of other scripts and any exponent.
        value = Decimal(word if word.isascii() and "_" not in word and len(word) <= 400 else "?")
    except InvalidOperation:
        raise DataError(f"{text[:40]!r} is not a number", "write a plain decimal such as -12.34") from None
    if not value.is_finite():
        raise DataError(f"{text[:40]!r} is not a finite number", "write a plain decimal such as -12.34")
    if not value:
        return Decimal(0)
    if not -400 < value.adjusted() < 40:
        raise DataError(f"{text[:40]!r} is out of range", "amounts are limited to about nine billion")
    return value


def to_units(value: Decimal | Fraction, currency: str) -> int:
    """Major-unit ``value`` as store units, rounded half-even; DataError past int64."""
    units = half_even(Fraction(value) * scale(currency))
    if abs(units) > INT64_MAX:
        raise DataError(f"{value} {currency} is too large", "amounts are limited to about nine billion")
    return units


def from_minor(minor: int, currency: str) -> int:
    """Store units of ``minor`` minor units (Stripe's integers)."""
    return minor * minor_factor(currency)


def to_decimal(units: int, currency: str) -> Decimal:
    """The exact major-unit decimal of store units."""
    return Decimal(units).scaleb(-scale_digits(currency), _CONTEXT)


def exact_text(units: int, currency: str) -> str:
    """All stored digits, zeros cut down to the minor digits: ``12.30``, ``0.000105``."""
    digits, least = scale_digits(currency), EXPONENTS[currency]
    text = str(abs(units)).rjust(digits + 1, "0")
    whole, part = text[:-digits], text[-digits:]
    part = part[:least] + part[least:].rstrip("0")
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def decimal_text(value: Decimal | Fraction) -> str:
    """A finite exact decimal without exponent and without trailing zeros (totals, residuals)."""
    exact = value if isinstance(value, Decimal) else _fraction_decimal(value)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fraction_decimal(value: Fraction) -> Decimal:
    context = Context(prec=120, traps=[Inexact])
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def rounded_text(units: int, currency: str, digits: int | None = None) -> str:
    """For the eye: half-even at ``digits`` decimals (default the minor unit), thousands grouped."""
    places = EXPONENTS[currency] if digits is None else digits
    shown = half_even(Fraction(units * 10**places, scale(currency)))
    text = str(abs(shown)).rjust(places + 1, "0")
    whole = f"{int(text[:-places] or '0') if places else int(text):,}"
    part = f".{text[-places:]}" if places else ""
    return ("-" if shown < 0 else "") + whole + part


@dataclass(frozen=True, slots=True)
class Money:
    """``units`` at the store scale of ``currency``; two currencies never add."""

    units: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.units + other.units, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.units - other.units, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.units, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add")

    def text(self) -> str:
        """All stored digits (JSON, CSV)."""
        return exact_text(self.units, self.currency)


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact share; shown as percent with 4 decimals, half-even (numbers.md 1)."""

    numerator: int
    denominator: int

    def percent(self) -> Fraction:
        """100 x numerator / denominator, exact."""
        return Fraction(100 * self.numerator, self.denominator)

    def text(self, digits: int = 4) -> str:
        """``-4.6735``: percent as a decimal string, half-even."""
        shown = half_even(self.percent() * 10**digits)
        text = str(abs(shown)).rjust(digits + 1, "0")
        sign = "-" if shown < 0 else ""
        return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def truncate_text(value: Decimal, digits: int) -> str:
    """``value`` cut (not rounded) at ``digits`` decimals; for marks such as ``<-99``."""
    return format(value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_DOWN, context=_CONTEXT), "f")
