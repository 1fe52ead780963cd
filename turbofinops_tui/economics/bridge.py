"""The time bridge: a change of margin as causes that add up to it (numbers.md 5).

Pure arithmetic over the figures of two periods. What is in a ``Side`` comes from tables of ``evaluate``
alone (``economics.evaluate.bridging``); nothing here computes a margin. Amounts are store units; every
cause of one atom is exact until the atom's causes are rounded together, once, by largest remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from turbofinops_tui.economics.periods import Days
from turbofinops_tui.economics.types import BooksId, SourceState

NEW, LOST, PLAN, USAGE, TAKE_BACKS, FX = (
    "new", "lost", "plan and price", "usage revenue", "take-backs", "fx",
)  # fmt: skip
VOLUME, UNIT_COST, COST_CHANGE, SHARED = "volume", "unit cost", "cost change", "shared change"
OF_KIND = {"subscription": PLAN, "one_time": PLAN, "usage": USAGE} | dict.fromkeys(
    ("refund", "credit_note", "dispute", "write_off", "void"), TAKE_BACKS
)
"""kind of revenue -> its cause"""
_FIRST = (NEW, LOST, PLAN, USAGE, TAKE_BACKS, FX)
_IN_SERVICE = (VOLUME, UNIT_COST, COST_CHANGE)

Pair = tuple[int, int]
"""(reporting currency, native currency); equal where they are the same"""
Service = tuple[str, str]
"""provider and service"""
Atom = tuple[str | None, str | None]
"""(what the bridge is by, customer): causes are found per customer and then summed"""
Exact = dict[str, Fraction]


@dataclass(slots=True)
class Side:
    """The figures of one atom in one period."""

    sales: dict[tuple[str, str], Pair] = field(default_factory=dict)
    """(cause, currency) -> revenue"""
    cost: dict[tuple[Service, str], Pair] = field(default_factory=dict)
    """(service, currency) -> direct cost, or what nobody owns"""
    shared: dict[str, Pair] = field(default_factory=dict)
    """currency -> shared cost"""
    quantity: dict[Service, dict[str, int]] = field(default_factory=dict)
    """service -> unit -> what was used"""

    def is_empty(self) -> bool:
        """Whether nothing happened at all."""
        held: list[Mapping[object, Pair]] = [self.sales, self.cost, self.shared]  # type: ignore[list-item]
        return not any(any(pair) for amounts in held for pair in amounts.values())

    def margin(self) -> int:
        """revenue - cost as the tables have it."""
        spent = [*self.cost.values(), *self.shared.values()]
        return sum(pair[0] for pair in self.sales.values()) - sum(pair[0] for pair in spent)


@dataclass(frozen=True, slots=True)
class Cause:
    """One line of a bridge: what it is about (None: nobody), why, and by how much the margin moved."""

    key: str | None
    cause: str
    units: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What a currency was worth in period 0 in all the books, and where no rate says anything."""

    book: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    """(side, currency) -> reporting units per native unit"""
    unrated: frozenset[tuple[str | None, str]] = frozenset()
    """(customer, currency) with amounts that have no rate"""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A change of margin by key and cause; ``rows`` add up to ``total``."""

    by: str
    ends: tuple[str, str]
    """what it goes from and to: two periods as written, or two states of the books"""
    before: Days
    after: Days
    """the days of both periods; the same twice between two states of the books"""
    currency: str
    books: BooksId
    as_of: str
    rows: tuple[Cause, ...]
    margins: tuple[int, int]
    """``totals.margin`` of the reports of both ends, in store units"""
    states: tuple[SourceState, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """The change of margin."""
        return self.margins[1] - self.margins[0]

    @property
    def summed(self) -> tuple[Cause, ...]:
        """The causes over all keys."""
        return summed(self.rows)

    def of(self, key: str | None) -> tuple[Cause, ...]:
        """The causes of one key (a customer, a cohort, a feature), in order."""
        return tuple(row for row in self.rows if row.key == key)


def rank(cause: str) -> tuple[int, str, int]:
    """The order of numbers.md: new, lost, revenue, FX, services by name, shared."""
    if cause in _FIRST:
        return _FIRST.index(cause), "", 0
    kind, _, service = cause.partition(": ")
    if kind in _IN_SERVICE:
        return len(_FIRST), service, _IN_SERVICE.index(kind)
    return len(_FIRST) + 1, cause, 0


def bridge_rows(
    before: Mapping[Atom, Side],
    after: Mapping[Atom, Side],
    rates: Rates = Rates(),
) -> tuple[Cause, ...]:
    """Causes per key in order of the key and of numbers.md 5; they add up to the change of margin."""
    held = {atom[1] for atom, side in before.items() if not side.is_empty()}
    holds = {atom[1] for atom, side in after.items() if not side.is_empty()}
    sums: dict[tuple[str | None, str], int] = {}
    for atom in dict.fromkeys((*before, *after)):
        old, new = before.get(atom, Side()), after.get(atom, Side())
        change = new.margin() - old.margin()
        if atom[1] is not None and atom[1] in holds and atom[1] not in held:
            found = {NEW: change}
        elif atom[1] is not None and atom[1] in held and atom[1] not in holds:
            found = {LOST: change}
        else:
            found = rounded(_exact(atom[1], old, new, rates))
        for cause, units in found.items():
            sums[atom[0], cause] = sums.get((atom[0], cause), 0) + units
    order = sorted(sums, key=lambda at: (at[0] is None, (at[0] or "").encode(), rank(at[1])))
    return tuple(Cause(*at, sums[at]) for at in order if sums[at])


def rounded(causes: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole units that add up to the (whole) sum: floors, then one unit more by largest remainder."""
    floors = {cause: floor(amount) for cause, amount in causes.items()}
    left = sum(causes.values(), Fraction(0)) - sum(floors.values())
    order = sorted(causes, key=lambda cause: (floors[cause] - causes[cause], rank(cause)))
    for cause in order[: int(left)]:
        floors[cause] += 1
    return floors


