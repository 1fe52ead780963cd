"""What charts show: plain values between the evaluation and the widgets that draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.types import Value

LEVELS = ("retained", "customers")
"""metrics of one month: they do not add up over months"""
NO_COHORT = "none"
Key = str | None
SAFE, LOSS, HEAVY = "safe", "loss", "heavy"


@dataclass(frozen=True, slots=True)
class Look:
    """How the grid is looked at."""

    by: str = "cohort"
    calendar: bool = False
    cumulative: bool = True
    metric: str = "margin_pct"

    @property
    def time(self) -> str:
        """The dimension of the columns."""
        return "month" if self.calendar else "age"

    @property
    def running(self) -> bool:
        """Whether the cells show running sums."""
        return self.cumulative and self.metric not in LEVELS


@dataclass(frozen=True, slots=True)
class Cell:
    """One group in one month: the values of that month and those since the first, by measure."""

    monthly: Mapping[str, Value]
    running: Mapping[str, Value]
    retained: Ratio | None = None

    def value(self, look: Look) -> Value:
        """What the cell shows."""
        if look.metric == "retained":
            return self.retained
        return (self.running if look.running else self.monthly).get(look.metric)


@dataclass(slots=True)
class HeatRow:
    """One line of the grid."""

    label: str
    key: Key
    cells: dict[str, Cell] = field(default_factory=dict)
    """column -> cell; months without a fact have none"""
    whole: Mapping[str, Value] = field(default_factory=dict)
    """everything of the group, by measure"""
    even: str = ""
    """column of the break-even mark; empty: not reached, or lost again"""
    total: bool = False

    @property
    def special(self) -> bool:
        """Unattributed, ``none`` and the total are no cohorts."""
        return self.total or self.key is None or self.key == NO_COHORT


@dataclass(frozen=True, slots=True)
class Heat:
    """The grid: columns oldest first, rows in the order of the evaluation, the total."""

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    total: HeatRow
    look: Look
    largest: Mapping[str, int] = field(default_factory=dict)
    """measure -> largest absolute amount, monthly and running (``running margin``): scales of the colours"""


def level(value: Value, look: Look, largest: Mapping[str, int], levels: int) -> int:
    """How hot a cell is: -levels (deepest loss) .. levels; 0 without a value.

    Percents by their own size (for retained revenue by the distance from 100), amounts by
    their part of the largest one.
    """
    if isinstance(value, Ratio):
        percent = value.percent() - (100 if look.metric == "retained" else 0)
        step = next((i for i, limit in enumerate((15, 40, 65), 1) if abs(percent) < limit), levels)
        return step if percent >= 0 else -step
    size = value.units if isinstance(value, Money) else value if isinstance(value, int) else None
    if size is None:
        return 0
    whole = largest.get(("running " if look.running else "") + look.metric, 0) or 1
    part = 100 * abs(size) // whole
    step = next((i for i, limit in enumerate((4, 16, 50), 1) if part < limit), levels)
    loses = size < 0 if look.metric != "cost" else size >= 0
    return -step if loses else step


@dataclass(frozen=True, slots=True)
class Composition:
    """Stacked bars: per month the amounts of every layer, store units; the last layer is the rest."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    layers: tuple[tuple[int, ...], ...]
    """one tuple per name: amount per month"""
    currency: str


@dataclass(frozen=True, slots=True)
class Point:
    """One customer; amounts in store units."""

    name: str
    revenue: int
    cost: int
    kind: str
    """safe, loss, or heavy: AI-heavy on a flat rate"""


@dataclass(frozen=True, slots=True)
class Scatter:
    """Cost against revenue; ``chosen`` is the customer under the cursor."""

    points: tuple[Point, ...]
    currency: str
    chosen: str = ""
