"""From stored amounts to file and line, and back: the lines found hold exactly what is stored."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.cost_files import csv_text, focus_file, focus_row, parquet_of, session_at
from turbofinops_tui.actions.imports import import_costs, import_focus
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import to_units
from turbofinops_tui.errors import NotFoundError
from turbofinops_tui.sync.rollup.locate import Stored, locate_rows, row_at

ROWS = [
    focus_row(Tags='{"customer":\n "acme"}', ConsumedQuantity="1", ConsumedUnit="Hours"),
    focus_row(BilledCost="2", Tags='"Customer": "acme"', ConsumedQuantity="NULL", ConsumedUnit="Hours"),
    focus_row(BilledCost="3", Tags='{"customer": "acme"}', ConsumedQuantity="1", ConsumedUnit="Hours"),
    focus_row(BilledCost="5", Tags='{"customer": "ac', ConsumedQuantity="1", ConsumedUnit="Hours"),
    focus_row(
        BilledCost="7",
        ChargePeriodStart="2026-03-02T23:00:00-05:00",
        ConsumedQuantity="1",
        ConsumedUnit="Hours",
    ),
    focus_row(BilledCost="11", BillingPeriodStart="2026-04-01", ConsumedQuantity="1", ConsumedUnit="Hours"),
]


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = session_at(tmp_path / "root", clock)
    yield opened
    opened.store.close()


def amounts(session: Session) -> dict[Stored, tuple[int, int, str]]:
    with session.store.read() as conn:
        return {
            Stored(*row[:3]): row[3:]
            for row in conn.execute(
                "SELECT c.batch, c.day, c.dimension, c.effective, c.billed, d.currency FROM cost_daily c"
                " JOIN ingest_batch b ON b.id = c.batch AND b.state = 'active' JOIN"
                " cost_dimension d ON d.id = c.dimension"
            )
        }


def check_all(session: Session, source: str, lines: int) -> None:
    """Every stored amount is the rounded sum of the rows that are found for it, and each line is found
    once.
    """
    stored = amounts(session)
    located = locate_rows(session.store, session.paths.received, stored)
    assert located.missing == []
    assert set(located.rows) == set(stored)
    every = [row for rows in located.rows.values() for row in rows]
    assert len(every) == len(set(every)) == lines
    for key, rows in located.rows.items():
        assert rows == sorted(rows, key=lambda row: (row.file, row.line))
        found = [row_at(session.store, session.paths.received, source, row.file, row.line) for row in rows]
        assert {item.stored for item in found} == {key}
        currency = stored[key][2]
        assert to_units(sum((item.effective for item in found), Decimal(0)), currency) == stored[key][0]
        assert to_units(sum((item.billed for item in found), Decimal(0)), currency) == stored[key][1]


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet", "blank.csv"])
def test_there_and_back(session: Session, tmp_path: Path, form: str) -> None:
    text = csv_text(ROWS)
    file = tmp_path / f"bill.{form}"
    if form == "csv":
        file.write_text(text, "utf-8")
    elif form == "csv.gz":
        file.write_bytes(gzip.compress(text.encode()))
    elif form == "parquet":
        focus_file(tmp_path / "x.csv", *ROWS)
        parquet_of(tmp_path / "x.csv", file)
    else:
        file.write_text("\n\n".join(csv_text(ROWS[1:]).splitlines()), "utf-8")
    import_focus(session, [file], "s")
    check_all(session, "s", len(ROWS) - (form == "blank.csv"))


def test_physical_lines(session: Session, tmp_path: Path) -> None:
    file = focus_file(tmp_path / "bill.csv", *ROWS)
    import_focus(session, [file], "s")
    lines = file.read_text("utf-8").split("\n")
    for key, rows in locate_rows(session.store, session.paths.received, amounts(session)).rows.items():
        for row in rows:
            assert lines[row.line - 1].startswith(("1.00", "2", "3", "5", "7", "11")), key
    with pytest.raises(NotFoundError, match="no row on line 1"):
        row_at(session.store, session.paths.received, "s", "bill.csv", 1)
    with pytest.raises(NotFoundError):
        row_at(session.store, session.paths.received, "s", "bill.csv", 99)
    with pytest.raises(NotFoundError):
        row_at(session.store, session.paths.received, "s", "ill.csv", 2)
    # the second line of the record that line 2 begins
    assert (
        row_at(session.store, session.paths.received, "s", "bill.csv", 3).stored
        == row_at(session.store, session.paths.received, "s", str(file), 2).stored
    )


def test_several_files_and_left_out_keys(session: Session, tmp_path: Path) -> None:
    rows = [focus_row(Tags=f'{{"request": "r{place}", "c": "{place % 3}"}}') for place in range(2100)]
    one, two = focus_file(tmp_path / "a.csv", *rows[:1000]), focus_file(tmp_path / "b.csv", *rows[1000:])
    assert import_focus(session, [one, two], "s").warnings
    located = locate_rows(session.store, session.paths.received, amounts(session))
    assert sorted(len(found) for found in located.rows.values()) == [700, 700, 700]
    assert {row.file for found in located.rows.values() for row in found} == {str(one), str(two)}
    check_line = row_at(session.store, session.paths.received, "s", "b.csv", 2)
    assert check_line.stored in located.rows


def test_real_samples(session: Session, shared_data: Path) -> None:
    for name in ("focus1.0_sample_1000.csv", "aws_cur1_sample.csv", "azure_ea_amortized_small.csv"):
        file = shared_data / "cloud" / name
        import_focus(session, [file], name)
        with file.open(encoding="utf-8-sig", newline="") as stream:
            count = sum(1 for _ in csv.reader(stream)) - 1
        with session.store.read() as conn:
            batches = {
                row[0] for row in conn.execute("SELECT id FROM ingest_batch WHERE source = ?", (name,))
            }
        wanted = [key for key in amounts(session) if key.batch in batches]
        located = locate_rows(session.store, session.paths.received, wanted)
        assert set(located.rows) == set(wanted)
        assert sum(map(len, located.rows.values())) == count


def test_mapped_costs(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "bill.csv"
    file.write_text("d,c\n2026-03-02,1\n2026-03-02,2\n2026-03-03,4\n", "utf-8")
    import_costs(session, [file], "s", ["day=d", "cost=c", "currency=USD"])
    check_all(session, "s", 3)


def test_a_file_that_is_gone_or_changed_is_named(session: Session, tmp_path: Path) -> None:
    file = focus_file(tmp_path / "bill.csv", *ROWS)
    import_focus(session, [file], "s")
    file.write_text("other", "utf-8")
    assert "other content" in locate_rows(session.store, session.paths.received, amounts(session)).missing[0]
    file.unlink()
    assert "gone" in locate_rows(session.store, session.paths.received, amounts(session)).missing[0]
    with pytest.raises(NotFoundError, match="cannot be shown"):
        row_at(session.store, session.paths.received, "s", "bill.csv", 2)


def test_a_replaced_row_says_so(session: Session, tmp_path: Path) -> None:
    file = focus_file(tmp_path / "a.csv", focus_row(), focus_row(BillingPeriodStart="2026-04-01"))
    import_focus(session, [file], "s")
    import_focus(session, [focus_file(tmp_path / "b.csv", focus_row(BilledCost="1.5"))], "s")
    with pytest.raises(NotFoundError, match="no longer counts"):
        row_at(session.store, session.paths.received, "s", "a.csv", 2)
    assert row_at(session.store, session.paths.received, "s", "a.csv", 3).billed == 1
