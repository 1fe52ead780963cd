"""What the heat grid reads off evaluated tables: break-even, retained revenue, levels, texts, colours."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.actions.cohorts_view import break_even, heat_of
from turbofinops_tui.economics.charted import Look, level
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.periods import Range, parse_day
from turbofinops_tui.economics.shown import tight_money, tight_text
from turbofinops_tui.economics.types import BooksId, Row, Slice, Table, Value
from turbofinops_tui.widgets.heat_roles import HEAT, LEAST_CONTRAST, contrast
from turbofinops_tui.widgets.themes import PALETTES

ONE = 10**9
MEASURES = ("revenue", "cost", "margin", "margin_pct", "customers")
IDS = BooksId("f", "r", "s", "w")
TODAY = parse_day("2026-11-24")


def usd(amount: int) -> Money:
    return Money(amount * ONE, "USD")


def values(revenue: int, cost: int) -> tuple[Value, ...]:
    ratio = Ratio(revenue - cost, revenue) if revenue > 0 else None
    return (usd(revenue), usd(cost), usd(revenue - cost), ratio, 1)


def table(by: tuple[str, ...], rows: Sequence[tuple[tuple[str | None, ...], tuple[int, int]]]) -> Table:
    asked = Slice(by=by, measures=MEASURES, range=Range("2026-01..2026-04"))
    made = [Row(key, values(*amounts)) for key, amounts in rows]
    total = Row((None,) * len(by), values(sum(r for _, (r, _) in rows), sum(c for _, (_, c) in rows)))
    return Table(asked, asked.range.resolve(TODAY), "USD", IDS, "now", made, (), (total,))


def heat_tables() -> dict[str, Table]:
    monthly = [("0", (50, 90)), ("1", (100, 70)), ("3", (80, 20))]
    running = [("0", (50, 90)), ("1", (150, 160)), ("3", (230, 180))]
    groups = [(("2026-01",), (230, 180)), (("none",), (0, 5)), ((None,), (0, 9))]
    return {
        "groups": table(("cohort",), groups),
        "cells": table(("cohort", "age"), [(("2026-01", age), amounts) for age, amounts in monthly]),
        "cells_sum": table(("cohort", "age"), [(("2026-01", age), amounts) for age, amounts in running]),
        "all": table(("age",), [((age,), amounts) for age, amounts in monthly]),
        "all_sum": table(("age",), [((age,), amounts) for age, amounts in running]),
    }


def test_the_grid_has_every_age_and_keeps_none_and_nobody_last() -> None:
    heat = heat_of(Look(), heat_tables(), "(unattributed)")
    assert heat.columns == ("0", "1", "2", "3")
    assert [row.label for row in heat.rows] == ["2026-01", "none", "(unattributed)"]
    row = heat.rows[0]
    assert "2" not in row.cells  # a month without a fact is no zero
    assert row.even == "3"
    assert row.cells["3"].retained == Ratio(80 * ONE, 100 * ONE)
    assert row.cells["3"].value(Look(metric="margin")) == usd(50)
    assert row.cells["3"].value(Look(metric="margin", cumulative=False)) == usd(60)
    assert heat.rows[1].even == heat.rows[2].even == ""


def test_break_even_is_the_first_month_that_stays() -> None:
    def even(*amounts: int) -> str:
        return break_even([(str(i), usd(amount)) for i, amount in enumerate(amounts)])

    assert even(-5, 1, -1, 0, 3) == "3"
    assert even(-5, 1, -1) == ""
    assert even(0, 0) == "0"
    assert even() == ""


def test_levels_have_the_sign_of_what_they_show() -> None:
    look = Look()
    assert [level(Ratio(p, 100), look, {}, 4) for p in (-90, -50, -20, -1, 0, 20, 50, 90)] == [
        -4, -3, -2, -1, 1, 2, 3, 4,
    ]  # fmt: skip
    assert level(None, look, {}, 4) == 0
    kept = Look(metric="retained")
    assert level(Ratio(90, 100), kept, {}, 4) == -1
    money = Look(metric="margin")
    assert level(usd(-100), money, {"running margin": 100 * ONE}, 4) == -4
    assert level(usd(100), Look(metric="cost"), {"running cost": 100 * ONE}, 4) == -4


@given(st.integers(-(10**21), 10**21), st.integers(3, 8))
def test_tight_money_fits_and_is_never_zero_for_more_than_half_a_unit(units: int, room: int) -> None:
    text = tight_money(Money(units, "USD"), room)
    assert len(text) <= room
    assert (text == "0") <= (abs(units) <= ONE // 2)
    number, suffix = re.fullmatch(r">?([0-9]*\.?[0-9]+)([kMBT]?)", text).groups()  # type: ignore[union-attr]
    size = float(number) * {"": 1, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[suffix]
    if not text.startswith(">"):
        assert abs(size - abs(units) / ONE) <= max(0.5, abs(units) / ONE * 0.5)


@pytest.mark.parametrize(
    ("value", "room", "text"),
    [
        (Ratio(-12, 10), 3, "<-99"), (Ratio(-12, 10), 4, "-120"), (Ratio(0, 1), 3, "+0"),
        (Ratio(-1, 1000), 3, "0"), (Ratio(1, 1), 3, "+100"), (None, 3, "—"), (usd(-1234), 3, "-1k"),
        (usd(140_000), 3, ".1M"), (usd(140_000), 4, "140k"), (1234, 3, "1k"),
    ],
)  # fmt: skip
def test_tight_text(value: Money | Ratio | int | None, room: int, text: str) -> None:
    assert tight_text(value, room) == text


def _parts(style: str) -> list[tuple[int, int, int]]:
    return [
        (int(found[0:2], 16), int(found[2:4], 16), int(found[4:6], 16))
        for found in re.findall(r"#([0-9a-f]{6})", style)
    ]


@pytest.mark.parametrize("name", ["dark", "light", "contrast", "colourblind"])
def test_every_heat_cell_is_readable(name: str) -> None:
    for role in HEAT:
        text, ground = _parts(PALETTES[name].roles[role])
        assert contrast(text, ground) >= LEAST_CONTRAST, (name, role)
    grounds = {PALETTES[name].roles[role] for role in HEAT}
    assert len(grounds) == len(HEAT)


def test_control_a_pale_pair_is_below_the_least_contrast() -> None:
    assert contrast((200, 200, 200), (255, 255, 255)) < LEAST_CONTRAST
