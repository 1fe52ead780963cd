"""The figures of a bridge, asked of ``evaluate``: two periods of the same books under the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.bridge import OF_KIND, PLAN, Atom, Bridge, Pair, Rates, Side, bridge_rows
from turbofinops_tui.economics.evaluate.answer import NO_ID, evaluate
from turbofinops_tui.economics.evaluate.quantities import quantities
from turbofinops_tui.economics.measures import check_names, lacks
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Days, Range, day_text
from turbofinops_tui.economics.types import Books, BooksId, Key, Rules, Slice, SourceState, Table, Value
from turbofinops_tui.errors import UsageError

NOT_BY = ("day", "week", "month", "age", "currency", "class", "link")
"""dimensions that a bridge is not by: a time moves with the period, the others are causes or have none"""


def causes(
    books: Books,
    rules: Rules,
    before: Days,
    after: Days,
    *,
    today: int,
    by: str = "customer",
    options: Slice = Slice(),  # noqa: B008 (frozen)
    as_of: str = "",
    books_id: BooksId = NO_ID,
    ends: tuple[str, str] = ("", ""),
) -> Bridge:
    """Why the margin of ``after`` differs from that of ``before``, per value of ``by`` (numbers.md 5).

    ``options`` gives basis, cost, currency, tax, credits, estimates, shared and filters; the rest of it
    does not count; ``ends`` are the periods as written. Raises UsageError for a dimension that revenue or
    cost does not have, and natively.
    """
    check_by(by)
    facts = cast(FactBooks, books)
    if options.currency == "native":
        raise UsageError("a bridge is in one currency", "leave --currency native out")
    ask = _Ask(facts, rules, by, options, today, as_of, books_id)
    old, new = ask.side(before), ask.side(after)
    rates = Rates(_book_rates(old.atoms.values()), frozenset(old.unrated | new.unrated))
    return Bridge(
        by, ends if any(ends) else (_span(before), _span(after)), before, after,
        options.currency or facts.settings.currency, books_id, as_of,
        bridge_rows(old.atoms, new.atoms, rates), (old.margin, new.margin), new.states,
        _notes(before, after, old, new),
    )  # fmt: skip


def _span(days: Days) -> str:
    return f"{day_text(days.start)}..{day_text(days.end - 1)}"


def check_by(by: str) -> None:
    """UsageError for a dimension that a bridge cannot be by."""
    check_names((by,), ())
    if by in NOT_BY or lacks("revenue", by) or lacks("cost", by):
        raise UsageError(f"a bridge is not by {by}", "use customer, cohort, plan, feature or attr:KEY")


@dataclass(frozen=True, slots=True)
class _Found:
    """One period: its atoms, its margin as the report says, and what goes with it."""

    atoms: dict[Atom, Side]
    margin: int
    unrated: set[tuple[str | None, str]]
    states: tuple[SourceState, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ask:
    books: FactBooks
    rules: Rules
    by: str
    options: Slice
    today: int
    as_of: str
    books_id: BooksId

    @property
    def keys(self) -> tuple[str, ...]:
        return ("customer",) if self.by == "customer" else (self.by, "customer")

    def table(self, days: Days, by: tuple[str, ...], measures: tuple[str, ...], currency: str) -> Table:
        """One table of the period."""
        span = Range(start=day_text(days.start), end=day_text(days.end))
        asked = replace(
            self.options, by=by, measures=measures, range=span, currency=currency, having=(), sort=(),
            top=None, compare="", cumulative=False,
        )  # fmt: skip
        return evaluate(
            self.books, self.rules, asked, today=self.today, as_of=self.as_of, books_id=self.books_id
        )

    def side(self, days: Days) -> _Found:
        """All figures of one period."""
        atoms: dict[Atom, Side] = {}
        own = self.options.currency or self.books.settings.currency
        sales = (*self.keys, "kind", "currency")
        for key, (amount,) in self._pairs(days, sales, ("revenue",), own):
            at = (OF_KIND.get(str(key[-2]), PLAN), str(key[-1]))
            into = self._atom(atoms, key).sales
            into[at] = _plus(into.get(at), amount)
        costs = (*self.keys, "provider", "service", "currency")
        measures = ("cost", "shared_cost")
        for key, (cost, shared) in self._pairs(days, costs, measures, own):
            side, currency = self._atom(atoms, key), str(key[-1])
            at_service = ((key[-3] or "", key[-2] or ""), currency)
            whole = _plus(cost, (-shared[0], -shared[1]))
            side.cost[at_service] = _plus(side.cost.get(at_service), whole)
            side.shared[currency] = _plus(side.shared.get(currency), shared)
        for used, units in quantities(self.books, self.rules, self.options, days, self.keys).items():
            self._atom(atoms, used).quantity[used[-2] or "", used[-1] or ""] = units
        whole_table = self.table(days, (), ("revenue", "cost", "margin"), own)
        lost = {(item.customer, item.amount.currency) for item in whole_table.unconverted}
        margin = _units(whole_table.totals[0].values[2])
        return _Found(atoms, margin, lost, whole_table.states, whole_table.warnings)

    def _pairs(
        self, days: Days, by: tuple[str, ...], measures: tuple[str, ...], own: str
    ) -> Iterator[tuple[Key, tuple[Pair, ...]]]:
        """Every row with its amounts in the reporting currency and natively; the second question is
        asked only where another currency is about."""
        reported = {
            row.key: [_units(v) for v in row.values] for row in self.table(days, by, measures, own).rows
        }
        native: dict[Key, list[int]] = {}
        if any(key[-1] != own for key in reported):
            rows = self.table(days, by, measures, "native").rows
            native = {row.key: [_units(v) for v in row.values] for row in rows if row.key in reported}
        for key, amounts in reported.items():
            others = native.get(key, amounts) if key[-1] != own else amounts
            yield key, tuple(zip(amounts, others, strict=True))

    def _atom(self, atoms: dict[Atom, Side], key: Key) -> Side:
        atom = (key[0], key[len(self.keys) - 1])
        return atoms.setdefault(atom, Side())


def _plus(first: Pair | None, second: Pair) -> Pair:
    return second if first is None else (first[0] + second[0], first[1] + second[1])


def _units(value: Value) -> int:
    return value.units if isinstance(value, Money) else 0


def _book_rates(sides: Iterable[Side]) -> dict[tuple[str, str], Fraction]:
    """What each currency was worth on average; where the sums say nothing there is no rate."""
    sums: dict[tuple[str, str], Pair] = {}
    for side in sides:
        held = [(("revenue", at[1]), pair) for at, pair in side.sales.items()]
        held += [(("cost", at[1]), pair) for at, pair in side.cost.items()]
        held += [(("cost", currency), pair) for currency, pair in side.shared.items()]
        for key, pair in held:
            sums[key] = _plus(sums.get(key), pair)
    return {key: Fraction(*pair) for key, pair in sums.items() if pair[0] * pair[1] > 0}


def _notes(before: Days, after: Days, old: _Found, new: _Found) -> tuple[str, ...]:
    notes = list(dict.fromkeys((*old.warnings, *new.warnings)))
    if len(before) != len(after):
        notes.append(
            f"the periods have {len(before)} and {len(after)} days: part of each change is their length"
        )
    return tuple(notes)
