"""``whatif``: a scenario replayed over a customer's real months; the books change, ``evaluate`` does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from turbofinops_tui.actions.explaining import literal
from turbofinops_tui.actions.model_prices import ModelPrices
from turbofinops_tui.economics.money import Money, half_even, scale, to_decimal
from turbofinops_tui.economics.periods import Range, month_of_day, month_text, parse_day, parse_month
from turbofinops_tui.economics.scenario import (
    PRICED_KINDS,
    TOKEN_MEASURES,
    CostChange,
    Parts,
    Price,
    Scenario,
    kept_shares,
    replaced,
    repriced,
    saved,
    subscribed,
)
from turbofinops_tui.economics.types import BooksId, Condition, Revenue, Row, Slice, Table
from turbofinops_tui.errors import MissingDataError, NotFoundError, UsageError
from turbofinops_tui.store.books_id import whole_id

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.books import FactBooks

MEASURES = ("revenue", "cost", "ai_cost", "margin", "margin_pct")
PART = ("provider", "service", "model")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A customer's months and everybody's total, as they are and under a scenario."""

    customer: str
    scenario: Scenario
    now: Table
    """by customer and month"""
    then: Table
    all_now: Table
    """without dimensions: the whole business"""
    all_then: Table
    notes: tuple[str, ...]

    @property
    def gain(self) -> Money | None:
        """What the customer's margin gains; None where there is no margin."""
        return _change(self.now, self.then)

    @property
    def gain_of_all(self) -> Money | None:
        """What the whole margin gains: others carry other shares."""
        return _change(self.all_now, self.all_then)


def _change(now: Table, then: Table) -> Money | None:
    pair = [total_of(table, "margin") for table in (now, then)]
    return None if pair[0] is None or pair[1] is None else pair[1] - pair[0]


def total_of(table: Table, measure: str) -> Money | None:
    """The one total of a measure of money."""
    value = table.totals[0].values[table.column(measure)] if len(table.totals) == 1 else None
    return value if isinstance(value, Money) else None


def whatif(reports: Reports, customer: str, scenario: Scenario, asked: Slice) -> WhatIf:
    """Replay ``scenario`` over the months of ``asked`` (its range, bases and options count).

    Raises NotFoundError for an unknown customer, UsageError and MissingDataError where it cannot be answered.
    """
    reports.refresh()
    return Replay(reports, customer, asked).answer(scenario)


