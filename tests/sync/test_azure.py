"""Azure cost details: real EA files, and the header spellings seen in the wild."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.cost_files import csv_text, session_at, stored, totals
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import DataError


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = session_at(tmp_path / "root", clock)
    yield opened
    opened.store.close()


@pytest.mark.parametrize(
    ("name", "period", "currency", "total"),
    [
        ("azure_ea_sample.csv", "2023-09", "CAD", "1.26136926505726"),
        ("azure_ea_amortized_small.csv", "2023-09", "USD", "16.296932136636644627485419"),
    ],
)
def test_real_samples(
    session: Session, shared_data: Path, name: str, period: str, currency: str, total: str
) -> None:
    result = import_focus(session, [shared_data / "cloud" / name], "az")
    assert totals(session) == {
        ("az", "main", period, currency, cost): Decimal(total) for cost in ("billed", "effective")
    }
    assert any("one cost column" in warning for warning in result.warnings)
    assert result.findings == []
    assert all(key[5] != "{}" or key[2] for key in stored(session))


def test_tags_without_braces(session: Session, shared_data: Path) -> None:
    import_focus(session, [shared_data / "cloud" / "azure_ea_sample.csv"], "az")
    assert {key[5] for key in stored(session)} == {'{"taga":"valueA","tagb":"valueB","tagc":"valueC"}'}


def test_commitments(session: Session, shared_data: Path) -> None:
    import_focus(session, [shared_data / "cloud" / "azure_ea_amortized_small.csv"], "az")
    with session.store.read() as conn:
        states = dict(conn.execute("SELECT commitment, count(*) FROM cost_dimension GROUP BY 1"))
    assert states["Used"] == 2


@pytest.mark.parametrize(
    ("name", "column", "line"),
    [("BOM.csv", "PreTaxCost", 2), ("MissingBrackets.csv", "BillingCurrencyCode", 1)],
)
def test_headers_with_something_missing(
    session: Session, shared_data: Path, name: str, column: str, line: int
) -> None:
    with pytest.raises(DataError) as caught:
        import_focus(session, [shared_data / "cloud" / "azure_headers" / name], "az")
    assert (caught.value.column, caught.value.line_number) == (column, line)


def test_headers_in_the_wild(session: Session, shared_data: Path) -> None:
    headers = shared_data / "cloud" / "azure_headers"
    import_focus(session, [headers / "Enterprise.csv"], "ea")
    import_focus(session, [headers / "PayAsYouGo.csv"], "payg")
    assert totals(session)["payg", "main", "2021-02", "USD", "effective"] == Decimal("0.075")
    assert totals(session)["ea", "main", "2021-05", "CAD", "effective"] == 0


@pytest.mark.parametrize("style", [str, str.lower, str.upper])
def test_spellings(session: Session, tmp_path: Path, style: type[str]) -> None:
    row = {
        "Subscription Id": "s1",
        "date": "03/02/2026",
        "meterCategory": "Storage",
        "Meter Id": "m",
        "costInBillingCurrency": "0.1234567890123456789012345678",
        "billingCurrency": "EUR",
        "tags": '"a": "b"',
        "chargeType": "Usage",
        "quantity": "2",
        "unitOfMeasure": "1 GB",
        "consumedService": "x",
    }
    file = tmp_path / "f.csv"
    file.write_text("\ufeff" + csv_text([{style(name): text for name, text in row.items()}]), "utf-8")
    import_focus(session, [file], "az")
    assert set(totals(session).values()) == {Decimal("0.1234567890123456789012345678")}
    assert stored(session) == {
        ("2026-03-02", "s1", "Storage", "Usage", "1 GB", '{"a":"b"}'): (123_456_789, 123_456_789, 2 * 10**9)
    }
