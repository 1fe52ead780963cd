"""OpenAI and Anthropic as cost sources against fakes: exact money, disjoint tokens, paging, faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ai_providers import KEY, AnthropicFake, OpenAiFake
from tests.sync.source_driving import Driver, no_waiting
from turbofinops_tui.economics.periods import parse_day
from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.pull import anthropic, openai
from turbofinops_tui.sync.runner import Ask

TODAY = "2026-11-24"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    no_waiting(monkeypatch)


@pytest.fixture
def open_ai() -> Iterator[OpenAiFake]:
    with OpenAiFake() as fake:
        yield fake
    assert not fake.violations


@pytest.fixture
def claude() -> Iterator[AnthropicFake]:
    with AnthropicFake() as fake:
        yield fake
    assert not fake.violations


def openai_driver(fake: OpenAiFake, folder: Path) -> Driver:
    return Driver(openai, "openai", TODAY, folder, {"api_key": KEY}, base_url=fake.url)


def claude_driver(fake: AnthropicFake, folder: Path) -> Driver:
    return Driver(anthropic, "anthropic", TODAY, folder, {"api_key": KEY}, base_url=fake.url)


def cost(
    value: Any, item: str | None, project: str | None = "proj_1", currency: str = "usd"
) -> dict[str, Any]:
    return {
        "object": "organization.costs.result", "amount": {"value": value, "currency": currency},
        "line_item": item, "project_id": project, "api_key_id": None, "quantity": 1000,
        "quantity_unit": "tokens",
    }  # fmt: skip


def tokens(**counts: int) -> dict[str, Any]:
    return {"model": "gpt-4o-2024-08-06", "project_id": "proj_1", "api_key_id": None, **counts}


def test_money_of_openai_is_exact_and_tokens_are_disjoint(open_ai: OpenAiFake, tmp_path: Path) -> None:
    open_ai.costs["2026-10-01"] = [
        cost(0.1, "gpt-4o-2024-08-06, input"),
        cost(0.2, "gpt-4o-2024-08-06, cached input"),
    ]
    open_ai.costs["2026-10-31"] = [cost(1.5e-05, "assistants api | file search", None)]
    open_ai.usage["completions"]["2026-10-01"] = [
        tokens(input_tokens=1000, input_cached_tokens=400, input_cache_write_tokens=100, output_tokens=500)
    ]
    driver = openai_driver(open_ai, tmp_path)
    driver.sync()
    assert driver.total("2026-10") == Decimal("0.300015")
    found = {
        unit: driver.quantity(f"Mtokens:{unit}") for unit in ("input", "cache_read", "cache_write", "output")
    }
    assert found == {
        "input": Decimal("0.0005"), "cache_read": Decimal("0.0004"),
        "cache_write": Decimal("0.0001"), "output": Decimal("0.0005"),
    }  # fmt: skip
    first = driver.costs("2026-10")[0]
    assert (first["x_Model"], first["ConsumedUnit"], first["SubAccountId"]) == (
        "gpt-4o-2024-08-06", "Mtokens:input", "proj_1",
    )  # fmt: skip
    assert json.loads(first["Tags"]) == {"project": "Search", "project_id": "proj_1"}
    other = driver.costs("2026-10")[-1]
    assert json.loads(other["Tags"]) == {"line_item": "assistants api | file search"}
    assert (other["BillingAccountId"], other["BillingCurrency"]) == ("org-acme", "USD")


def test_every_day_of_many_pages_counts_once(open_ai: OpenAiFake, tmp_path: Path) -> None:
    for day in range(1, 32):
        open_ai.costs[f"2026-10-{day:02d}"] = [cost(1, "gpt-4o, output")]
    driver = openai_driver(open_ai, tmp_path)
    driver.sync()
    assert driver.total("2026-10") == 31
    assert driver.total() == 31


def test_a_second_sync_brings_nothing_and_a_restated_day_replaces(
    open_ai: OpenAiFake, tmp_path: Path
) -> None:
    open_ai.costs["2026-08-02"] = [cost(7, "gpt-4o, output")]
    open_ai.costs["2026-11-03"] = [cost(5, "gpt-4o, output")]
    driver = openai_driver(open_ai, tmp_path)
    assert len(driver.sync()) == 13
    open_ai.asked.clear()
    assert driver.sync() == []
    starts = [dict(query)["start_time"] for path, query in open_ai.asked if path.endswith("/costs")]
    assert {int(start) // 86400 for start in starts} == {parse_day("2026-10-01"), parse_day("2026-11-01")}
    open_ai.costs["2026-11-03"] = [cost(4.25, "gpt-4o, output")]
    open_ai.costs["2026-08-02"] = [cost(8, "gpt-4o, output")]
    assert [item.periods for item in driver.sync()] == [("2026-11",)]
    assert driver.total() == Decimal("11.25")
    driver.sync(full=True)
    assert driver.total() == Decimal("12.25")


def test_an_empty_month_has_no_file_and_a_foreign_currency_stays(open_ai: OpenAiFake, tmp_path: Path) -> None:
    open_ai.costs["2026-11-03"] = [cost(5, "x", currency="eur")]
    driver = openai_driver(open_ai, tmp_path)
    brought = {item.periods[0]: item for item in driver.sync()}
    assert brought["2026-10"].files == ()
    assert driver.costs("2026-11")[0]["BillingCurrency"] == "EUR"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (cost("abc", "x"), "'abc' is not a number"),
        (cost(None, "x"), "'None' is not a number"),
        (cost(True, "x"), "'True' is not a number"),
        (cost(1, "x", currency="zzz"), "'zzz' is not a known currency"),
        ({"line_item": "x"}, "amount.value"),
    ],
)
def test_a_malformed_row_names_its_place(
    open_ai: OpenAiFake, tmp_path: Path, row: dict[str, Any], told: str
) -> None:
    open_ai.costs["2026-11-03"] = [cost(1, "fine"), row]
    with pytest.raises(SourceError) as caught:
        openai_driver(open_ai, tmp_path).sync()
    assert "2026-11-03 result 2" in caught.value.message
    assert told in caught.value.message


def test_more_cached_than_input_tokens_is_refused(open_ai: OpenAiFake, tmp_path: Path) -> None:
    open_ai.usage["completions"]["2026-11-03"] = [tokens(input_tokens=10, input_cached_tokens=11)]
    with pytest.raises(SourceError, match="exceed 10 input tokens"):
        openai_driver(open_ai, tmp_path).sync()


@pytest.mark.parametrize("kind", ["429", "500", "503", "html", "cut", "reset"])
def test_what_passes_is_asked_again(open_ai: OpenAiFake, tmp_path: Path, kind: str) -> None:
    open_ai.costs["2026-11-03"] = [cost(5, "gpt-4o, output")]
    open_ai.fail("/costs", kind, times=2, after=1, retry_after="0")
    driver = openai_driver(open_ai, tmp_path)
    driver.sync()
    assert driver.total() == 5


def test_a_redirect_does_not_carry_the_key_away(open_ai: OpenAiFake, tmp_path: Path) -> None:
    open_ai.fail("/costs", "redirect")
    with pytest.raises(SourceError, match="HTTP 302"):
        openai_driver(open_ai, tmp_path).sync()
    assert "/elsewhere" not in open_ai.paths()


def test_an_expired_key_is_told_without_it(open_ai: OpenAiFake, tmp_path: Path) -> None:
    driver = Driver(
        openai, "openai", TODAY, tmp_path, {"api_key": "sk-admin-expired-000000"}, base_url=open_ai.url
    )
    with pytest.raises(SourceError) as caught:
        driver.sync()
    assert "unknown, revoked or expired" in caught.value.message
    assert "expired-000000" not in caught.value.line()
    open_ai.violations.clear()


def test_missing_permissions_are_named(open_ai: OpenAiFake, tmp_path: Path) -> None:
    driver = openai_driver(open_ai, tmp_path)
    probe = driver.source().test()
    assert (probe.account, probe.missing) == ("org-acme", ())
    open_ai.denied |= {"/usage/"}
    assert len(driver.source().test().missing) == 1
    open_ai.costs["2026-11-03"] = [cost(5, "gpt-4o, output")]
    driver.sync()
    assert driver.total() == 5
    assert any("no tokens of completions" in note for note in driver.notes)


def test_keys_that_are_not_offered_are_left_out(open_ai: OpenAiFake, tmp_path: Path) -> None:
    open_ai.by_key = False
    open_ai.costs["2026-11-03"] = [cost(5, "gpt-4o, output")]
    driver = openai_driver(open_ai, tmp_path)
    driver.sync()
    assert driver.total() == 5
    assert any("API key" in note for note in driver.notes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("gpt-4o-2024-08-06, cached input", ("gpt-4o-2024-08-06", "cache_read")),
        ("evals | gpt-4.1, output", ("gpt-4.1", "output")),
        ("ft-x, cache write", ("ft-x", "cache_write")),
        ("code interpreter", ("", "")),
        ("", ("", "")),
    ],
)
def test_line_items(text: str, found: tuple[str, str]) -> None:
    assert openai.line_item(text) == found


def claude_cost(amount: str, kind: str | None = "uncached_input_tokens", **more: Any) -> dict[str, Any]:
    row = {
        "amount": amount, "currency": "USD", "cost_type": "tokens", "token_type": kind,
        "service_tier": "standard",
        "model": "claude-sonnet-4-20250514", "context_window": "0-200k", "workspace_id": "wrkspc_1",
        "description": "Claude Sonnet 4 Usage",
    }  # fmt: skip
    return row | more


def claude_usage(**more: Any) -> dict[str, Any]:
    row = {
        "uncached_input_tokens": 1500, "cache_read_input_tokens": 200, "output_tokens": 500,
        "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
        "server_tool_use": {"web_search_requests": 10}, "model": "claude-sonnet-4-20250514",
        "service_tier": "standard", "context_window": "0-200k", "workspace_id": "wrkspc_1",
    }  # fmt: skip
    return row | more


def test_cents_of_anthropic_are_cents(claude: AnthropicFake, tmp_path: Path) -> None:
    claude.costs["2026-11-03"] = [
        claude_cost("123.78912"),
        claude_cost("0.000000000000000000000000000000001", "cache_creation.ephemeral_1h_input_tokens"),
    ]
    claude.usage["2026-11-03"] = [claude_usage()]
    driver = claude_driver(claude, tmp_path)
    driver.sync()
    assert {Decimal(row["BilledCost"]) for row in driver.costs("2026-11")} == {
        Decimal("1.2378912"), Decimal("1e-35"),
    }  # fmt: skip
    found = {
        unit: driver.quantity(f"Mtokens:{unit}") for unit in ("input", "cache_read", "cache_write", "output")
    }
    assert found == {
        "input": Decimal("0.0015"), "cache_read": Decimal("0.0002"),
        "cache_write": Decimal("0.0015"), "output": Decimal("0.0005"),
    }  # fmt: skip
    assert driver.quantity("web searches") == 10
    line = next(row for row in driver.costs("2026-11") if row["BilledCost"] == "1.2378912")
    same = next(
        row
        for row in driver.rows["2026-11"]
        if row["ConsumedQuantity"] == "0.0015" and row["ConsumedUnit"] == "Mtokens:input"
    )
    assert all(
        line[name] == same[name]
        for name in ("Tags", "x_Model", "ConsumedUnit", "SubAccountId", "ServiceName")
    )


def test_anthropic_pages_names_and_priority_tier(claude: AnthropicFake, tmp_path: Path) -> None:
    for day in range(1, 32):
        claude.costs[f"2026-10-{day:02d}"] = [claude_cost("100")]
    claude.costs["2026-10-05"] += [
        claude_cost("50", None, workspace_id=None, model=None, cost_type="code_execution")
    ]
    claude.usage["2026-10-05"] = [claude_usage(service_tier="priority")]
    driver = claude_driver(claude, tmp_path)
    driver.sync()
    assert driver.total() == Decimal("31.5")
    assert any("Priority Tier" in note for note in driver.notes)
    odd = next(row for row in driver.costs("2026-10") if not row["x_Model"])
    assert (odd["SubAccountId"], odd["BillingAccountId"]) == ("", "org-claude")
    assert json.loads(odd["Tags"])["cost_type"] == "code_execution"
    assert driver.sync() == []


def test_a_page_that_comes_again_is_refused(
    claude: AnthropicFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"data": [], "has_more": True, "next_page": "same"}
    monkeypatch.setattr(claude, "route", lambda *_: answer)
    source = claude_driver(claude, tmp_path).source()
    with pytest.raises(SourceError, match="the same page again"):
        source.fetch(source.plan(Ask(), {}).items[0], tmp_path, lambda *_: None)


def test_the_organisation_of_a_claude_key(claude: AnthropicFake, tmp_path: Path) -> None:
    probe = claude_driver(claude, tmp_path).source().test()
    assert (probe.account, probe.missing) == ("org-claude", ())
    claude.denied |= {"usage_report"}
    assert "usage report" in claude_driver(claude, tmp_path).source().test().missing[0]
