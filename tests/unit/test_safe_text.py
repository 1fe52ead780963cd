"""The sanitising boundary: nothing that acts gets out, honest names come through as they are."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.hostile import HOSTILE
from turbofinops_tui.safe_text import LIMIT, REPLACEMENT, safe

FORBIDDEN = {"Cc", "Cs", "Zl", "Zp", "Cn", "Co"}
JOINER = "\u200d"
NASTY = st.text(
    st.sampled_from(
        "a\u0301\u0302\u20dd\u0e47\ufe0f\ufe0e\u200d\u200b\u202e\x1b[\x9b\U0001f468\U0001f469\u2764\u3164\ufb2c\ud800"
    ),
    max_size=40,
)


def _is_harmless(text: str) -> bool:
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        if category in FORBIDDEN or (category == "Cf" and char != JOINER):
            return False
        if char == JOINER and (index in (0, len(text) - 1) or "a" in text[index - 1 : index + 2 : 2]):
            return False
    return True


def _most_marks(text: str) -> int:
    most = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        most = max(most, run)
    return most


def _holds(text: str) -> None:
    shown = safe(text)
    assert _is_harmless(shown)
    assert _most_marks(shown) <= 4  # three marks and one style selector
    assert len(shown) <= LIMIT
    assert safe(shown) == shown
    assert unicodedata.is_normalized("NFC", shown)
    shown.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_made_harmless(text: str) -> None:
    _holds(text)


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_made_harmless(text: str) -> None:
    _holds(text)


@given(NASTY)
def test_nasty_mixtures_are_made_harmless(text: str) -> None:
    _holds(text)


def test_the_check_itself_sees_each_kind_of_harm() -> None:
    harmful = ["\x1b[2J", "\x9b", "\u202e", "\u200b", "\ud800", "a\u200db", "\u2028", "\ue000", "\U000e0041"]
    assert [text for text in harmful if _is_harmless(text)] == []


@pytest.mark.parametrize(
    "name",
    [
        "Acme, Inc.",
        "Łódź Żabka",
        "naïve café",
        "日本語株式会社",
        "Ελλάδα",
        "Việt Nam",
        "한국",
        "👩‍👩‍👧‍👦",
        "❤️",
        "🏳️‍🌈",
        "1️⃣",
    ],
)
def test_an_honest_name_comes_through(name: str) -> None:
    assert safe(name) == unicodedata.normalize("NFC", name)


def test_markup_is_text_and_stays() -> None:
    assert safe(HOSTILE["markup"]) == HOSTILE["markup"]


def test_what_acts_is_replaced_one_for_one() -> None:
    assert safe("a\x1b[2Jb\u202ec") == f"a{REPLACEMENT}[2Jb{REPLACEMENT}c"


def test_a_long_text_is_cut_with_a_mark() -> None:
    assert safe("abcdef", 4) == "abc…"
    assert len(safe("é" * 1000)) == LIMIT


def test_other_objects_are_shown_as_their_text() -> None:
    assert safe(12) == "12"
    assert safe(None) == "None"