class Replay:
    """One customer over one slice: any number of scenarios on the same books (one thread)."""

    def __init__(self, reports: Reports, customer: str, asked: Slice) -> None:
        self.reports = reports
        self.books = reports.books()
        self.ref = known_customer(reports, customer)
        base = replace(asked, having=(), sort=(), top=None, compare="", cumulative=False, view="saved")
        where = (*asked.where, Condition("customer", literal(self.ref)))
        self.slice = replace(base, by=("customer", "month"), measures=MEASURES, where=where)
        self.all = replace(base, by=(), measures=MEASURES)
        self.currency = asked.currency or self.books.settings.currency
        if self.currency == "native":
            raise UsageError("--currency native cannot be replayed", "name a currency")
        self.now = self._own(self._table(self.books, self.slice))
        self.all_now = self._table(self.books, self.all)

    def answer(self, scenario: Scenario) -> WhatIf:
        """The months under ``scenario`` beside what they are."""
        books, notes = self.changed(scenario)
        then = self._own(self._table(books, self.slice))
        return WhatIf(
            self.ref, scenario, self.now, then, self.all_now, self._table(books, self.all), tuple(notes)
        )

    def _table(self, books: FactBooks, asked: Slice) -> Table:
        from turbofinops_tui.economics.evaluate import evaluate

        clock, ids = self.reports.session.clock, self.reports.ids()
        if books is not self.books:
            facts = books.facts_id[:8]
            ids = BooksId(facts, ids.rules, ids.settings, whole_id(facts, ids.rules, ids.settings))
        rules = self.reports.rules()
        return evaluate(books, rules, asked, today=clock.today(), as_of=clock.stamp(), books_id=ids)

    def _own(self, table: Table) -> Table:
        """The rows of this customer alone: patterns of a slice ignore case."""
        return replace(table, rows=[row for row in table.rows if row.key[0] == self.ref])

    # --- the facts of a scenario ----------------------------------------------------------------

    def changed(self, scenario: Scenario) -> tuple[FactBooks, list[str]]:
        """The books under a scenario, and what to know about it."""
        notes: list[str] = []
        books = self._priced(scenario.price, notes) if scenario.price is not None else self.books
        changes: list[CostChange] = []
        for old, new in scenario.models:
            changes += self._model(old, new, notes)
        if scenario.caps and scenario.models:
            raise UsageError("--cap and --model exclude each other", "ask for them one after the other")
        if len(scenario.caps) > 1:
            raise UsageError("more than one --cap", "ask for them one after the other")
        for measure, most in scenario.caps:
            changes += self._cap(measure, Fraction(most), notes)
        if changes:
            from turbofinops_tui.economics.books.scenario import with_costs

            books = with_costs(books, changes, self.currency)
        return books, notes

    def _priced(self, price: Price, notes: list[str]) -> FactBooks:
        from turbofinops_tui.economics.books.scenario import with_revenue
        from turbofinops_tui.economics.evaluate.kept import directory_of

        if self.slice.revenue != "recognised":
            raise UsageError("a price cannot be replayed on the cash basis", "use --basis recognised")
        directory = directory_of(self.books.facts, self.reports.rules())
        at = directory.find("", self.ref)
        monthly = price.monthly
        kinds = PRICED_KINDS if monthly is None else PRICED_KINDS[:1]

        def make(rows: list[Revenue]) -> list[Revenue]:
            if monthly is None:
                return repriced(rows, price.percent or Decimal(0))
            if not rows:
                notes.append("no subscription yet: the price is taken in every month with revenue or cost")
            months = sorted({parse_month(str(row.key[1])) for row in self.now.rows})
            return subscribed(rows, self.ref, monthly, self.currency, months)

        notes.append("the price holds on every day that is subscribed now; nobody leaves or uses less for it")
        return with_revenue(
            self.books, lambda text: directory.named(text) == at, kinds, make, covering=monthly is not None
        )

    def _cap(self, measure: str, most: Fraction, notes: list[str]) -> list[CostChange]:
        costs = self._costs("ai_cost")
        if measure == "ai_cost":
            values = {
                day: Fraction(sum(parts.values()), scale(self.currency)) for day, parts in costs.items()
            }
        else:
            values = self._usage((measure,))[measure]
            blind = {month_of_day(day) for day in costs} - {month_of_day(day) for day in values}
            if blind:
                months = ", ".join(month_text(month) for month in sorted(blind))
                raise MissingDataError(
                    f"no {measure} of {self.ref} are known in {months}",
                    "import meter, gateway or trace evidence",
                )
        notes.append("in a month, AI use ends on the day the cap is reached; revenue stays as it is")
        return saved(self.ref, costs, kept_shares(values, most))

    def _model(self, old: str, new: str, notes: list[str]) -> list[CostChange]:
        where = (Condition("model", old),)
        costs = self._costs("cost", where)
        if not costs:
            raise MissingDataError(f"{self.ref} has no cost of model {old} here", "see `report --by model`")
        tokens = self._usage(TOKEN_MEASURES, where)
        seen = {month_of_day(day) for values in tokens.values() for day, count in values.items() if count}
        blind = sorted({month_of_day(day) for day in costs} - seen)
        if blind:
            months = ", ".join(map(month_text, blind))
            raise MissingDataError(
                f"how many tokens of {old} {self.ref} used in {months} is not known",
                "import meter, gateway or trace evidence with tokens",
            )
        prices = ModelPrices(self.reports, self.slice.cost, self.currency)
        found = replaced(self.ref, costs)
        seller = prices.provider(old)
        provider = prices.provider(new) or seller
        for day in sorted({day for values in tokens.values() for day in values}):
            spent = Fraction(0)
            for measure in TOKEN_MEASURES:
                count = tokens[measure].get(day, Fraction(0))
                if count:
                    spent += count * prices.per_token(new, measure.removesuffix("_tokens"), day, seller)
            units = half_even(spent * scale(self.currency))
            if units:
                found.append(CostChange(self.ref, day, provider, prices.service(new), new, units))
        notes.append(f"the tokens used on {old}, at {prices.origin} of {new}; as many tokens are assumed")
        return found

    # --- what the books say of single days ------------------------------------------------------

    def _costs(self, measure: str, where: Sequence[Condition] = ()) -> dict[int, Parts]:
        """day -> (provider, service, model) -> store units of the customer."""
        asked = replace(
            self.slice, by=("customer", "day", *PART), measures=(measure,), where=(*self.slice.where, *where)
        )
        found: dict[int, dict[tuple[str, str, str], int]] = {}
        for row in self._own(self._table(self.books, asked)).rows:
            value = row.values[0]
            if isinstance(value, Money) and value.units:
                parts = found.setdefault(parse_day(str(row.key[1])), {})
                name = (row.key[2] or "", row.key[3] or "", row.key[4] or "")
                parts[name] = parts.get(name, 0) + value.units
        return dict(found)

    def _usage(
        self, measures: tuple[str, ...], where: Sequence[Condition] = ()
    ) -> dict[str, dict[int, Fraction]]:
        """measure -> day -> how much of it the customer used."""
        asked = replace(
            self.slice, by=("customer", "day"), measures=measures, where=(*self.slice.where, *where)
        )
        rows = self._own(self._table(self.books, asked)).rows
        return {
            name: {
                parse_day(str(row.key[1])): found for row in rows if (found := _number(row, at)) is not None
            }
            for at, name in enumerate(measures)
        }


def _number(row: Row, at: int) -> Fraction | None:
    value = row.values[at]
    return Fraction(value) if isinstance(value, str | int) else None


def known_customer(reports: Reports, text: str) -> str:
    """The reference of a customer; NotFoundError when there is none."""
    from turbofinops_tui.economics.evaluate.kept import directory_of

    directory = directory_of(reports.books().facts, reports.rules())
    at = directory.find("", text)
    if at is None:
        raise NotFoundError(f"there is no customer {text!r}", "see `turbofinops customers list`")
    return directory.customers[at].ref


def plan_price(reports: Reports, plan: str, asked: Slice) -> Price:
    """What customers of a plan pay a month: the lower median of their subscriptions last month."""
    where = (Condition("plan", literal(plan)), Condition("kind", "subscription"))
    month = replace(
        asked, by=("customer",), measures=("revenue",), range=Range("last-month"), where=where,
        having=(), sort=(), top=None, compare="", cumulative=False, view="saved",
    )  # fmt: skip
    table = reports.table(month)
    paid = sorted(
        value.units
        for row in table.rows
        if row.key[0] is not None and isinstance(value := row.values[0], Money) and value.units > 0
    )
    if not paid:
        raise NotFoundError(f"nobody paid for the plan {plan!r} last month", "see `report --by plan`")
    return Price(monthly=to_decimal(paid[(len(paid) - 1) // 2], table.currency))
