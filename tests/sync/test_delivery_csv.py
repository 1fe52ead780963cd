"""The files that API sources write: exact, stable, and read back with model, basis and named customer."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from turbofinops_tui.actions.customers import list_customers
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.session import open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.paths import resolve
from turbofinops_tui.sync.pull.delivery_csv import CostRow, write_delivery

DAY = parse_day("2026-03-04")
ROWS = [
    CostRow(DAY, Decimal("0.1"), Decimal("8E-7"), "USD", "API", "openai", "proj", tags={"team": "ä,b"}),
    CostRow(
        DAY, Decimal(0), Decimal("-1.50"), "USD", "API", "openai", "proj", model="gpt-4o", basis="priced",
        customer="acme", quantity=Decimal(12), unit="tokens", category="AI and Machine Learning",
    ),
]  # fmt: skip


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    write_delivery(tmp_path / "a.csv", "2026-03", ROWS)
    assert write_delivery(tmp_path / "b.csv", "2026-03", reversed(ROWS)) == 2
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert "0.0000008" in (tmp_path / "a.csv").read_text()


def test_model_basis_and_customer_reach_the_dimension(tmp_path: Path, clock: Clock) -> None:
    session = open_session(resolve(root=str(tmp_path / "home")), clock)
    write_delivery(tmp_path / "a.csv", "2026-03", ROWS)
    result = import_focus(session, [tmp_path / "a.csv"], "openai")
    assert result.periods[0].totals == {("USD", "effective"): "-1.4999992", ("USD", "billed"): "0.1"}
    assert result.new_customers == 1
    with session.store.read() as conn:
        found = conn.execute(
            "SELECT model, cost_basis, names_customer, unit, category FROM cost_dimension ORDER BY model"
        ).fetchall()
    assert found == [
        ("", "billed", "", "", ""),
        ("gpt-4o", "priced", "acme", "tokens", "AI and Machine Learning"),
    ]
    assert [item.customer.ref for item in list_customers(session)] == ["acme"]