def summed(rows: Iterable[Cause]) -> tuple[Cause, ...]:
    """The same causes over all keys, in order."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.cause] = sums.get(row.cause, 0) + row.units
    return tuple(Cause(None, cause, sums[cause]) for cause in sorted(sums, key=rank) if sums[cause])


# --- one atom -------------------------------------------------------------------------------------


def _exact(customer: str | None, old: Side, new: Side, rates: Rates) -> Exact:
    found: Exact = {}
    for cause, currency in sorted({*old.sales, *new.sales}):
        pairs = old.sales.get((cause, currency), (0, 0)), new.sales.get((cause, currency), (0, 0))
        held = _at_old_rate("revenue", customer, currency, pairs, rates)
        _add(found, FX, pairs[1][0] - held)
        _add(found, cause, held - pairs[0][0])
    for currency in sorted({*old.shared, *new.shared}):
        pairs = old.shared.get(currency, (0, 0)), new.shared.get(currency, (0, 0))
        held = _at_old_rate("cost", customer, currency, pairs, rates)
        _add(found, FX, held - pairs[1][0])
        _add(found, SHARED, pairs[0][0] - held)
    for service in sorted({key[0] for key in (*old.cost, *new.cost)}):
        _service(found, customer, service, old, new, rates)
    return found


def _service(
    found: Exact, customer: str | None, service: Service, old: Side, new: Side, rates: Rates
) -> None:
    """FX, then volume and unit cost where there is a quantity in one unit, else the change as a whole."""
    before, after = 0, Fraction(0)
    for currency in sorted({key[1] for key in (*old.cost, *new.cost) if key[0] == service}):
        pairs = old.cost.get((service, currency), (0, 0)), new.cost.get((service, currency), (0, 0))
        held = _at_old_rate("cost", customer, currency, pairs, rates)
        _add(found, FX, held - pairs[1][0])
        before += pairs[0][0]
        after += held
    name = " ".join(part for part in service if part) or "(none)"
    used = _quantities(old.quantity.get(service, {}), new.quantity.get(service, {}))
    if used is None:
        _add(found, f"{COST_CHANGE}: {name}", before - after)
        return
    q0, q1 = used
    _add(found, f"{VOLUME}: {name}", -(q1 - q0) * Fraction(before, q0))
    _add(found, f"{UNIT_COST}: {name}", -(after - q1 * Fraction(before, q0)))


def _quantities(old: Mapping[str, int], new: Mapping[str, int]) -> Pair | None:
    """(q0, q1) of the one unit that both periods use; None without one or without a q0."""
    units = {unit for used in (old, new) for unit, amount in used.items() if amount}
    if len(units) != 1:
        return None
    (unit,) = units
    return (old[unit], new.get(unit, 0)) if old.get(unit, 0) > 0 else None


def _at_old_rate(
    side: str, customer: str | None, currency: str, pairs: Sequence[Pair], rates: Rates
) -> Fraction:
    """What the native amount of period 1 is worth at the rate of period 0, in reporting units.

    The rate is the atom's own (an invoice has its own rate), else that of all the books; where period 0
    has none, or an amount has no rate at all, nothing is said to be FX.
    """
    (reported, native), (now, native_now) = pairs
    if (now == native_now and reported == native) or (customer, currency) in rates.unrated:
        return Fraction(now)
    if reported and native and (reported > 0) == (native > 0):
        return native_now * Fraction(reported, native)
    rate = rates.book.get((side, currency))
    return Fraction(now) if rate is None else native_now * rate


def _add(found: Exact, cause: str, amount: Fraction | int) -> None:
    if amount:
        found[cause] = found.get(cause, Fraction(0)) + amount
