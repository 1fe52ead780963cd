"""The figures of the overview: tiles with change per day, and the months behind the chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import month_text
from turbofinops_tui.economics.shown import MISSING, compact_text, percent_text
from turbofinops_tui.economics.types import Table, Value

TilePart = tuple[str, str, str, str, tuple[int | None, ...]]
"""label, value, change, role of the change, trend"""


def total(table: Table | None, measure: str) -> Value:
    """The one total of ``measure``, or None (no table, several currencies)."""
    if table is None or len(table.totals) != 1:
        return None
    return table.totals[0].values[table.column(measure)]


def tiles_of(tables: Mapping[str, Table], *, cost_only: bool = False) -> Iterator[TilePart]:
    """Revenue, cost, margin %, losing customers, unattributed: most important first.

    The months (``trend``) and the stretch ``before`` may come later.
    With ``cost_only`` (no revenue at all): cost, unattributed, customers with cost.
    """
    now, so_far, before = tables["now"], tables.get("so_far"), tables.get("before")
    trend = tables.get("trend")
    shown = (("revenue", "Revenue", "gain"), ("cost", "Cost", "loss"))
    for measure, label, up in shown[1 if cost_only else 0 :]:
        change, role = per_day_change(so_far or now, before, measure, up)
        yield label, _compact(total(now, measure)), change, role, series(trend, measure)
    if cost_only:
        yield _unattributed(now, trend)
        yield "Customers with cost", _losing(tables)[1], "", "muted", ()
        return
    yield _margin(now, so_far or now, before, trend)
    yield _losing(tables)
    yield _unattributed(now, trend)


def per_day_change(now: Table, before: Table | None, measure: str, up: str) -> tuple[str, str]:
    """``+4.6% a day`` against the stretch before; amounts per day, so that unequal months compare."""
    new, old = total(now, measure), total(before, measure)
    if before is None or not isinstance(new, Money) or not isinstance(old, Money) or old.units <= 0:
        return "", "muted"
    left = new.units * len(before.days)
    right = old.units * len(now.days)
    ratio = Ratio(left - right, right)
    text = percent_text(ratio)
    if text in ("0.0%", "-0.0%"):
        return "±0.0% a day", "muted"
    down = "loss" if up == "gain" else "gain"
    if ratio.percent() > 0:
        return f"+{text} a day", up
    return f"{text} a day", down


def _margin(now: Table, so_far: Table, before: Table | None, trend: Table | None) -> TilePart:
    value, old = total(now, "margin_pct"), total(before, "margin_pct")
    change, role = "", "muted"
    present = total(so_far, "margin_pct")
    if isinstance(present, Ratio) and isinstance(old, Ratio):
        points = present.percent() - old.percent()
        tenths = round(points * 10)
        sign = "-" if tenths < 0 else "+"
        change = f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} pt"
        role = "gain" if tenths > 0 else "loss" if tenths < 0 else "muted"
    text = percent_text(value) if isinstance(value, Ratio) else MISSING
    return "Gross margin", text, change, role, series(trend, "margin_pct")


def _losing(tables: Mapping[str, Table]) -> TilePart:
    losses = tables.get("losses")
    if losses is None:
        return LOSING, "…", "", "muted", ()
    unbilled = {item.customer for item in losses.unbilled}
    count = sum(row.key[0] not in {None, *unbilled} and not row.others for row in losses.rows)
    customers = total(tables["now"], "customers")
    of = f"of {customers:,}" if isinstance(customers, int) else ""
    return LOSING, f"{count:,}", of, "muted", ()


def losing_notes(verdicts: Table | None) -> tuple[str, ...]:
    """``41 anyway, 23 depend``, long and short: how many lose whatever the split; empty while unknown."""
    if verdicts is None:
        return ()
    from turbofinops_tui.actions.verdicts import losers_of

    found = losers_of(verdicts)
    if not found.lose:
        return ()
    long = f"{found.anyway:,} anyway, {found.depend:,} depend"
    return long, long.replace(",", ""), f"{found.anyway} any. {found.depend} dep."


def _unattributed(now: Table, trend: Table | None) -> TilePart:
    cost, direct, shared = (total(now, name) for name in ("cost", "direct_cost", "shared_cost"))
    if not (isinstance(cost, Money) and isinstance(direct, Money) and isinstance(shared, Money)):
        return "Unattributed", MISSING, "", "muted", ()
    left = cost - direct - shared
    change = f"{percent_text(Ratio(left.units, cost.units), 0)} of cost" if cost.units > 0 else ""
    values = (series(trend, name) for name in ("cost", "direct_cost", "shared_cost"))
    months = tuple(_left(*parts) for parts in zip(*values, strict=True))
    return "Unattributed", _compact(left), change, "muted", months


def _left(cost: int | None, direct: int | None, shared: int | None) -> int | None:
    return None if cost is None else cost - (direct or 0) - (shared or 0)


def _compact(value: Value) -> str:
    return compact_text(value) if isinstance(value, Money) else MISSING


def series(trend: Table | None, measure: str) -> tuple[int | None, ...]:
    """``measure`` per month of a by-month table, None for months without a row; empty without a table.

    Money in store units, ratios in millionths.
    """
    if trend is None:
        return ()
    column = trend.column(measure)
    by_month = {row.key[0]: row.values[column] for row in trend.rows}
    return tuple(_number(by_month.get(month_text(month))) for month in trend.days.months())


def _number(value: Value) -> int | None:
    if isinstance(value, Ratio):
        return round(Fraction(value.numerator * 10**6, value.denominator))
    return value.units if isinstance(value, Money) else value if isinstance(value, int) else None


LOSING = "Losing customers"
"""label of the tile that counts who loses"""
Months = tuple[tuple[str, ...], tuple[int | None, ...], tuple[int | None, ...], tuple[int | None, ...], str]


def trend_of(trend: Table) -> Months:
    """(labels, revenue, cost, margin, currency) for the chart; months before the first row are left out."""
    labels = tuple(month_text(month)[2:] for month in trend.days.months())
    columns = [series(trend, name) for name in ("revenue", "cost", "margin")]
    first = next((i for i in range(len(labels)) if any(column[i] for column in columns)), 0)
    revenue, cost, margin = (column[first:] for column in columns)
    return labels[first:], revenue, cost, margin, trend.currency
