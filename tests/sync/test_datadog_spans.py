"""Datadog's retained spans as usage evidence: one question a day, marked, after traces, taken away whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.datadog_server import API_KEY, APP_KEY, DatadogFake
from tests.one_number.program import Failed, Program
from tests.one_number.traces import COST_MAP, Use, write_costs, write_spans
from tests.sync.source_driving import Driver, no_waiting
from turbofinops_tui.sync.pull import datadog
from turbofinops_tui.sync.pull.datadog_spans import ALL, NONE, PATH

TODAY = "2026-11-24"
DAY = "2026-11-20"
FACET = "@customer.id"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    no_waiting(monkeypatch)


@pytest.fixture
def server() -> Iterator[DatadogFake]:
    with DatadogFake() as fake:
        yield fake
    assert not fake.violations


def bucket(
    service: str, customer: str, spans: int, nanoseconds: float, name: str = "compute"
) -> dict[str, Any]:
    """As recorded; Datadog's package calls the figures ``computes``."""
    figures = {"c0": spans, "c1": nanoseconds}
    return {
        "type": "bucket",
        "id": "x",
        "attributes": {"by": {"service": service, FACET: customer}, name: figures},
    }


def days_asked(server: DatadogFake) -> list[str]:
    """The days of the questions about spans, in order."""
    bodies = [dict(query)["body"] for path, query in server.asked if path == PATH]
    return [json.loads(body)["data"]["attributes"]["filter"]["from"][:10] for body in bodies]


@pytest.fixture
def program(server: DatadogFake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A connection that asks for spans, and a shared pool that they split."""
    monkeypatch.setenv("TURBOFINOPS_DD_API_KEY", API_KEY)
    monkeypatch.setenv("TURBOFINOPS_DD_APP_KEY", APP_KEY)
    found = Program(tmp_path / "root", TODAY)
    words = ("--set", f"base_url={server.url}", "--set", f"spans_customer={FACET}")
    found.call("connect", "add", "datadog", "dd", *words)
    server.spans[DAY] = [
        bucket("api", "acme", 30, 3e9), bucket("api", "beta", 10, 1e9, "computes"),
        bucket("api", NONE, 20, 1e9), bucket("web", "acme", 1, 5e8), bucket("web", ALL, 1, 5e8),
    ]  # fmt: skip
    costs = write_costs(tmp_path / "c.csv", [(DAY, "60", "EKS", "shared")])
    found.call("import", "costs", costs, "--source", "aws", *COST_MAP)
    link = ("--kind", "trace", "--match", "service=EKS", "--evidence", "api", "--weight", "requests")
    found.call("links", "add", *link)
    return found


def usage(program: Program) -> dict[Any, str]:
    """Requests by service and customer."""
    words = ("report", "--by", "service,customer", "--measure", "requests", "--period", "2026-11")
    rows = program.json(*words)["rows"]
    return {
        (row["service"], row["customer"]): row["requests"].partition(".")[0]
        for row in rows
        if row["requests"]
    }


def cost(program: Program) -> dict[Any, str]:
    """Cost by customer."""
    rows = program.json("report", "--by", "customer", "--measure", "cost", "--period", "2026-11")["rows"]
    return {row["customer"]: row["cost"] for row in rows}


def test_retained_spans_split_a_pool_and_are_marked(program: Program, server: DatadogFake) -> None:
    program.call("sync", "dd")
    assert days_asked(server) == [f"2026-11-{day:02d}" for day in range(9, 24)]
    assert usage(program) == {
        ("api", "acme"): "30", ("api", "beta"): "10", ("api", None): "20", ("web", "acme"): "1",
    }  # fmt: skip
    assert cost(program) == {"acme": "30.00", "beta": "10.00", None: "20.00"}
    coverage = program.json("report", "coverage", "--period", "2026-11")
    (marked,) = [text for text in coverage["warnings"] if "retained-only" in text]
    assert "api, web on 1 day " in marked
    assert not [
        text
        for text in program.json("report", "coverage", "--period", "2026-10")["warnings"]
        if "ret" in text
    ]


def test_final_days_are_asked_once_and_a_later_answer_replaces(program: Program, server: DatadogFake) -> None:
    program.call("sync", "dd")
    server.asked.clear()
    program.call("sync", "dd")
    assert days_asked(server) == ["2026-11-22", "2026-11-23"]
    server.spans["2026-11-23"] = [bucket("api", "acme", 7, 1e9)]
    program.call("sync", "dd")
    server.spans["2026-11-23"] = [bucket("api", "acme", 9, 1e9)]
    program.call("sync", "dd")
    assert usage(program)["api", "acme"] == "39"
    server.spans.clear()  # retention has forgotten them: what was read stays
    later = Program(program.root, "2026-12-20")
    later.call("sync", "dd", "--since", "2026-11-01")
    assert usage(later)["api", "acme"] == "39"


def test_traces_of_the_same_service_and_day_come_first(program: Program, tmp_path: Path) -> None:
    program.call("sync", "dd")
    uses = [Use("a1", "1", DAY, "api", 100, customer="gamma")]
    program.call("import", "otlp", write_spans(tmp_path / "s.jsonl", uses))
    assert usage(program) == {("api", "gamma"): "1", ("web", "acme"): "1"}
    assert cost(program) == {"gamma": "60.00"}


def test_what_a_limit_cut_off_has_no_customer(server: DatadogFake, tmp_path: Path) -> None:
    driver = Driver(
        datadog, "datadog", TODAY, tmp_path, {"api_key": API_KEY, "app_key": APP_KEY},
        base_url=server.url, spans_customer=FACET,
    )  # fmt: skip
    server.spans[DAY] = [bucket("api", "acme", 3, 30), bucket("api", ALL, 10, 100)]
    found = [one.evidence for one in driver.sync() if one.evidence is not None and one.evidence.rows]
    rows = {row.key.customer: row.measures[2:4] for row in found[0].rows}
    assert rows == {"acme": (3, 30), "": (7, 70)}
    assert any("7 spans of api are beyond 1,000 customers" in note for note in driver.notes)


def test_a_key_without_the_permission_is_told_and_cost_still_comes(
    program: Program, server: DatadogFake
) -> None:
    server.denied.add("/spans/")
    program.call("connect", "test", "dd", code=1)
    with pytest.raises(Failed, match="apm_read"):
        program.call("sync", "dd")
    assert server.paths().count("/api/v2/usage/estimated_cost") > 0
    assert usage(program) == {}


def test_removing_the_connection_with_its_data_takes_the_spans(program: Program) -> None:
    program.call("sync", "dd")
    program.call("--yes", "connect", "remove", "dd", "--with-data")
    assert usage(program) == {}
    assert cost(program) == {None: "60.00"}


def test_without_the_setting_nobody_asks_for_spans(server: DatadogFake, tmp_path: Path) -> None:
    driver = Driver(
        datadog, "datadog", TODAY, tmp_path, {"api_key": API_KEY, "app_key": APP_KEY}, base_url=server.url
    )
    driver.sync()
    assert PATH not in server.paths()
