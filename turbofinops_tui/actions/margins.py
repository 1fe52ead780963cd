"""What screens say about margins over time: trends, losing streaks, the cost that carries a loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import month_text
from turbofinops_tui.economics.shown import percent_text
from turbofinops_tui.economics.types import Table

Key = str | None


def trends(months: Table, measure: str = "margin") -> dict[Key, tuple[int | None, ...]]:
    """customer -> store units per month of a (customer, month) table, None where it has no row."""
    names = [month_text(month) for month in months.days.months()]
    place = {name: index for index, name in enumerate(names)}
    found: dict[Key, list[int | None]] = {}
    for (customer, month), units in amounts(months, measure):
        at = None if month is None else place.get(month)
        if at is not None and units is not None:
            line = found.get(customer)
            if line is None:
                line = found[customer] = [None] * len(names)
            line[at] = units
    return {customer: tuple(values) for customer, values in found.items()}


def amounts(table: Table, measure: str) -> Iterable[tuple[tuple[Key, ...], int | None]]:
    """(key, store units) of every row; from the columns of an evaluated table, which are the rows' own."""
    columns = getattr(table.rows, "amounts", None)
    if columns is not None:
        found: Iterable[tuple[tuple[Key, ...], int | None]] = columns(measure)
        return found
    at = table.column(measure)
    values = ((row.key, row.values[at]) for row in table.rows)
    return ((key, value.units if isinstance(value, Money) else None) for key, value in values)


def streaks(months: Table, lines: Mapping[Key, Sequence[int | None]] | None = None) -> dict[Key, str]:
    """customer -> first month of the losing streak that reaches the last month with a margin.

    ``lines`` are the table's ``trends`` when they are at hand.
    A streak as long as the table is marked ``<2025-11``: it began before.
    """
    names = [month_text(month) for month in months.days.months()]
    found: dict[Key, str] = {}
    for customer, values in (trends(months) if lines is None else lines).items():
        last = next((i for i in range(len(values) - 1, -1, -1) if values[i] is not None), None)
        if last is None or (values[last] or 0) >= 0:
            continue
        first = last
        while first and (values[first - 1] or 0) < 0:
            first -= 1
        found[customer] = names[first] if first else f"<{names[0]}"
    return found


def carriers(parts: Table) -> Mapping[Key, str]:
    """customer -> ``openai 81% of cost`` from a (customer, X) table of cost: the largest part."""
    column = parts.column("cost")
    totals: dict[Key, int] = {}
    largest: dict[Key, tuple[int, str]] = {}
    for row in parts.rows:
        customer, part = row.key
        value = row.values[column]
        if not isinstance(value, Money) or row.others:
            continue
        totals[customer] = totals.get(customer, 0) + value.units
        if part and value.units > largest.get(customer, (0, ""))[0]:
            largest[customer] = (value.units, part)
    return {
        customer: f"{part} {percent_text(Ratio(units, totals[customer]), 0)} of cost"
        for customer, (units, part) in largest.items()
        if totals[customer] > 0
    }
