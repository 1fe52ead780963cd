"""Whatever an API refuses or spoils is one sentence with the next step, of each kind; no other stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ai_providers import KEY, AnthropicFake, LiteLlmFake, OpenAiFake, OpenRouterFake
from tests.fakes.datadog_server import APP_KEY, DatadogFake
from tests.fakes.json_server import JsonServer
from tests.fakes.s3_server import FOCUS, line
from tests.sync import test_ai_end_to_end as fakes
from tests.sync.cloud_program import Program
from tests.sync.source_driving import no_waiting, one_loader
from tests.sync.test_ai_bills import claude_cost, cost
from tests.sync.test_datadog_bills import page, row
from tests.sync.test_gateway_bills import active, aggregate
from turbofinops_tui.sync.pull import aws_access, cloud_http, datadog_api, json_api

WRONG = "sk-admin-of-somebody-else-0000"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of API source: its fake, and the same with something odd in it."""

    name: str
    make: Callable[[float], JsonServer]
    spoiled: Callable[[Any], JsonServer]
    """a fake whose one amount is what is given"""
    empty: Callable[[], JsonServer]


def openai_of(amount: Any) -> JsonServer:
    fake = OpenAiFake()
    fake.costs["2026-11-03"] = [cost(amount, "gpt-4o, output")]
    return fake


def anthropic_of(amount: Any) -> JsonServer:
    fake = AnthropicFake()
    fake.costs["2026-11-03"] = [claude_cost(amount)]
    return fake


def openrouter_of(amount: Any) -> JsonServer:
    fake = OpenRouterFake(fakes.TODAY)
    fake.rows = [active("2026-11-03", amount)]
    return fake


def litellm_of(amount: Any) -> JsonServer:
    fake = LiteLlmFake()
    fake.pages = [[aggregate("2026-11-03", amount)]]
    return fake


def datadog_of(amount: Any) -> JsonServer:
    fake = DatadogFake()
    fake.auth = {"DD-API-KEY": KEY, "DD-APPLICATION-KEY": APP_KEY}
    told = row({"customer": ["acme"]}, 4.0)
    told["attributes"]["values"] = {"infra_host_on_demand_cost": amount}
    fake.by_tag["2026-10"] = [page(told)]
    return fake


def no_datadog() -> JsonServer:
    fake = DatadogFake()
    fake.auth = {"DD-API-KEY": KEY, "DD-APPLICATION-KEY": APP_KEY}
    return fake


