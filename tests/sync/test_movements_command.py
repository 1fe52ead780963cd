"""``movements``: every step of MRR from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import invoice, line, price, session, write
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.cli.main import run
from turbofinops_tui.clock import Clock

ASKED = ("--period", "2019-01..2019-04", "--format")


@pytest.fixture
def root(tmp_path: Path, clock: Clock) -> Path:
    """A customer from 10.00 to 20.00 a month, away for March, back at 5.00."""
    parts = (("1", 1000, "01", "02"), ("2", 2000, "02", "03"), ("3", 500, "04", "05"))
    made = [
        invoice(f"in_{n}", [line(f"il_{n}", amount, f"2019-{a}-01", f"2019-{b}-01")], f"2019-{a}-01")
        for n, amount, a, b in parts
    ]
    books = session(tmp_path, clock)
    import_stripe(books, "stripe-objects", [write(tmp_path / "objects.jsonl", [price("price_m"), *made])])
    books.store.close()
    return tmp_path


def test_every_step_with_its_sums(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["movements", "--root", str(root), *ASKED, "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(row["day"], row["customer"], row["movement"], row["amount"]) for row in found["rows"]] == [
        ("2019-01-01", "cus_1", "new", "10.00"),
        ("2019-02-01", "cus_1", "expansion", "10.00"),
        ("2019-03-01", "cus_1", "churn", "-20.00"),
        ("2019-04-01", "cus_1", "reactivation", "5.00"),
    ]
    assert found["currency"] == "USD"
    assert found["totals"] == {
        "new": "10.00", "expansion": "10.00", "contraction": "0.00", "churn": "-20.00",
        "reactivation": "5.00", "net": "5.00",
    }  # fmt: skip


def test_as_table_and_as_csv(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["movements", "--root", str(root), *ASKED, "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["day,customer,movement,amount", "2019-01-01,cus_1,new,10.00"]
    assert len(lines) == 5
    assert run(["movements", "--root", str(root), *ASKED, "table"]) == 0
    assert "net 5.00" in capsys.readouterr().out
