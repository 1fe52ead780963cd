"""The mask hides names and amounts in everything that is drawn, and nothing true leaves the screen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.masking import customer_names
from turbofinops_tui.store.customers import save_customer
from turbofinops_tui.widgets.mask import Mask

BLACK = Color(0, 0, 0)
NAMES = ("acme", "acme-corp", "Bolt GmbH", "日本商事", "x")


def words(text: str) -> set[str]:
    """Words as they could be names."""
    return set(re.findall(r"[\w.@-]+", text.casefold()))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("acme-corp  $1,234.50", "client-2   $•,•••.••"),
        ("Bolt GmbH lost 2026-10", "client-3  lost 2026-10"),
        ("日本商事  12", "client-5  ••"),
        (" 1 Overview  2 Customers", " 1 Overview  2 Customers"),
        ("books 7f3a-21c9  at 12:30", "books 7f3a-21c9  at 12:30"),
        ("-47.6%  <-999%  $141k", "-••.•%  <-•••%  $•••k"),
        ("acme-c…  AmazonEC2", "c2    …  AmazonEC2"),
        ("customer=acme", "customer=c1  "),
        ("acmed", "acmed"),
    ],
)
def test_names_and_figures_are_others_of_the_same_width(text: str, masked: str) -> None:
    mask = Mask(NAMES)
    assert mask.masked(text) == masked
    assert cell_len(masked) == cell_len(text)


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=12), max_size=6))
def test_lines_keep_their_width_and_style_however_they_are_cut(parts: list[str]) -> None:
    mask = Mask(NAMES)
    segments = [Segment(part, Style(bold=bool(n % 2))) for n, part in enumerate([*parts, "acme $12.50"])]
    found = mask.apply(segments, BLACK)
    assert cell_len("".join(s.text for s in found)) == cell_len("".join(s.text for s in segments))
    assert "12.50" not in "".join(segment.text for segment in found)


@pytest.mark.parametrize("size", SIZES)
async def test_no_name_and_no_amount_is_drawn_on_any_screen(opener: Opener, size: tuple[int, int]) -> None:
    names = {name.casefold() for name in customer_names(opener.open()) if len(name) > 3}
    async with running(opener, size) as (app, pilot):
        before = "\n".join(shown(app))
        assert words(before) & names, "control: names are drawn without the mask"
        assert re.search(r"\$[0-9]", before)
        await press(pilot, "Z")
        for keys in (
            (),
            ("2",),
            ("down", "enter"),
            ("escape",),
            ("f",),
            ("escape",),
            ("6",),
            ("8",),
            ("9",),
            ("L",),
        ):
            await press(pilot, *keys)
            for line in shown(app):
                assert not words(line) & names, line
                assert not re.search(r"[$€][0-9]|[0-9]\.[0-9]", line), line
        assert any("MASKED" in line for line in shown(app))


async def test_exports_and_copies_are_refused_until_it_is_off(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "Z")
        for key in ("x", "y", "Y"):
            await press(pilot, key)
            assert app.frame is not None
            assert app.screen is app.frame
            assert "are masked" in app.frame.status.text
        await press(pilot, "Z", "x")
        assert app.screen.is_modal


async def test_a_customer_that_comes_later_is_masked_too(opener: Opener) -> None:
    async with running(opener, screen="customers") as (app, pilot):
        await press(pilot, "Z")
        assert app.mask is not None
        assert "newcomer-inc" not in app.mask.names
        session = opener.open()
        with session.store.write("test") as txn:
            save_customer(txn, "newcomer-inc")
        app.action_reload()
        await settle(pilot)
        assert "newcomer-inc" in app.mask.names
