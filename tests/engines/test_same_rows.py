"""DuckDB by hand, Ibis on DuckDB and Spark give equal rows, totals and residuals, to the last digit."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.engines.rolling import by_engine, by_hand, facts, table_of
from tests.sync.cost_files import focus_file, focus_row
from turbofinops_tui.sync.read.limits import Limits

ODD = (
    "1.5", "1.5", "-0.25", "+3", "0", ".5", "7.", "1e3", "1.2345E+5", "8E-7", "-8E-7", "8.25e-09", "9.9E-19",
    "1.0E-25", "0.1234567890123456", "0.1234567890123456789012345678", "-12.0000000000000000000000000001",
    "99999.999999999999999999999999999999999999", "1.00000000000000000000000000000000000000000005",
    "3e-40", "$1,234.56", "(5.00)", "  4 ", "999999.999999999999999999",
)  # fmt: skip
"""amounts as real files write them, and worse"""
QUANTITIES = ("", "1.5", "2E-3", "0.00000000000049", "0.0000000000005", "many", "1e30")
MOMENTS = (
    "2026-03-02", "2026-03-02T05:00:00Z", "2026-03-02 05:00:00", "2026-03-03T23:59:59.999999Z",
    "2026-03-04T05:00Z", "2026-03-04T23:30:00-02:00", "2026-03-05T00:30:00+02:00", "3/6/2026", "20260307",
    "2026-03-08T10:00:00+00:00",
)  # fmt: skip


def parquet(path: Path, query: str) -> None:
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_the_generated_bills(engine: str, provider: str, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "cloud" / "generated" / "base" / provider
    want = facts(by_hand(sorted(folder.rglob("*.csv.gz")), tmp_path))
    table = table_of(engine, folder)
    assert facts(by_engine(table, tmp_path)) == want
    if engine == "duckdb":
        assert facts(by_engine(table, tmp_path, full=True)) == want


@pytest.mark.parametrize("full", [False, True], ids=["quick", "full"])
def test_every_form_of_amount_and_moment(engine: str, full: bool, tmp_path: Path) -> None:
    rows = [
        focus_row(
            BilledCost=amount, EffectiveCost=ODD[-1 - place], ChargePeriodStart=MOMENTS[place % len(MOMENTS)],
            ConsumedQuantity=QUANTITIES[place % len(QUANTITIES)],
            ConsumedUnit="Hours", ProviderName=("AWS", "NULL", "null", "")[place % 4], PublisherName="Amazon",
            BillingPeriodStart=("2026-03-01T00:00:00Z", "", "2026-03-01", "NULL")[place % 4],
            Tags=('{"a": "1"}', "null", "", "{bad", '{"Team": "x, y", "b": null}')[place % 5],
        )
        for place, amount in enumerate(ODD)
    ]  # fmt: skip
    path = focus_file(tmp_path / "odd.csv", *rows, *rows[:9])
    want = facts(by_hand([path], tmp_path))
    assert facts(by_engine(table_of(engine, path), tmp_path, full=full)) == want


@pytest.mark.parametrize("name", ["aws_cur1_sample.csv", "azure_ea_amortized_small.csv"])
def test_other_forms_of_bills(engine: str, name: str, shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "cloud" / name
    copy = tmp_path / name
    copy.write_text(path.read_text("utf-8-sig"), "utf-8")  # Spark would take the mark into the first name
    assert facts(by_engine(table_of(engine, copy), tmp_path)) == facts(by_hand([path], tmp_path))


def test_typed_columns_and_nested_tags(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "typed.parquet"
    # 28 decimals, as Azure has them, beside 12
    parquet(
        path,
        "SELECT CAST(i % 7 * 1.123456789012 - 2 AS DECIMAL(30,12)) AS BilledCost,"
        " CAST(CAST(i AS DECIMAL(38,28)) / 7 AS DECIMAL(38,28)) AS EffectiveCost,"
        " 'USD' AS BillingCurrency, 'Usage' AS ChargeCategory,"
        " TIMESTAMP '2026-03-01' + i * INTERVAL 7 HOUR AS ChargePeriodStart,"
        " TIMESTAMP '2026-03-01' + (i // 300) * INTERVAL 31 DAY AS BillingPeriodStart,"
        " 'S' || i % 3 AS ServiceName, 'AWS' AS ProviderName, i % 5 AS ConsumedQuantity, 'h' AS ConsumedUnit,"
        " MAP {'customer': 'c' || i % 4, 'env': 'prod'} AS Tags FROM range(400) t(i)",
    )
    want = facts(by_hand([path], tmp_path))
    assert len(want["lines"]) == 2
    assert facts(by_engine(table_of(engine, path), tmp_path, full=True)) == want


def test_binary_floats_are_exact_from_their_text_on(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "floats.parquet"
    parquet(
        path,
        "SELECT CAST(x AS DOUBLE) AS BilledCost, 'USD' AS BillingCurrency, 'Usage' AS ChargeCategory,"
        " DATE '2026-03-02' AS ChargePeriodStart, 'S' AS ServiceName"
        " FROM (VALUES (0.1), (1e-7), (12345678.25), (-3e-20), (0.30000000000000004)) t(x)",
    )
    table = table_of(engine, path)
    assert facts(by_engine(table, tmp_path)) == facts(by_hand([path], tmp_path))


def test_a_key_of_every_request_is_left_out_the_same(engine: str, tmp_path: Path) -> None:
    rows = [focus_row(Tags=f'{{"request": "r{number}", "team": "t{number % 3}"}}') for number in range(300)]
    path = focus_file(tmp_path / "many.csv", *rows)
    limits = Limits(tag_values=50)
    got = facts(by_engine(table_of(engine, path), tmp_path, limits=limits))
    assert got == facts(by_hand([path], tmp_path, limits))
    assert [out.key for out in got["left out"][2026 * 12 + 2]] == ["request"]


def test_the_same_test_catches_a_sum_of_floats(tmp_path: Path) -> None:
    """The known-bad control: an engine that adds up binary floats is not equal."""
    rows = [focus_row(BilledCost=amount, EffectiveCost=amount) for amount in ("0.1", "0.2", "1e-19")]
    good = focus_file(tmp_path / "good.csv", *rows)
    bad = focus_file(tmp_path / "bad.csv", focus_row(BilledCost=str(0.1 + 0.2 + 1e-19), EffectiveCost="0.3"))
    want = facts(by_hand([good], tmp_path))
    assert facts(by_engine(table_of("duckdb", good), tmp_path)) == want
    assert facts(by_engine(table_of("duckdb", bad), tmp_path))["totals"] != want["totals"]
