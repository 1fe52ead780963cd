"""What a rollup hands over: integers by period, day and dimension, with the proof of every total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from turbofinops_tui.sync.rollup.exact import EXACT

if TYPE_CHECKING:
    import numpy as np

    IntArray = np.ndarray[Any, np.dtype[np.int64]]

Rows = Iterator[tuple[int, int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Attributes:
    """The canonical attributes of a dimension, without source and tags."""

    provider: str
    account: str
    service: str
    category: str
    charge_category: str
    commitment: str
    currency: str
    cost_basis: str
    """billed, priced or estimated"""
    model: str
    names_customer: str
    """the customer that the source itself names: ``KIND:VALUE``, a plain reference, or empty"""
    unit: str


@dataclass(frozen=True, slots=True)
class Total:
    """The proof of one period, currency and cost basis in major units: exact - stored = residual."""

    currency: str
    cost: str
    """effective or billed"""
    exact: Decimal
    stored: Decimal
    lines: int

    @property
    def residual(self) -> Decimal:
        """What rounding to store units took."""
        return EXACT.subtract(self.exact, self.stored)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A tag key that the cardinality guard left out of one period."""

    key: str
    distinct_values: int
    currency: str
    effective: Decimal


@dataclass(slots=True)
class PeriodRollup:
    """One billing period of a delivery. ``days`` ... ``quantities`` are parallel, in (day, dimension)
    order.
    """

    period: int
    """month number"""
    lines: int
    totals: list[Total]
    left_out: list[LeftOut]
    days: IntArray
    dimensions: IntArray
    """positions in ``Rollup.dimensions``"""
    effective: IntArray
    billed: IntArray
    quantities: IntArray


@dataclass(slots=True)
class Finding:
    """Something kept honestly: a kind, what it is about, how often, and the effective cost at stake."""

    kind: str
    key: str
    detail: str
    count: int
    amount: str = ""
    currency: str = ""


@dataclass(slots=True)
class Rollup:
    """The whole delivery, rolled up."""

    dimensions: list[tuple[Attributes, str]]
    """(attributes, canonical tag JSON)"""
    periods: list[PeriodRollup]
    lines: int
    findings: list[Finding]
    warnings: list[str]
    engine: str
