"""Bad input: one sentence with file, physical line and column, and the store as it was."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.cost_files import (
    FOCUS,
    csv_text,
    focus_file,
    focus_row,
    image,
    parquet_of,
    session_at,
    totals,
)
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError, TurboError
from turbofinops_tui.store.settings import set_setting


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    """A session that already holds a good delivery."""
    opened = session_at(tmp_path / "root", clock)
    import_focus(opened, [focus_file(tmp_path / "good.csv")], "s")
    yield opened
    opened.store.close()


def refused(session: Session, *files: Path) -> DataError:
    before = image(session)
    with pytest.raises(DataError) as caught:
        import_focus(session, files, "s")
    assert image(session) == before
    assert not list(session.paths.store.parent.glob("rollup-*"))
    assert "\n" not in caught.value.line()
    return caught.value


BAD_CELLS = [
    ("BilledCost", "N/A", "'N/A' is not a number"),
    ("BilledCost", "NaN", "'NaN' is not a number"),
    ("EffectiveCost", "Infinity", "'Infinity' is not a number"),
    ("EffectiveCost", "1,5", "'1,5' is not a number"),
    ("EffectiveCost", "1,500", "'1,500' is not a number"),
    ("BilledCost", "1_000", "'1_000' is not a number"),
    ("BilledCost", "0x10", "'0x10' is not a number"),
    ("BilledCost", "1e999", "'1e999' is not a number"),
    ("BilledCost", "٣", "'٣' is not a number"),
    ("BilledCost", "", "the cost is missing"),
    ("BilledCost", "NULL", "the cost is missing"),
    ("EffectiveCost", "null", "the cost is missing"),
    ("BilledCost", "99999999999999999999", "is not a number"),
    ("ChargePeriodStart", "2026-13-45T00:00:00Z", "'2026-13-45T00:00:00Z' is not a date"),
    ("ChargePeriodStart", "2026-02-30", "'2026-02-30' is not a date"),
    ("ChargePeriodStart", "2026-03-01T25:00:00Z", "is not a date"),
    ("ChargePeriodStart", "1776-07-04", "'1776-07-04' is not a date"),
    ("ChargePeriodStart", "9999-01-01T00:00:00Z", "is not a date"),
    ("ChargePeriodStart", "31/12/2026", "'31/12/2026' is not a date"),
    ("ChargePeriodStart", "", "the date is missing"),
    ("BillingPeriodStart", "soon", "'soon' is not a date"),
    ("BillingCurrency", "XXQ", "'XXQ' is no known currency"),
    ("BillingCurrency", "", "the currency is missing"),
    ("ChargeCategory", "Rounding", "'Rounding' is no charge category"),
    ("ChargeCategory", "", "the charge category is missing"),
]


@pytest.mark.parametrize(("column", "text", "message"), BAD_CELLS)
def test_bad_cell(session: Session, tmp_path: Path, column: str, text: str, message: str) -> None:
    """The line counts the line breaks inside earlier cells."""
    rows = [
        focus_row(Tags='{"a":\n\n"b"}'),
        focus_row(),
        focus_row(**{column: text}),
        focus_row(BilledCost="x"),
    ]
    error = refused(session, focus_file(tmp_path / "bad.csv", *rows))
    assert (error.file, error.line_number, error.column) == (str(tmp_path / "bad.csv"), 6, column)
    assert message in error.line()


@pytest.mark.parametrize(("column", "text", "message"), BAD_CELLS)
def test_bad_cell_in_parquet(session: Session, tmp_path: Path, column: str, text: str, message: str) -> None:
    source = focus_file(tmp_path / "bad.csv", focus_row(), focus_row(**{column: text}))
    target = parquet_of(source, tmp_path / "bad.parquet")
    error = refused(session, target)
    assert (error.file, error.line_number, error.column) == (str(target), 2, column)
    assert message.replace("'2026-13-45T00:00:00Z'", "") in error.line() or message in error.line()


def test_generated_poison(session: Session, shared_data: Path, tmp_path: Path) -> None:
    """Row by row: five errors with their line and column, and one broken tag text whose cost stays."""
    lines = (
        (shared_data / "cloud" / "generated" / "poison" / "part-00001.csv").read_text("utf-8").splitlines()
    )
    found: list[tuple[object, ...]] = []
    for place, line in enumerate(lines[1:], 2):
        file = tmp_path / f"{place}.csv"
        file.write_text("\n".join([lines[0], line]) + "\n", "utf-8")
        try:
            result = import_focus(session, [file], f"row{place}")
        except DataError as error:
            found.append((place, error.line_number, error.column))
        else:
            found.append((place, [(item.kind, item.count, item.amount) for item in result.findings], ""))
    assert found == [
        (2, 2, "BilledCost"),
        (3, 2, "BilledCost"),
        (4, 2, "ChargePeriodStart"),
        (5, [("unreadable-tags", 1, "1.5")], ""),
        (6, 2, "CapacityReservationStatus"),
        (7, 2, "BilledCost"),
    ]
    whole = refused(session, shared_data / "cloud" / "generated" / "poison" / "part-00001.csv")
    assert (whole.line_number, whole.column) == (2, "BilledCost")


def test_missing_column(session: Session, tmp_path: Path) -> None:
    for name in ("BilledCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ServiceName"):
        row = {key: text for key, text in FOCUS.items() if key != name}
        error = refused(session, focus_file(tmp_path / "f.csv", row))
        assert (error.line_number, error.column) == (1, name)


def test_foreign_header(session: Session, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "import costs" in refused(session, tmp_path / "f.csv").hint


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
def test_truncated_gzip(session: Session, tmp_path: Path, cut: float) -> None:
    rows = [focus_row(BilledCost=f"{place}.{place}", ResourceId=str(place * 7919)) for place in range(3000)]
    data = gzip.compress(csv_text(rows).encode())
    (tmp_path / "cut.csv.gz").write_bytes(data[: int(len(data) * cut)])
    assert "truncated" in refused(session, tmp_path / "cut.csv.gz").message


@pytest.mark.parametrize("lost", [1, 4, 8])
def test_gzip_without_its_last_bytes(session: Session, tmp_path: Path, lost: int) -> None:
    data = gzip.compress(csv_text([FOCUS]).encode())
    (tmp_path / "cut.csv.gz").write_bytes(data[:-lost])
    assert "truncated" in refused(session, tmp_path / "cut.csv.gz").message


def test_gzip_with_a_wrong_checksum(session: Session, tmp_path: Path) -> None:
    data = bytearray(gzip.compress(csv_text([FOCUS]).encode()))
    data[-6] ^= 1
    (tmp_path / "bad.csv.gz").write_bytes(data)
    assert "damaged" in refused(session, tmp_path / "bad.csv.gz").message


def test_wrong_encoding(session: Session, tmp_path: Path) -> None:
    text = csv_text([focus_row(), focus_row(ServiceName="Zürich"), focus_row()])
    (tmp_path / "latin.csv").write_bytes(text.encode("latin-1"))
    error = refused(session, tmp_path / "latin.csv")
    assert (error.line_number, error.column) == (3, "ServiceName")
    assert "UTF-8" in error.message
    packed = tmp_path / "latin.csv.gz"
    packed.write_bytes(gzip.compress(text.encode("latin-1")))
    assert refused(session, packed).line_number == 3


def test_wrong_encoding_in_a_column_that_nobody_reads(session: Session, tmp_path: Path) -> None:
    text = csv_text([focus_row(ResourceName="x"), focus_row(ResourceName="Zürich")])
    (tmp_path / "latin.csv").write_bytes(text.encode("latin-1"))
    error = refused(session, tmp_path / "latin.csv")
    assert (error.line_number, error.column) == (3, "ResourceName")


def test_other_kinds_of_file(session: Session, tmp_path: Path) -> None:
    text = csv_text([FOCUS])
    for name, data, message in (
        ("empty.csv", b"", "empty"),
        ("empty.csv.gz", gzip.compress(b""), "no header"),
        ("header.csv", text.splitlines()[0].encode(), "no rows"),
        ("blank.csv", b"\n\n", "no header"),
        ("wide.csv", text.encode("utf-16"), "UTF-16"),
        ("bill.zip", b"PK\x03\x04rest", "zip"),
        ("bad.parquet", b"PAR1" + b"\0" * 50 + b"PAR1", "damaged"),
        ("cut.parquet", b"PAR1", "damaged"),
        ("binary.csv", bytes(range(256)), "header"),
    ):
        (tmp_path / name).write_bytes(data)
        assert message in refused(session, tmp_path / name).line(), name
    assert "cannot be read" in refused(session, tmp_path / "nowhere.csv").message
    assert "directory" in refused(session, tmp_path).message


def test_ragged_rows(session: Session, tmp_path: Path) -> None:
    lines = csv_text([FOCUS, FOCUS, FOCUS]).splitlines()
    few, many = lines.copy(), lines.copy()
    few[2] = ",".join(few[2].split(",")[:4])
    many[2] += ",extra"
    for name, text, column in (("few.csv", few, "ChargeCategory"), ("many.csv", many, "Tags")):
        (tmp_path / name).write_text("\n".join(text), "utf-8")
        error = refused(session, tmp_path / name)
        assert error.line_number == 3
        assert error.column in (column, "BillingPeriodStart")
        assert "fields" in error.message


def test_open_quote(session: Session, tmp_path: Path) -> None:
    text = csv_text([FOCUS, FOCUS]).replace("Amazon EC2", '"Amazon EC2', 1)
    (tmp_path / "open.csv").write_text(text, "utf-8")
    error = refused(session, tmp_path / "open.csv")
    assert error.line_number == 2


@pytest.mark.parametrize("column", ["Tags", "ResourceName"])
def test_a_hundred_megabytes_in_one_field(session: Session, tmp_path: Path, column: str) -> None:
    row = focus_row(ResourceName="", BilledCost="1")
    text = csv_text([row, row | {column: "@"}])
    (tmp_path / "huge.csv").write_bytes(text.encode().replace(b"@", b"x" * 100_000_000))
    error = refused(session, tmp_path / "huge.csv")
    assert (error.line_number, error.column) == (3, column)
    assert "longer than" in error.message


def test_field_just_over_the_limit(session: Session, tmp_path: Path) -> None:
    fits = focus_file(tmp_path / "fits.csv", focus_row(Tags="x" * (1 << 20)))
    assert import_focus(session, [fits], "fits").lines == 1
    over = focus_file(tmp_path / "over.csv", focus_row(), focus_row(Tags="x" * ((1 << 20) + 1)))
    error = refused(session, over)
    assert (error.line_number, error.column) == (3, "Tags")


def test_too_many_columns(session: Session, tmp_path: Path) -> None:
    row = FOCUS | {f"x_{place}": "" for place in range(500)}
    assert "columns" in refused(session, focus_file(tmp_path / "f.csv", row)).message


def test_gzip_bomb(session: Session, tmp_path: Path) -> None:
    text = csv_text([FOCUS]).encode() + b"\n" * 20_000_000
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(text))
    assert "200 times" in refused(session, tmp_path / "bomb.csv.gz").message


def test_limits_are_settings(session: Session, tmp_path: Path) -> None:
    file = focus_file(tmp_path / "f.csv", *[focus_row(SubAccountId=str(place)) for place in range(9)])
    for key, value, message in (
        ("limits.rows", "5", "rows"),
        ("limits.columns", "5", "columns"),
        ("limits.bytes", "100", "bytes"),
    ):
        with session.store.write("test") as txn:
            old = "200000000" if key == "limits.rows" else "500" if key == "limits.columns" else str(64 << 30)
            set_setting(txn, key, value)
        assert message in refused(session, file).message
        with session.store.write("test") as txn:
            set_setting(txn, key, old)


def test_one_bad_file_of_two(session: Session, tmp_path: Path) -> None:
    good = focus_file(tmp_path / "a.csv", focus_row(BilledCost="7"))
    bad = focus_file(tmp_path / "b.csv", focus_row(BilledCost="seven"))
    assert refused(session, good, bad).file == str(bad)
    assert totals(session)["s", "main", "2026-03", "USD", "billed"] == Decimal("1.00")


def test_an_amount_too_large_for_the_store(session: Session, tmp_path: Path) -> None:
    before = image(session)
    with pytest.raises(TurboError, match="too large"):
        import_focus(session, [focus_file(tmp_path / "f.csv", focus_row(BilledCost="10000000000"))], "s")
    assert image(session) == before


def test_broken_tags_are_counted(session: Session, tmp_path: Path) -> None:
    rows = [
        focus_row(Tags='{"customer": "ac', BilledCost="2", EffectiveCost=text) for text in ("2.5", "0.25")
    ]
    result = import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "t")
    assert [(item.kind, item.count, item.amount, item.currency) for item in result.findings] == [
        ("unreadable-tags", 2, "2.75", "USD")
    ]
    with session.store.read() as conn:
        assert conn.execute("SELECT kind, source, count, amount FROM finding").fetchall() == [
            ("unreadable-tags", "t", 2, "2.75")
        ]
