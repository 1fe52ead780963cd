"""A 50 MB file of events with one broken line: named by file and line, and the store stays as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import by_month, charge, event, session, write
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError

EVENTS = 400
FILLER = "x" * 130_000
BROKEN = 317


def test_one_broken_line_in_fifty_megabytes(tmp_path: Path, clock: Clock) -> None:
    books = session(tmp_path / "home", clock)
    first = write(
        tmp_path / "first.jsonl", [event("evt_0", "charge.succeeded", charge("ch_0", 700, "2026-01-02"), 5)]
    )
    import_stripe(books, "stripe-events", [first])
    path = tmp_path / "big.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for number in range(1, EVENTS + 1):
            made = charge(f"ch_{number}", 100, "2026-01-02", description=FILLER)
            text = json.dumps(event(f"evt_{number}", "charge.succeeded", made, 10))
            out.write((text[:-1] if number == BROKEN else text) + "\n")
    assert path.stat().st_size > 50e6
    with pytest.raises(DataError) as caught:
        import_stripe(books, "stripe-events", [path])
    said = caught.value.line()
    assert "big.jsonl" in said
    assert f"line {BROKEN}" in said or f":{BROKEN}" in said
    assert by_month(books) == {"2026-01": 700}
    with books.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM stripe_event").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM delivery").fetchone() == (1,)
    os.unlink(path)
