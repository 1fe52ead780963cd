"""Any CSV of costs by a mapping of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.cost_files import session_at, stored, totals
from turbofinops_tui.actions.imports import import_costs, read_again
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError, UsageError

BILL = """\
Day;Amount;Cur;Team Name;Cust;Net
2026-03-02;1.25;usd;web;acme;1.00
2026-03-31T23:30:00-01:00;2;USD;;acme;2.50
"""
MAP = ["day=Day", "cost=amount", "currency=Cur", "tag:team=Team Name", "tag:customer=Cust"]


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = session_at(tmp_path / "root", clock)
    yield opened
    opened.store.close()


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    file = tmp_path / "bill.csv"
    file.write_text(BILL, "utf-8")
    return file


def test_mapped(session: Session, bill: Path) -> None:
    result = import_costs(session, [bill], "Datadog", [*MAP, "billed=Net"])
    assert [period.period for period in result.periods] == ["2026-03", "2026-04"]
    found = {(key[2], key[4]): value for key, value in totals(session).items()}
    assert found == {
        ("2026-03", "effective"): Decimal("1.25"), ("2026-03", "billed"): Decimal("1.00"),
        ("2026-04", "effective"): Decimal(2), ("2026-04", "billed"): Decimal("2.50"),
    }  # fmt: skip
    assert {(key[0], key[5]) for key in stored(session)} == {
        ("2026-03-02", '{"customer":"acme","team":"web"}'),
        ("2026-04-01", '{"customer":"acme"}'),
    }
    with session.store.read() as conn:
        assert conn.execute("SELECT DISTINCT provider, charge_category FROM cost_dimension").fetchall() == [
            ("datadog", "Usage")
        ]
    read_again(session, result.delivery)
    assert {(key[2], key[4]): value for key, value in totals(session).items()} == found
    assert import_costs(session, [bill], "Datadog", [*MAP, "billed=Net"]).unchanged
    assert not import_costs(session, [bill], "Datadog", MAP).unchanged


def test_a_currency_for_the_whole_file(session: Session, bill: Path) -> None:
    import_costs(session, [bill], "s", ["day=Day", "cost=Amount", "currency=EUR"])
    assert {key[3] for key in totals(session)} == {"EUR"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["day=Day", "cost=Amount"], "currency"),
        (["cost=Amount", "currency=Cur"], "day"),
        (["day=Day", "currency=Cur"], "cost"),
        (["day=Day", "day=Cur"], "twice"),
        (["days=Day"], "no field"),
        (["day"], "FIELD=COLUMN"),
        (["tag:=Day"], "no field"),
    ],
)
def test_bad_mappings(session: Session, bill: Path, words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        import_costs(session, [bill], "s", words)


def test_a_mapped_column_that_is_not_there(session: Session, bill: Path) -> None:
    with pytest.raises(DataError) as caught:
        import_costs(session, [bill], "s", ["day=Day", "cost=Price", "currency=Cur"])
    assert (caught.value.line_number, caught.value.column) == (1, "Price")


def test_bad_cells_name_the_mapped_column(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "bill.csv"
    file.write_text(BILL.replace("2.50", "two"), "utf-8")
    with pytest.raises(DataError) as caught:
        import_costs(session, [file], "s", [*MAP, "billed=Net"])
    assert (caught.value.line_number, caught.value.column) == (3, "Net")
    assert totals(session) == {}
