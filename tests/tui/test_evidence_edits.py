"""Rules that say how spans are read, edited in the running app: evidence follows without a new start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.one_number.traces import Use, write_spans
from tests.tui.conftest import Opener
from tests.tui.driving import press, running, shown
from turbofinops_tui.actions.links import add_rule
from turbofinops_tui.actions.otlp_imports import import_otlp
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Link, Match, Slice
from turbofinops_tui.screens.links import LinksScreen

DAY = "2026-11-20"
ASKED = Slice(by=("feature",), measures=("requests",), range=Range("2026-11"))


@pytest.fixture
def traced(empty: Opener) -> Opener:
    """One routed request of an open day, and a disabled link that names its feature."""
    session = empty.open()
    use = Use("a1", "1", DAY, "api", 100, customer="acme", route="/chat")
    import_otlp(session, [write_spans(empty.paths.store.parent / "s.jsonl", [use])])
    link = Link("chat", "feature", Match((("route", "GET /chat"),)), feature="chat")
    add_rule(session, replace(link, enabled=False))
    session.store.close()
    return empty


def features(opener: Opener) -> list[str | None]:
    session = opener.open()
    found = [row.key[0] for row in Reports(session).table(ASKED).rows]
    session.store.close()
    return found


async def test_switching_and_removing_a_link_of_routes_reads_the_spans_anew(traced: Opener) -> None:
    assert features(traced) == [None]
    async with running(traced, (120, 40), "links") as (app, pilot):
        assert isinstance(app.frame, LinksScreen)
        await press(pilot, "o")
        assert features(traced) == ["chat"]
        assert any("chat" in line for line in shown(app))
        await press(pilot, "u")
        assert features(traced) == [None]
        await press(pilot, "U", "delete")
        assert features(traced) == [None]
