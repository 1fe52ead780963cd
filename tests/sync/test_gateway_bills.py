"""OpenRouter and LiteLLM as cost sources: a short window kept whole, gateway money counted once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ai_providers import KEY, LiteLlmFake, OpenRouterFake
from tests.sync.source_driving import Driver, no_waiting
from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.pull import litellm, openrouter


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    no_waiting(monkeypatch)


@pytest.fixture
def router() -> Iterator[OpenRouterFake]:
    with OpenRouterFake("2026-10-20") as fake:
        yield fake
    assert not fake.violations


@pytest.fixture
def proxy() -> Iterator[LiteLlmFake]:
    with LiteLlmFake() as fake:
        yield fake
    assert not fake.violations


def active(day: str, usage: Any, **more: Any) -> dict[str, Any]:
    row = {
        "date": day, "model": "openai/gpt-4.1", "model_permaslug": "openai/gpt-4.1-2025-04-14",
        "endpoint_id": "e", "provider_name": "OpenAI", "usage": usage, "byok_usage_inference": 0,
        "requests": 5, "prompt_tokens": 50, "completion_tokens": 125, "reasoning_tokens": 25,
    }  # fmt: skip
    return row | more


def router_driver(fake: OpenRouterFake, folder: Path) -> Driver:
    return Driver(openrouter, "openrouter", fake.today, folder, {"api_key": KEY}, base_url=fake.url)


def test_activity_counts_dollars_once_and_reasoning_inside_the_completion(
    router: OpenRouterFake, tmp_path: Path
) -> None:
    router.rows = [active("2026-10-05", 0.015, byok_usage_inference=0.012), active("2026-10-20", 9)]
    driver = router_driver(router, tmp_path)
    driver.sync()
    assert driver.total() == Decimal("0.015")  # neither the running day nor what own keys were charged
    assert driver.quantity("Mtokens:output") == Decimal("0.000125")
    assert driver.quantity("Mtokens:input") == Decimal("0.00005")
    assert any("0.012 USD" in note for note in driver.notes)
    assert driver.source().test().account == "user_7"


def test_days_that_left_the_window_stay(router: OpenRouterFake, tmp_path: Path) -> None:
    router.rows = [active(f"2026-10-{day:02d}", 1) for day in range(1, 32)]
    driver = router_driver(router, tmp_path)
    driver.sync()
    assert driver.total("2026-10") == 19
    for today in ("2026-11-05", "2026-11-25"):
        router.today = today
        driver.at(today)
        driver.sync()
        assert driver.total("2026-10") == 31
    assert driver.sync() == []
    driver.sync(full=True)
    assert driver.total("2026-10") == 31


def test_a_restated_day_in_the_window_replaces(router: OpenRouterFake, tmp_path: Path) -> None:
    router.rows = [active("2026-10-05", 1)]
    driver = router_driver(router, tmp_path)
    driver.sync()
    router.rows = [active("2026-10-05", 0.75)]
    driver.sync()
    assert driver.total() == Decimal("0.75")


def test_a_malformed_activity_names_its_row(router: OpenRouterFake, tmp_path: Path) -> None:
    router.rows = [active("2026-10-05", 1), active("2026-10-05", "much")]
    with pytest.raises(SourceError, match="row 2 usage: 'much' is not a number"):
        router_driver(router, tmp_path).sync()


def proxy_driver(fake: LiteLlmFake, folder: Path) -> Driver:
    return Driver(litellm, "litellm", "2026-10-20", folder, {"api_key": KEY}, base_url=fake.url)


def aggregate(day: str, spend: float, models: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"date": day, "metrics": {"spend": spend}, "breakdown": {"models": models or {}, "providers": {}}}


def logged(ident: str, day: str, spend: Any, end_user: str = "", **more: Any) -> dict[str, Any]:
    row = {
        "request_id": ident, "startTime": f"{day}T10:00:00+00:00", "spend": spend, "end_user": end_user,
        "model": "gpt-4o", "custom_llm_provider": "openai", "prompt_tokens": 20, "completion_tokens": 80,
        "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 5}}},
    }  # fmt: skip
    return row | more


def test_logs_name_the_customer_and_the_aggregate_gives_the_rest(proxy: LiteLlmFake, tmp_path: Path) -> None:
    proxy.pages = [[aggregate("2026-10-05", 0.3)], [aggregate("2026-10-05", 0.2)]]  # one day on two pages
    acme = logged("a", "2026-10-05", 2e-06, "acme")
    proxy.logs = [acme, acme, logged("b", "2026-10-05", 0.1, "globex"), logged("c", "2026-10-06", 0.25)]
    driver = proxy_driver(proxy, tmp_path)
    driver.sync()
    by = {row["x_CustomerIdentity"]: Decimal(row["BilledCost"]) for row in driver.costs("2026-10")[:-1]}
    assert by["meter:acme"] == Decimal("0.000002")
    assert driver.total() == Decimal("0.75")  # 0.5 of the 5th by its aggregate, 0.25 of the 6th by its log
    assert {row["x_CostBasis"] for row in driver.rows["2026-10"]} == {"priced"}
    assert {row["ServiceProviderName"] for row in driver.costs("2026-10")} == {"openai", "litellm"}
    assert driver.quantity("Mtokens:cache_read") == Decimal("0.000015")
    assert driver.quantity("Mtokens:input") == Decimal("0.000045")


def test_without_logs_the_models_of_the_aggregate_count(proxy: LiteLlmFake, tmp_path: Path) -> None:
    models = {"openai/small": {"metrics": {"spend": 0.2, "prompt_tokens": 37, "completion_tokens": 9}}}
    proxy.pages = [[aggregate("2026-10-05", 0.5, models)]]
    proxy.denied |= {"/spend/logs"}
    driver = proxy_driver(proxy, tmp_path)
    driver.sync()
    assert sorted((row["x_Model"], row["BilledCost"]) for row in driver.costs("2026-10")) == [
        ("", "0.3"), ("openai/small", "0.2"),
    ]  # fmt: skip
    assert any("no customer is named" in note for note in driver.notes)
    assert "spend logs" in driver.source().test().missing[0]


def test_logs_beyond_the_aggregate_are_told(proxy: LiteLlmFake, tmp_path: Path) -> None:
    proxy.pages = [[aggregate("2026-10-05", 0.1)]]
    proxy.logs = [logged("a", "2026-10-05", 0.25)]
    driver = proxy_driver(proxy, tmp_path)
    driver.sync()
    assert driver.total() == Decimal("0.25")
    assert any("exceed the daily activity by 0.15 USD" in note for note in driver.notes)


def test_a_malformed_log_names_its_row(proxy: LiteLlmFake, tmp_path: Path) -> None:
    proxy.logs = [logged("a", "2026-10-05", "x")]
    with pytest.raises(SourceError, match="row 1 spend: 'x' is not a number"):
        proxy_driver(proxy, tmp_path).sync()
