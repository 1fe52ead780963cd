"""AWS Cost and Usage Reports, both spellings: unblended as billed, amortised by line item type as
effective.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.cost_files import csv_text, session_at, stored, totals
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError

# fmt: off
CUR = {
    "bill/BillingPeriodStartDate": "2026-03-01T00:00:00.000Z", "bill/PayerAccountId": "999",
    "lineItem/UsageAccountId": "111", "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "2026-03-02T05:00:00Z", "lineItem/ProductCode": "AmazonEC2",
    "lineItem/UsageAmount": "1.0", "lineItem/CurrencyCode": "USD", "lineItem/UnblendedCost": "0.0",
    "product/ProductName": "Amazon Elastic Compute Cloud", "pricing/unit": "Hrs",
    "reservation/EffectiveCost": "", "reservation/ReservationARN": "",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "", "reservation/UnusedRecurringFee": "",
    "savingsPlan/TotalCommitmentToDate": "", "savingsPlan/UsedCommitment": "",
    "savingsPlan/SavingsPlanEffectiveCost": "", "resourceTags/user:Customer": "",
    "resourceTags/aws:createdBy": "",
}
# fmt: on


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = session_at(tmp_path / "root", clock)
    yield opened
    opened.store.close()


def cur_row(kind: str, unblended: str, **changes: str) -> dict[str, str]:
    named = {name.replace("_", "/"): text for name, text in changes.items()}
    assert set(named) <= set(CUR)
    return CUR | {"lineItem/LineItemType": kind, "lineItem/UnblendedCost": unblended} | named


ROWS = [
    cur_row("Usage", "1E-7", **{"resourceTags/user:Customer": "acme"}),
    cur_row("Tax", "0.30"),
    cur_row("Credit", "-0.25"),
    cur_row("Refund", "-0.125"),
    cur_row("Fee", "100"),
    cur_row("Fee", "240", reservation_ReservationARN="arn:1"),
    cur_row(
        "DiscountedUsage",
        "0",
        reservation_EffectiveCost="0.0123456789012345678901",
        reservation_ReservationARN="arn:1",
    ),
    cur_row(
        "RIFee",
        "10",
        reservation_UnusedAmortizedUpfrontFeeForBillingPeriod="1.5",
        reservation_UnusedRecurringFee="0.25",
    ),
    cur_row("SavingsPlanCoveredUsage", "4", savingsPlan_SavingsPlanEffectiveCost="3"),
    cur_row("SavingsPlanNegation", "-4"),
    cur_row(
        "SavingsPlanRecurringFee", "5", savingsPlan_TotalCommitmentToDate="5", savingsPlan_UsedCommitment="3"
    ),
    cur_row("SavingsPlanUpfrontFee", "50"),
]
EFFECTIVE = (
    Decimal("1E-7")
    + Decimal("0.30")
    - Decimal("0.375")
    + 100
    + Decimal("0.0123456789012345678901")
    + Decimal("1.75")
    + 3
    + 2
)
BILLED = Decimal("1E-7") + Decimal("0.30") - Decimal("0.375") + 100 + 240 + 10 + 4 - 4 + 5 + 50


def test_real_sample(session: Session, shared_data: Path) -> None:
    import_focus(session, [shared_data / "cloud" / "aws_cur1_sample.csv"], "aws")
    assert set(totals(session).values()) == {Decimal("1.6823086974")}
    with session.store.read() as conn:
        assert conn.execute(
            "SELECT DISTINCT provider, period FROM cost_dimension, ingest_batch"
        ).fetchall() == [("aws", "2023-11")]


@pytest.mark.parametrize("spelling", ["cur1", "athena", "cur2"])
def test_effective_cost_by_line_item_type(session: Session, tmp_path: Path, spelling: str) -> None:
    file = tmp_path / f"{spelling}.csv"
    rows = [_spelled(row, spelling) for row in ROWS]
    file.write_text(csv_text(rows), "utf-8")
    import_focus(session, [file], "aws")
    found = {key[4]: value for key, value in totals(session).items()}
    assert found == {"effective": EFFECTIVE, "billed": BILLED}
    charges: dict[str, int] = {}
    for key, amounts in stored(session).items():
        charges[key[3]] = charges.get(key[3], 0) + amounts[0]
    assert charges["Credit"] == -250_000_000
    assert charges["Tax"] == 300_000_000
    assert charges["Purchase"] == 100_000_000_000 + 1_750_000_000 + 2_000_000_000
    assert any('"customer":"acme"' in key[5] for key in stored(session))
    with session.store.read() as conn:
        states = dict(
            conn.execute("SELECT commitment, count(*) FROM cost_dimension WHERE commitment <> '' GROUP BY 1")
        )
    assert set(states) == {"Used", "Unused"}


def _spelled(row: dict[str, str], spelling: str) -> dict[str, str]:
    if spelling == "cur1":
        return row
    plain = {_snake(name): text for name, text in row.items() if not name.startswith("resourceTags/")}
    customer = row["resourceTags/user:Customer"]
    if spelling == "athena":
        return plain | {"resource_tags_user_customer": customer}
    return plain | {"resource_tags": json.dumps({"user_customer": customer} if customer else {})}


def _snake(name: str) -> str:
    return "".join("_" + char.lower() if char.isupper() else char for char in name.replace("/", "_")).replace(
        "__", "_"
    )


def test_map_columns_of_parquet(session: Session, tmp_path: Path) -> None:
    """CUR 2.0 as AWS delivers it: typed times, doubles, a map of tags; floats are counted."""
    import duckdb

    target = tmp_path / "cur2.parquet"
    made = duckdb.sql(
        "SELECT 'Usage' line_item_line_item_type, TIMESTAMP '2026-03-02 05:00:00'"
        " line_item_usage_start_date,"
        " TIMESTAMP '2026-03-01' bill_billing_period_start_date, 'AmazonS3'"
        " line_item_product_code, 'USD' line_item_currency_code,"
        " CAST(v AS DOUBLE) line_item_unblended_cost, '111' line_item_usage_account_id,"
        " 2.5::DOUBLE line_item_usage_amount,"
        " 'GB' pricing_unit, MAP {'user_customer': 'acme', 'aws_x': NULL} resource_tags"
        " FROM (VALUES (0.1), (0.2), (1e-7), (1.2345678901234567e-05)) t(v)"
    )
    assert made is not None
    made.write_parquet(str(target))
    result = import_focus(session, [target], "aws")
    exact = Decimal("0.1") + Decimal("0.2") + Decimal("1e-7") + Decimal(repr(1.2345678901234567e-05))
    assert set(totals(session).values()) == {exact}
    assert [(item.kind, item.count) for item in result.findings] == [("float-cost", 4)]
    assert stored(session) == {
        ("2026-03-02", "111", "AmazonS3", "Usage", "GB", '{"customer":"acme"}'): (
            300_012_446,
            300_012_446,
            10**10,
        )
    }


def test_unknown_line_item_type_is_named(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(csv_text([cur_row("Usage", "1"), cur_row("Mystery", "1")]), "utf-8")
    with pytest.raises(DataError, match="'Mystery' is no charge category") as caught:
        import_focus(session, [file], "aws")
    assert (caught.value.line_number, caught.value.column) == (3, "lineItem/LineItemType")


def test_bad_number_in_an_amortisation_column(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(csv_text([cur_row("DiscountedUsage", "0", reservation_EffectiveCost="much")]), "utf-8")
    with pytest.raises(DataError) as caught:
        import_focus(session, [file], "aws")
    assert (caught.value.line_number, caught.value.column) == (2, "reservation/EffectiveCost")
