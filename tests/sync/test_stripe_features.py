"""Revenue of mapped and of other products by feature, on the command line, from Stripe's invoices."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import invoice, line, price, session, write
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.cli.main import run
from turbofinops_tui.clock import from_environment

PLANS = {"prod_pro": 1001, "prod_max": 500}


def test_a_fixed_split_and_what_is_not_mapped_add_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-09-01")
    lines = [
        line(f"il_{product}", amount, "2026-08-01", "2026-09-01")
        | {"pricing": {"type": "price_details", "price_details": {"price": "price_m", "product": product}}}
        for product, amount in PLANS.items()
    ]
    path = write(tmp_path / "objects.jsonl", [price("price_m"), invoice("in_1", lines, "2026-08-01")])
    import_stripe(session(tmp_path, from_environment()), "stripe-objects", [path])

    def by_feature() -> dict[str | None, Fraction]:
        capsys.readouterr()
        words = ("--by", "feature", "--measure", "revenue", "--period", "2026-08", "--format", "json")
        assert run(["--root", str(tmp_path), "report", *words]) == 0
        found = json.loads(capsys.readouterr().out)
        assert Fraction(found["totals"]["revenue"]) == Fraction(1501, 100)
        return {row["feature"]: Fraction(row["revenue"]) for row in found["rows"]}

    assert by_feature() == {None: Fraction(1501, 100)}
    split = ("--product", "prod_pro", "--split", "chat=60", "search=40")
    assert run(["--root", str(tmp_path), "features", "add", *split]) == 0
    found = by_feature()
    assert sum(found.values()) == Fraction(1501, 100)
    assert found.keys() == {"chat", "search", None}
    assert found[None] == Fraction(500, 100)
    assert abs(found["chat"] - Fraction(6006, 1000)) < Fraction(1, 100)
