"""Exact currency conversion: table rates, crosses and cumulative conversion (numbers.md 1).

A rate is a pair (numerator, denominator): major units of the target per major unit of the source.
Nothing is ever converted 1:1 for want of a rate: no rate is None, and the caller lists the amount as
unconverted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction

from turbofinops_tui.economics.money import scale

MAX_AGE = 7
"""days that a published rate may be old (ECB has no weekends)"""

ExactRate = tuple[int, int]
"""(numerator, denominator), lowest terms, both positive"""


class RateTable:
    """Published rates: ``(base, currency, day, units of currency per unit of base)``.

    Rate texts are exact decimals. A base quotes itself at 1 on every day. Implements the ``Rates`` protocol.
    """

    def __init__(self, rows: Iterable[tuple[str, str, int, str | Fraction]] = ()) -> None:
        series: dict[tuple[str, str], dict[int, Fraction]] = {}
        for base, currency, day, rate in rows:
            series.setdefault((base, currency), {})[day] = Fraction(rate)
        self._days = {pair: sorted(days) for pair, days in series.items()}
        self._rates = series
        self._bases = sorted({base for base, _ in series})
        self._cache: dict[tuple[str, str, int], ExactRate | None] = {}

    def rate(self, currency: str, to: str, day: int) -> ExactRate | None:
        """The last rate published on or before ``day``, at most 7 days old, crossed through the base.

        A table whose base is one of the two currencies comes before a cross; bases in code order.
        """
        if currency == to:
            return (1, 1)
        key = (currency, to, day)
        if key not in self._cache:
            self._cache[key] = self._find(currency, to, day)
        return self._cache[key]

    def _find(self, currency: str, to: str, day: int) -> ExactRate | None:
        direct = [base for base in self._bases if base in (currency, to)]
        for base in direct + [base for base in self._bases if base not in direct]:
            source, target = self._quote(base, currency, day), self._quote(base, to, day)
            if source is not None and target is not None:
                return (target / source).as_integer_ratio()
        return None

    def _quote(self, base: str, currency: str, day: int) -> Fraction | None:
        """Units of ``currency`` per unit of ``base``, last published, not too old."""
        if base == currency:
            return Fraction(1)
        days = self._days.get((base, currency))
        if not days:
            return None
        index = bisect_right(days, day) - 1
        if index < 0 or day - days[index] > MAX_AGE:
            return None
        return self._rates[base, currency][days[index]]


def to_reporting(units: int, currency: str, to: str, numerator: int, denominator: int) -> int:
    """Store units of ``currency`` as store units of ``to`` at an exact rate, rounded once, half-even."""
    return _half_even(units * numerator * scale(to), denominator * scale(currency))


def cumulative_convert(
    before: int, units: int, currency: str, to: str, numerator: int, denominator: int
) -> int:
    """``units`` that follow ``before`` units of the same invoice: a difference of two conversions.

    Rows of one invoice, in order, then add up to its converted net to the last stored digit.
    """
    after = to_reporting(before + units, currency, to, numerator, denominator)
    return after - to_reporting(before, currency, to, numerator, denominator)


def times(first: ExactRate, second: ExactRate) -> ExactRate:
    """Two legs of one conversion, in lowest terms."""
    return (Fraction(*first) * Fraction(*second)).as_integer_ratio()


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and whole % 2):
        whole += 1
    return whole
