"""A measure is the same number whether it is asked alone or beside all others."""

from __future__ import annotations

import pytest

from tests.one_number.program import Program
from turbofinops_tui.economics.types import MEASURES

SLICES = (("customer",), ("cohort", "age"), ("provider", "service"), ("month", "feature"), ("kind",))


@pytest.mark.parametrize("by", SLICES)
def test_asked_alone_and_together(demo: Program, by: tuple[str, ...]) -> None:
    words = ("report", "--by", ",".join(by), "--period", "-3m", "--sort", f"{by[0]}:asc")
    together = demo.json(*words, "--measure", ",".join(MEASURES))
    known = {tuple(row[name] for name in by): row for row in together["rows"]}
    for measure in MEASURES:
        alone = demo.json(*words, "--measure", measure)
        assert alone["totals"][measure] == together["totals"][measure], measure
        for row in alone["rows"]:
            key = tuple(row[name] for name in by)
            assert row[measure] == known[key][measure], (measure, key)
