"""Datadog as a cost source against a fake of the recorded shapes: nothing twice, days add up to the month."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.datadog_server import API_KEY, APP_KEY, DatadogFake
from tests.sync.source_driving import Driver, no_waiting
from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.pull import datadog
from turbofinops_tui.sync.pull.datadog_api import DatadogApi, NotParent
from turbofinops_tui.sync.pull.datadog_cost import charge_costs, configured_keys, dimension_costs, tags_of
from turbofinops_tui.sync.pull.datadog_days import spread

SECRETS = {"api_key": API_KEY, "app_key": APP_KEY}
SOURCE = "Example:::customer///feature"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    no_waiting(monkeypatch)


@pytest.fixture
def server() -> Iterator[DatadogFake]:
    with DatadogFake() as fake:
        yield fake
    assert not fake.violations


def driver_of(fake: DatadogFake, folder: Path, today: str = "2026-11-24", **settings: str) -> Driver:
    return Driver(datadog, "datadog", today, folder, SECRETS, base_url=fake.url, **settings)


def row(tags: Any, total: float, month: str = "2026-10") -> dict[str, Any]:
    values = {
        "infra_host_total_cost": total, "infra_host_on_demand_cost": total / 4,
        "infra_host_committed_cost": total * 3 / 4, "infra_host_percentage_in_org": 40.0,
    }  # fmt: skip
    told = {
        "month": f"{month}-01T00:00:00+00:00", "org_name": "Example", "public_id": "abc123",
        "tag_config_source": SOURCE, "tags": tags, "values": values,
    }  # fmt: skip
    return {"type": "cost_by_tag", "id": "0", "attributes": told}


def hour(at: str, amount: float, tags: Any = None) -> dict[str, Any]:
    return {
        "org_name": "Example", "public_id": "abc123", "hour": f"{at}:00:00+00:00",
        "tag_config_source": SOURCE,
        "tags": tags, "total_usage_sum": amount, "usage_type": "infra_host_usage",
    }  # fmt: skip


def page(*rows: Any, cursor: str | None = None) -> dict[str, Any]:
    return {"data": list(rows), "meta": {"aggregates": [], "pagination": {"next_record_id": cursor}}}


def estimate(*charges: tuple[str, str, float], date: str = "2026-11-01T00:00:00Z") -> dict[str, Any]:
    told = [{"product_name": name, "charge_type": kind, "cost": cost} for name, kind, cost in charges]
    return {"attributes": {"public_id": "abc123", "org_name": "Example", "date": date, "charges": told}}


def test_a_month_by_tag_goes_on_the_days_of_its_usage(server: DatadogFake, tmp_path: Path) -> None:
    acme, none = {"customer": ["acme"], "feature": [""]}, {"customer": [""]}
    server.by_tag["2026-10"] = [page(row(acme, 120), cursor="cursor-2"), page(row(none, 100.01))]
    server.usage["infra_host_usage"] = [
        [hour("2026-10-01T03", 1, acme), hour("2026-10-01T04", 1, acme), hour("2026-10-02T00", 4, acme)],
        [hour("2026-10-03T00", 10, none)],
    ]
    driver = driver_of(server, tmp_path, tag_keys="customer,feature")
    brought = {item.periods[0]: item for item in driver.sync()}
    assert driver.total() == Decimal("220.01")
    found = {
        (item["ChargePeriodStart"], item["Tags"]): item["BilledCost"] for item in driver.costs("2026-10")
    }
    tagged = json.dumps({"customer": "acme"})
    assert found == {
        ("2026-10-01", tagged): "40", ("2026-10-02", tagged): "80", ("2026-10-03", ""): "100.01",
    }  # fmt: skip
    assert {item["x_CostBasis"] for item in driver.rows["2026-10"]} == {"billed"}
    assert {(item["ServiceName"], item["SubAccountId"]) for item in driver.rows["2026-10"]} == {
        ("infra_host", "abc123")
    }
    assert brought["2026-10"].final_until is not None
    assert driver.sync() == []


def test_before_the_nineteenth_it_is_an_estimate_and_then_replaced(
    server: DatadogFake, tmp_path: Path
) -> None:
    server.estimated["2026-10"] = [
        estimate(("infra_host", "committed", 0.0), ("infra_host", "on_demand", 72.0),
                 ("apm", "committed", 1.17), ("apm", "total", 1.17), ("infra_host", "total", 72.0),
                 date="2026-10-31T00:00:00Z"),
    ]  # fmt: skip
    driver = driver_of(server, tmp_path, "2026-11-05")
    driver.sync()
    assert driver.total("2026-10") == Decimal("73.17")
    assert {item["x_CostBasis"] for item in driver.rows["2026-10"]} == {"estimated"}
    server.by_tag["2026-10"] = [page(row({"customer": ["acme"]}, 80))]
    driver.at("2026-11-20")
    driver.sync()
    assert driver.total("2026-10") == 80
    assert {item["x_CostBasis"] for item in driver.rows["2026-10"]} == {"billed"}


def test_the_running_month_never_holds_the_future(server: DatadogFake, tmp_path: Path) -> None:
    server.projected = [
        estimate(("infra_host", "projected_committed", 0.0), ("infra_host", "projected_on_demand", 300.0),
                 ("infra_host", "total", 300.0), date="2026-11-30T00:00:00Z"),
    ]  # fmt: skip
    driver = driver_of(server, tmp_path, "2026-11-11")
    brought = {item.periods[0]: item for item in driver.sync()}
    assert driver.total("2026-11") == 100
    assert {item["x_CostBasis"] for item in driver.rows["2026-11"]} == {"estimated"}
    assert max(item["ChargePeriodStart"] for item in driver.rows["2026-11"]) == "2026-11-10"
    assert brought["2026-10"].files == ()


def test_tags_null_beside_tagged_rows_is_the_whole_again(server: DatadogFake, tmp_path: Path) -> None:
    server.by_tag["2026-10"] = [page(row({"customer": ["acme"]}, 120), row(None, 120))]
    driver = driver_of(server, tmp_path, tag_keys="customer")
    driver.sync()
    assert driver.total() == 120


def test_keys_that_are_not_configured_are_told_with_those_that_are(
    server: DatadogFake, tmp_path: Path
) -> None:
    server.by_tag["2026-10"] = [page(row(None, 300))]
    driver = driver_of(server, tmp_path, tag_keys="tenant")
    driver.sync()
    assert driver.total() == 300
    assert any("it has customer, feature" in note for note in driver.notes)


def test_keys_of_a_child_organisation_are_a_matter_of_configuration(
    server: DatadogFake, tmp_path: Path
) -> None:
    server.child = True
    with pytest.raises(NotParent, match="child organisation of Datadog"):
        driver_of(server, tmp_path).sync()
    with pytest.raises(NotParent):
        driver_of(server, tmp_path).source().test()


def test_permissions_and_account(server: DatadogFake, tmp_path: Path) -> None:
    probe = driver_of(server, tmp_path).source().test()
    assert (probe.account, probe.missing) == ("org-uuid", ())
    server.denied |= {"cost_by_tag", "hourly-attribution"}
    missing = driver_of(server, tmp_path).source().test().missing
    assert [line.partition(":")[0] for line in missing] == ["billing_read", "usage_read"]


def test_wrong_keys_are_told_without_them(server: DatadogFake, tmp_path: Path) -> None:
    driver = Driver(
        datadog,
        "datadog",
        "2026-11-24",
        tmp_path,
        SECRETS | {"app_key": "expired-key-9"},
        base_url=server.url,
    )
    with pytest.raises(SourceError, match="unknown, revoked or expired") as caught:
        driver.sync()
    assert "expired-key-9" not in caught.value.line()
    server.violations.clear()


@pytest.mark.parametrize("kind", ["429", "500", "html", "cut", "reset"])
def test_what_passes_is_asked_again(server: DatadogFake, tmp_path: Path, kind: str) -> None:
    server.by_tag["2026-10"] = [page(row({"customer": ["acme"]}, 80))]
    server.fail("monthly_cost", kind, times=2, x_ratelimit_reset="1")
    driver = driver_of(server, tmp_path)
    driver.sync()
    assert driver.total() == 80


def test_no_request_is_left_so_the_next_waits(
    server: DatadogFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    monkeypatch.setattr("turbofinops_tui.sync.pull.datadog_api.LONGEST_WAIT", 60.0)
    driver = driver_of(server, tmp_path)
    monkeypatch.setattr(driver.stop, "wait", lambda seconds=None: waits.append(seconds))
    api = DatadogApi(driver.connection, (API_KEY, APP_KEY), driver.stop)
    server.headers = {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "17"}
    api.get(datadog.WHO)
    assert waits == []
    server.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "17"}
    api.get(datadog.WHO)
    assert waits == [17.0]


def test_recorded_projection_counts_once() -> None:
    """Parts and totals of the recorded body are equal; adding both would double the bill."""
    charges = [
        {"product_name": "apm_host", "charge_type": "projected_committed", "cost": 0},
        {"product_name": "apm_host", "charge_type": "projected_on_demand", "cost": Decimal("3621671.999987")},
        {"product_name": "apm_host", "charge_type": "total", "cost": Decimal("3621671.999987")},
    ]
    assert charge_costs(charges, "x") == {"apm_host": Decimal("3621671.999987")}


def test_values_and_tags_are_read_once() -> None:
    values = {"a_on_demand_cost": 1, "a_committed_cost": 2, "a_total_cost": 3, "b_committed_cost": 4}
    assert dimension_costs(values, "x") == {"a": 3, "b": 4}
    assert tags_of(None, "x") is None
    untagged: list[dict[str, object]] = [{}, {"k": []}, {"k": [""]}, {"k": None}]
    assert [tags_of(value, "x") for value in untagged] == [()] * 4
    assert configured_keys(["Example:::customer///feature", "Other (1):::project"]) == [
        "customer",
        "feature",
        "project",
    ]


def test_parts_add_up_to_the_last_digit() -> None:
    parts = spread(
        Decimal("100.000000000001"),
        {1: Decimal("0.1"), 2: Decimal(3), 3: Decimal("1e-7"), 9: Decimal(5)},
        range(1, 4),
    )
    assert sum(parts.values()) == Decimal("100.000000000001")
    assert set(parts) == {1, 2, 3}
    assert sum(spread(Decimal("-0.01"), {}, range(31)).values()) == Decimal("-0.01")


def test_a_site_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"site 'datadog\.example'"):
        Driver(datadog, "datadog", "2026-11-24", tmp_path, SECRETS, site="datadog.example").sync()
