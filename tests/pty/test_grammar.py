"""The grammar refuses what it must: each hostile kind is its own known-bad piece."""

from __future__ import annotations

import pytest

from tests.pty.grammar import Refused, check
from tests.unit.hostile import HOSTILE
from turbofinops_tui.safe_text import safe

HARMLESS = {
    *(
        "markup",
        "markup unclosed",
        "long",
        "long marks",
        "zalgo",
        "comes apart",
        "joiner in words",
        "selectors",
    ),
    *("fillers", "supplement selectors", "marks that do not combine by class", "a mark first", "surrogates"),
}
"""kinds without a control, format or unassigned character (or that UTF-8 cannot carry)"""


@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - HARMLESS))
def test_raw_is_refused(kind: str) -> None:
    with pytest.raises(Refused):
        check(HOSTILE[kind].encode("utf-8", "ignore"))


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_safe_passes(kind: str) -> None:
    check(safe(HOSTILE[kind]).encode("utf-8"))


def test_our_own_sequences_pass_and_a_copy_only_when_it_was_asked_for() -> None:
    assert check(b"\x1b[?1049h\x1b[1;1H\x1b[38;2;1;2;3mabc\x1b[0m\x1b[?2026l") == "abc"
    copy = b"\x1b]52;c;YQ==\x07"
    assert check(copy, copies=1) == ""
    with pytest.raises(Refused):
        check(copy)
