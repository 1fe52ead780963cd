"""One dollar, one source between connections: exports before Cost Explorer, scopes that nest refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fakes.aws_refusing import BUCKET, RefusingAws
from tests.fakes.azure_refusing import RefusingAzure
from tests.fakes.azurite import Box
from tests.fakes.cost_explorer import FakeCostExplorer
from tests.fakes.s3_server import FOCUS, line
from tests.sync.azure_exports import SUBSCRIPTION, Export, focus
from tests.sync.cloud_program import Program
from tests.sync.source_driving import no_waiting, one_loader

COSTS = {
    ("2026-09-05", "Usage", "EC2", "customer$acme"): ("3", "3"),
    ("2026-10-05", "Usage", "EC2", "customer$acme"): ("20", "20"),
    ("2026-11-02", "Usage", "EC2", "customer$acme"): ("1", "1"),
}
BILLING = "/providers/Microsoft.Billing/billingAccounts/8611537"


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-05")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return Program(tmp_path, capsys)


def connect(program: Program, kind: str, name: str, **settings: str) -> None:
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    code, _, err = program.run("connect", "add", kind, name, *words)
    assert code == 0, err


def cost(program: Program) -> str:
    words = ("--from", "2026-09-01", "--to", "2026-12-01", "--by", "source")
    return str(program.json("report", *words)["totals"]["cost"])


@pytest.fixture
def explorer() -> Iterator[FakeCostExplorer]:
    with FakeCostExplorer(dict(COSTS)) as fake:
        yield fake


def explore(program: Program, fake: FakeCostExplorer, name: str = "ce", **more: str) -> None:
    settings = {"mode": "cost-explorer", "endpoint_url": fake.url, "tag_key": "customer", "env": "yes"} | more
    connect(program, "aws", name, **settings)


def test_an_export_takes_its_months_from_cost_explorer(program: Program, explorer: FakeCostExplorer) -> None:
    explore(program, explorer)
    assert program.sync("ce")["error"] == ""
    assert cost(program) == "24.00"
    with RefusingAws() as aws:
        aws.deliver(FOCUS, [line("2026-10-05", "20.5")])
        connect(program, "aws", "bills", bucket=BUCKET, prefix="fin", export="daily", endpoint_url=aws.url,
                env="yes")  # fmt: skip
        program.run("connect", "test", "ce")
        assert "ce asks Cost Explorer for this account" in program.run("connect", "test", "bills")[2]
        row = program.sync("bills")
        assert (row["error"], row["changes"]) == (
            "", ["cost-explorer 2026-10 changed by -20 USD (effective cost)"]
        )  # fmt: skip
        assert cost(program) == "24.50"
        aws.deliver(FOCUS, [], "2026-09")  # a month without rows takes nothing away
        assert program.sync("bills")["changes"] == []
        assert cost(program) == "24.50"
        explorer.asked.clear()
        row = program.sync("ce", "--since", "2026-09-01")
        assert "2026-10: not asked of Cost Explorer, bills has them by Data Exports" in row["notes"][-1]
        assert {body["TimePeriod"]["Start"] for body in explorer.asked} == {"2026-09-01", "2026-11-01"}
        assert cost(program) == "24.50"
        assert program.json("reconcile")["ok"]
        assert program.run("connect", "remove", "bills", "--with-data")[0] == 0
        assert program.sync("ce")["error"] == ""
        assert cost(program) == "24.00"


def test_an_export_that_another_account_reads_is_known_by_its_rows(
    program: Program, explorer: FakeCostExplorer
) -> None:
    with RefusingAws() as aws:
        header, row = f"{FOCUS},SubAccountId,ProviderName", f"{line('2026-10-05', '20.5')},999999999999,AWS"
        aws.deliver(header, [row])
        connect(program, "aws", "bills", bucket=BUCKET, prefix="fin", export="daily", endpoint_url=aws.url,
                env="yes")  # fmt: skip
        assert program.sync("bills")["error"] == ""
        explorer.account = "999999999999"
        explore(program, explorer)
        assert program.sync("ce")["error"] == ""
        assert cost(program) == "24.50"


def test_two_cost_explorers_of_one_account_are_refused(program: Program, explorer: FakeCostExplorer) -> None:
    explore(program, explorer)
    explore(program, explorer, "other", tag_key="team")
    assert program.sync("ce")["error"] == ""
    code, _, err = program.run("connect", "test", "other")
    assert (code, "would count twice" in err) == (1, True)
    asked = len(explorer.asked)
    error = program.sync("other")["error"]
    assert "ce asks Cost Explorer for account 123456789012 too: the same cost would count twice" in error
    assert "remove one: turbofinops connect remove other --with-data" in error
    assert len(explorer.asked) == asked
    assert cost(program) == "24.00"


def azure(program: Program, fake: RefusingAzure, name: str, scope: str, sub: str = "sub-1") -> Any:
    row = focus("2026-10-01", "5")
    row[7] = sub
    Export(scope=scope).put(cast(Box, fake), [row])
    connect(program, "azure", name, container_url=fake.url)
    return program.sync(name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SUBSCRIPTION, SUBSCRIPTION),
        (SUBSCRIPTION, f"{SUBSCRIPTION}/resourceGroups/web"),
        (f"{SUBSCRIPTION}/resourceGroups/web", SUBSCRIPTION),
        (BILLING, f"{BILLING}/billingProfiles/x"),
        (BILLING, SUBSCRIPTION),
    ],
    ids=["same", "group in subscription", "subscription of group", "profile", "subscription of account"],
)
def test_scopes_of_two_connections_that_nest_are_refused(
    program: Program, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    for name in ("ONE", "TWO"):
        monkeypatch.setenv(f"TURBOFINOPS_{name}_SAS", "sp=rl&se=2099-01-01T00:00:00Z&sig=c2lnbmF0dXJl")
    sub = SUBSCRIPTION.rpartition("/")[2]
    with RefusingAzure() as one, RefusingAzure() as two:
        assert azure(program, one, "one", first, sub)["error"] == ""
        error = azure(program, two, "two", second, sub)["error"]
        assert "may hold the same cost as one" in error
        assert "turbofinops connect remove two --with-data" in error
        code, _, err = program.run("connect", "test", "two")
        assert (code, "may hold the same cost as one" in err) == (1, True)
        assert {row["source"] for row in program.json("reconcile")["rows"]} == {"one"}


def test_scopes_of_two_connections_apart_add_up(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ONE", "TWO"):
        monkeypatch.setenv(f"TURBOFINOPS_{name}_SAS", "sp=rl&se=2099-01-01T00:00:00Z&sig=c2lnbmF0dXJl")
    with RefusingAzure() as one, RefusingAzure() as two:
        assert azure(program, one, "one", BILLING, "another-subscription")["error"] == ""
        assert azure(program, two, "two", SUBSCRIPTION, "sub-2")["error"] == ""
    assert cost(program) == "10.00"
