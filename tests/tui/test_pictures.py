"""Sparklines, trends and loss bars: sign by direction, marks for what is off the scale."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from turbofinops_tui.widgets.charts.trend import Trend, draw
from turbofinops_tui.widgets.paint import fit
from turbofinops_tui.widgets.spark import loss_bar, pulse, spark

VALUES = st.lists(st.none() | st.integers(-(10**18), 10**18), max_size=40)


@given(VALUES, st.integers(0, 30))
def test_pictures_fill_their_width_whatever_the_values(values: list[int | None], width: int) -> None:
    assert cell_len(spark(values, width)) == width
    assert cell_len(pulse(values, width)) == width
    assert cell_len(pulse(values, width, "block")) == width


def test_profit_stands_above_the_middle_and_loss_hangs_below() -> None:
    assert pulse([9, -9], 1) == "⢣".replace("⢣", chr(0x2800 | 0x03 | 0xA0))
    assert pulse([None, None, 5, -1], 2) == " " + chr(0x2800 | 0x03 | 0x20)
    assert spark([-10, -1, 10], 3) == "▀▔▇"


@given(st.fractions(-500, 100), st.integers(1, 40), st.integers(0, 40))
def test_a_loss_stands_left_of_the_rule_and_marks_what_is_cut(
    percent: Fraction, left: int, right: int
) -> None:
    before, after = loss_bar(percent, left, right)
    assert (len(before), len(after)) == (left, right)
    assert ("◀" in before) == (percent < -100)
    assert (before.strip() != "") == (percent < 0)
    if percent < 0:
        assert after.strip() == ""


@given(st.text(max_size=20), st.integers(1, 20), st.sampled_from(["left", "right"]))
def test_fit_is_exact(text: str, width: int, align: str) -> None:
    plain = "".join(char for char in text if char.isprintable() and cell_len(char) > 0)
    assert cell_len(fit(plain, width, align)) == width


def test_a_chart_names_its_lines_and_puts_losses_below_zero() -> None:
    one = 10**12
    trend = Trend(("26-01", "26-02", "26-03"), (5 * one, 6 * one, 7 * one), (4 * one, 8 * one, 9 * one),
                  (one, -2 * one, -2 * one), "USD")  # fmt: skip
    lines = draw(trend, 60, 16, "braille")
    text = ["".join(part for part, _ in line) for line in lines]
    assert len(text) == 16
    assert all(cell_len(line) <= 60 for line in text)
    assert any("revenue" in line for line in text)
    assert any("cost" in line for line in text)
    roles = {role for line in lines for _, role in line}
    assert {"line", "line2", "bar", "good_bar"} <= roles
    assert not any("\x1b" in line for line in text)
