"""Each API source by the command line into the same books: reconcile zero, a second sync, restatement."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ai_providers import KEY, AnthropicFake, LiteLlmFake, OpenAiFake, OpenRouterFake
from tests.fakes.datadog_server import APP_KEY, DatadogFake
from tests.fakes.json_server import JsonServer
from tests.sync.source_driving import no_waiting
from tests.sync.test_ai_bills import claude_cost, claude_usage, cost, tokens
from tests.sync.test_datadog_bills import page, row
from tests.sync.test_gateway_bills import active, aggregate, logged
from turbofinops_tui.cli.main import run

TODAY = "2026-11-24"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    no_waiting(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", TODAY)
    monkeypatch.setenv("TURBOFINOPS_ACME_API_KEY", KEY)


def openai_fake(amount: float) -> JsonServer:
    fake = OpenAiFake()
    fake.costs["2026-11-03"] = [cost(amount, "gpt-4o, output"), cost(0, "gpt-4o, input")]
    fake.usage["completions"]["2026-11-03"] = [tokens(input_tokens=10, output_tokens=5)]
    return fake


def anthropic_fake(amount: float) -> JsonServer:
    fake = AnthropicFake()
    fake.costs["2026-11-03"] = [claude_cost(str(amount * 100))]
    fake.usage["2026-11-03"] = [claude_usage()]
    return fake


def openrouter_fake(amount: float) -> JsonServer:
    fake = OpenRouterFake(TODAY)
    fake.rows = [active("2026-11-03", amount)]
    return fake


def litellm_fake(amount: float) -> JsonServer:
    fake = LiteLlmFake()
    fake.pages = [[aggregate("2026-11-03", amount)]]
    fake.logs = [logged("a", "2026-11-03", 0.25, "globex")]
    return fake


def datadog_fake(amount: float) -> JsonServer:
    fake = DatadogFake()
    fake.auth = {"DD-API-KEY": KEY, "DD-APPLICATION-KEY": APP_KEY}
    fake.by_tag["2026-10"] = [page(row({"customer": ["acme"]}, amount))]
    return fake


def call(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["--root", str(home), *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def totals(home: Path, capsys: pytest.CaptureFixture[str], *by: str) -> Any:
    words = ["report", "--by", by[0] if by else "source", "--measure", "cost", "--format", "json"]
    code, out, err = call(home, capsys, *words, "--from", "2026-10-01", "--to", "2026-12-01")
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize(
    ("kind", "make", "account"),
    [
        ("openai", openai_fake, "org-acme"),
        ("anthropic", anthropic_fake, "org-claude"),
        ("openrouter", openrouter_fake, "user_7"),
        ("litellm", litellm_fake, None),
        ("datadog", datadog_fake, "org-uuid"),
    ],
)
def test_from_connect_to_a_restated_month(
    kind: str, make: Callable[[float], JsonServer], account: str | None, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TURBOFINOPS_ACME_APP_KEY", APP_KEY)
    with ExitStack() as servers:
        fake = servers.enter_context(make(12.5))
        code, _, err = call(tmp_path, capsys, "connect", "add", kind, "acme", "--set", f"base_url={fake.url}")
        assert code == 0, err
        code, out, err = call(tmp_path, capsys, "connect", "test", "acme")
        assert code == 0, err
        assert KEY not in out + err
        code, out, err = call(tmp_path, capsys, "sync", "acme")
        assert code == 0, out + err
        assert totals(tmp_path, capsys)["totals"]["cost"] == "12.50"
        listed = json.loads(call(tmp_path, capsys, "connect", "list", "--format", "json")[1])["rows"][0]
        assert (listed["account"] or None) == account
        code, out, err = call(tmp_path, capsys, "reconcile", "--format", "json")
        assert code == 0, out + err
        code, out, err = call(tmp_path, capsys, "sync", "acme")
        assert code == 0, out + err
        assert "changed by" not in out + err
        other = servers.enter_context(make(11.25))
        fake.route, fake.auth = other.route, other.auth
        code, out, err = call(tmp_path, capsys, "sync", "acme")
        assert code == 0, out + err
        assert "changed by -1.25 USD" in out + err
        assert totals(tmp_path, capsys)["totals"]["cost"] == "11.25"
        assert call(tmp_path, capsys, "db", "rebuild")[0] == 0
        assert totals(tmp_path, capsys)["totals"]["cost"] == "11.25"


def test_a_gateway_names_its_customers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with litellm_fake(0.5) as fake:
        assert (
            call(tmp_path, capsys, "connect", "add", "litellm", "acme", "--set", f"base_url={fake.url}")[0]
            == 0
        )
        assert call(tmp_path, capsys, "sync", "acme")[0] == 0
    rows = totals(tmp_path, capsys, "customer")["rows"]
    assert {item["customer"]: item["cost"] for item in rows} == {"globex": "0.25", None: "0.25"}


def test_a_key_of_another_account_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with AnthropicFake() as fake:
        fake.costs["2026-11-03"] = [claude_cost("100")]
        call(tmp_path, capsys, "connect", "add", "anthropic", "acme", "--set", f"base_url={fake.url}")
        assert call(tmp_path, capsys, "connect", "test", "acme")[0] == 0
        fake.organisation = "org-other"
        code, out, err = call(tmp_path, capsys, "sync", "acme")
        assert code == 1
        assert "org-other" in out + err
        assert call(tmp_path, capsys, "connect", "test", "acme")[0] == 1