KINDS = (
    Kind("openai", fakes.openai_fake, openai_of, OpenAiFake),
    Kind("anthropic", fakes.anthropic_fake, anthropic_of, AnthropicFake),
    Kind("openrouter", fakes.openrouter_fake, openrouter_of, lambda: OpenRouterFake(fakes.TODAY)),
    Kind("litellm", fakes.litellm_fake, litellm_of, LiteLlmFake),
    Kind("datadog", fakes.datadog_fake, datadog_of, no_datadog),
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program with one good source of files."""
    no_waiting(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", fakes.TODAY)
    monkeypatch.setenv("TURBOFINOPS_ACME_API_KEY", KEY)
    monkeypatch.setenv("TURBOFINOPS_ACME_APP_KEY", APP_KEY)
    (tmp_path / "good.csv").write_text(f"{FOCUS}\n{line('2026-10-01', '7')}\n")
    made = Program(tmp_path / "root", capsys)
    assert made.run("connect", "add", "focus", "zz-files", "--set", f"path={tmp_path / 'good.csv'}")[0] == 0
    return made


def connect(program: Program, kind: str, address: str, setting: str = "base_url", **more: str) -> None:
    words = [word for key, text in ({setting: address} | more).items() for word in ("--set", f"{key}={text}")]
    assert program.run("connect", "add", kind, "acme", *words)[0] == 0


def failed(program: Program) -> str:
    """The sentence of a sync that fails, once the other source came and nothing of this one did."""
    bad, good = program.json("sync")["rows"]
    assert (bad["name"], good["error"]) == ("acme", "")
    assert "\n" not in bad["error"]
    assert ": " in bad["error"]
    assert "unexpected" not in bad["error"]
    assert {line["source"] for line in program.json("reconcile")["rows"]} == {"zz-files"}
    return str(bad["error"])


FAULTS = {
    "401": "refuses the key of acme (unknown, revoked or expired)",
    "403": "the key of acme may not read",
    "404": "(HTTP 404)",
    "429": "HTTP 429: check the network, or run this again",
    "500": "HTTP 500: check the network, or run this again",
    "304": "(HTTP 304)",
    "redirect": "(HTTP 302)",
    "html": "the answer is no JSON: check the network",
    "cut": "the connection broke: check the network",
    "reset": "the connection broke: check the network",
}


@every_kind
def test_a_fault_is_a_sentence(program: Program, kind: Kind) -> None:
    with kind.make(12.5) as fake:
        connect(program, kind.name, fake.url)
        for fault, said in FAULTS.items():
            fake.faults.clear()
            fake.fail("", fault, times=1_000_000)
            assert said in failed(program), fault
        assert "/elsewhere" not in fake.paths()  # a redirect is never followed: it would carry the key away
        fake.faults.clear()
        assert program.sync("acme")["error"] == ""


@every_kind
def test_a_wrong_key_is_told_without_it(
    program: Program, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kind.make(12.5) as fake:
        connect(program, kind.name, fake.url)
        monkeypatch.setenv("TURBOFINOPS_ACME_API_KEY", WRONG)
        error = failed(program)
        assert "unknown, revoked or expired" in error
        assert WRONG not in error
        monkeypatch.delenv("TURBOFINOPS_ACME_API_KEY")
        assert "TURBOFINOPS_ACME_API_KEY" in failed(program)


@every_kind
def test_an_odd_amount_is_told_and_an_empty_month_is_no_error(program: Program, kind: Kind) -> None:
    with kind.spoiled("1,5") as fake:
        connect(program, kind.name, fake.url)
        odd: tuple[Any, ...] = ("1,5", "NaN", {"x": 1}, [], True)
        for amount in odd:
            other = kind.spoiled(amount)
            fake.route, fake.auth = other.route, other.auth
            assert " is not " in failed(program), amount
        other = kind.empty()
        fake.route, fake.auth = other.route, other.auth
        assert program.sync("acme")["error"] == ""
        assert {line["source"] for line in program.json("reconcile")["rows"]} == {"zz-files"}


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        waiting.listen(128)
        yield f"http://127.0.0.1:{waiting.getsockname()[1]}"


SILENT = {
    "openai": ("base_url", {}, "no answer in time"),
    "datadog": ("base_url", {}, "no answer in time"),
    "azure": ("container_url", {}, "no answer in time"),
    "gcp": ("api_endpoint", {"project": "p", "table": "d.t"}, "no answer in time"),
    "aws": ("endpoint_url", {"bucket": "b"}, "does not answer s3:ListBucket (ReadTimeoutError): try again"),
}


@pytest.mark.parametrize("kind", SILENT)
def test_who_never_answers_is_given_up(
    program: Program, silent: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting, more, said = SILENT[kind]
    one_loader(monkeypatch)
    for module in (json_api, datadog_api, cloud_http):
        monkeypatch.setattr(module, "TIMEOUT", (5.0, 0.02))
    monkeypatch.setattr(aws_access, "TIMEOUTS", (5.0, 0.02))
    monkeypatch.setenv("TURBOFINOPS_ACME_SAS", "sp=rl&sig=c2lnbmF0dXJlLW9mLXRoZS10ZXN0")
    monkeypatch.setenv("TURBOFINOPS_ACME_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("TURBOFINOPS_ACME_SECRET_ACCESS_KEY", "of-the-test")
    connect(program, kind, silent + ("/acct/costs" if kind == "azure" else ""), setting, **more)
    assert said in failed(program)
