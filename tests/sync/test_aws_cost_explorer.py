"""Cost Explorer against a fake with its recorded shapes: pages, paid requests, estimated months, tags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.cost_explorer import FakeCostExplorer
from tests.sync.source_driving import no_waiting, one_loader
from turbofinops_tui.actions.session import open_session
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.connections import load_connections
from turbofinops_tui.store.cost_cursors import parse_state

COSTS = {
    ("2026-09-01", "Usage", "AmazonEC2", "customer$acme"): ("1.50", "1.25"),
    ("2026-09-30", "Usage", "AmazonEC2", "customer$"): ("8E-7", "8E-7"),
    ("2026-10-20", "Usage", "AmazonS3", "customer$bolt"): ("2", "2"),
    ("2026-10-21", "Tax", "Tax", "customer$"): ("0.40", "0.40"),
    ("2026-11-02", "Credit", "AmazonEC2", "customer$"): ("-0.25", "-0.25"),
    ("2026-11-02", "Usage", "AmazonEC2", "customer$acme"): ("3", "3"),
}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCostExplorer]:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-05")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with FakeCostExplorer(dict(COSTS)) as running:
        running.estimated_from = "2026-11-01"
        running.tags = {"customer": "Active"}
        yield running


@pytest.fixture
def root(tmp_path: Path, fake: FakeCostExplorer) -> str:
    settings = ("mode=cost-explorer", "tag_key=customer", f"endpoint_url={fake.url}")
    words = [word for setting in settings for word in ("--set", setting)]
    assert main.run(["--root", str(tmp_path), "connect", "add", "aws", "ce", *words]) == 0
    return str(tmp_path)


def run(root: str, *words: str) -> int:
    return main.run(["--root", root, *words])


def totals(root: str) -> dict[tuple[str, str], str]:
    session = open_session(resolve(root=root), Clock())
    with session.store.read() as conn:
        rows = conn.execute(
            "SELECT b.period, t.cost, t.exact FROM batch_total t JOIN ingest_batch b ON b.id = t.batch"
            " WHERE b.state = 'active'"
        ).fetchall()
    return {(period, cost): exact for period, cost, exact in rows}


def test_the_first_sync_brings_three_months_exactly(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, "sync") == 0
    out, err = capsys.readouterr()
    assert "3 deliveries to read, 9 requests, about 0.09 USD" in err
    assert "backfill ce --since 2025-10-01 (about 42 requests, 0.42 USD)" in err
    assert totals(root) == {
        ("2026-09", "billed"): "1.5000008",
        ("2026-09", "effective"): "1.2500008",
        ("2026-10", "billed"): "2.4",
        ("2026-10", "effective"): "2.4",
        ("2026-11", "billed"): "2.75",
        ("2026-11", "effective"): "2.75",
    }
    assert f"{len(fake.asked)} paid requests" in out
    assert run(root, "reconcile") == 0
    with open_session(resolve(root=root), Clock()).store.read() as conn:
        [connection] = load_connections(conn)
    assert connection.account == fake.account
    assert parse_state(connection.cursor).requests == {"2026-11": len(fake.asked)}


def test_a_second_sync_reads_the_open_months_and_finds_nothing_new(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    run(root, "sync")
    fake.asked.clear()
    capsys.readouterr()
    assert run(root, "sync") == 0
    assert "ce: nothing new, 2 unchanged" in capsys.readouterr().out
    assert {body["TimePeriod"]["Start"] for body in fake.asked} == {"2026-10-01", "2026-11-01"}
    fake.costs["2026-10-20", "Usage", "AmazonS3", "customer$bolt"] = ("1.5", "1.5")
    assert run(root, "sync") == 0
    assert "cost-explorer 2026-10 changed by -0.5 USD" in capsys.readouterr().err


def test_estimated_days_are_provisional(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(root, "sync")
    capsys.readouterr()
    assert run(root, "report", "providers", "--period", "2026-10..2026-11", "--format", "json") == 0
    import json

    states = json.loads(capsys.readouterr().out)["states"]
    assert [(item["from"], item["to"], item["state"]) for item in states] == [
        ("2026-11-01", "2026-11-03", "provisional"),
        ("2026-11-03", "2026-11-06", "missing"),
    ]


def test_a_backfill_asks_before_it_costs_money(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, "backfill", "ce", "--since", "2026-01-01") == 1
    assert "--yes" in capsys.readouterr().err
    assert fake.asked == []
    assert run(root, "--yes", "backfill", "ce", "--since", "2026-09-01") == 0
    assert ("2026-09", "billed") in totals(root)


def test_throttling_and_a_changed_request_pass(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.faults = [(400, "LimitExceededException"), (500, "InternalServerError")]
    assert run(root, "sync") == 0
    fake.faults = [(400, "RequestChangedException")]
    assert run(root, "sync") == 0


def test_an_inactive_tag_explains_itself(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.costs = {("2026-11-02", "Usage", "AmazonEC2", "customer$"): ("3", "3")}
    fake.tags = {"customer": "Inactive"}
    assert run(root, "sync") == 0
    assert "the tag customer is Inactive" in capsys.readouterr().err


def test_each_missing_permission_is_named(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.denied = {"GetCostAndUsage", "ListCostAllocationTags"}
    assert run(root, "connect", "test", "ce") == 1
    err = capsys.readouterr().err
    assert "missing permission: ce:GetCostAndUsage" in err
    assert "missing permission: ce:ListCostAllocationTags" in err


def test_a_key_of_another_account_is_refused(
    root: str, fake: FakeCostExplorer, capsys: pytest.CaptureFixture[str]
) -> None:
    run(root, "sync")
    fake.account = "999999999999"
    fake.asked.clear()
    assert run(root, "sync") == 1
    assert "is of account 999999999999" in capsys.readouterr().err
    assert fake.asked == []


def test_a_failed_run_counts_what_it_asked(root: str, fake: FakeCostExplorer) -> None:
    fake.costs["2026-09-01", "Usage", "AmazonEC2", "customer$acme"] = ("NaN", "1")
    assert run(root, "sync") == 1
    with open_session(resolve(root=root), Clock()).store.read() as conn:
        state = parse_state(load_connections(conn)[0].cursor)
    assert state.requests == {"2026-11": len(fake.asked)}
    assert "UnblendedCost is not a number" in state.error
