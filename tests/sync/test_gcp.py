"""The billing export of Google Cloud through the program: its statements run on a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.bigquery import ACCOUNT, DATASET, PROJECT, TABLE, TOKEN, BigQueryServer, Refusal
from tests.sync.cloud_program import Program
from tests.sync.gcp_rows import focus_row, row
from tests.sync.source_driving import no_waiting

ROWS = [
    row("2026-10-01", 0.1, labels={"customer": "acme", "env": "prod"}),
    row("2026-10-01", 0.2, labels={"customer": "acme", "env": "prod"}),
    row("2026-10-02", 7e-07, labels={"env": "prod"}),
    row("2026-10-02", 10.0, service="Vertex AI", taken=(-2.5, -0.25)),
    row("2026-10-31", 1.0, kind="tax"),
    row("2026-09-30", 5.0, month="202610"),
    row("2026-09-15", 3.0, labels={"customer": "bolt"}),
]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BigQueryServer]:
    no_waiting(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-03")
    with BigQueryServer(rows=ROWS) as running:
        yield running


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], server: BigQueryServer) -> Program:
    made = Program(tmp_path, capsys)
    connect(made, server)
    return made


def connect(program: Program, server: BigQueryServer, **more: str) -> None:
    settings = {
        "billing_account": ACCOUNT, "project": PROJECT, "table": f"{DATASET}.{TABLE}",
        "api_endpoint": server.url,
    } | more  # fmt: skip
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    code, _, err = program.run("connect", "add", "gcp", "google", *words)
    assert code == 0, err


def test_first_sync_is_exact_and_reconciles(program: Program) -> None:
    assert program.sync()["error"] == ""
    sums = program.sums()
    # the credits are lines of their own; the usage of September that October invoiced is October's
    assert sums["main", "2026-10", "USD", "effective"] == Decimal("13.5500007")
    assert sums["main", "2026-10", "USD", "billed"] == Decimal("13.5500007")
    assert sums["main", "2026-09", "USD", "effective"] == Decimal("3")


def test_labels_are_tags_and_no_line_counts_twice(program: Program) -> None:
    program.sync()
    program.run("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    report = program.json("report", "--by", "customer", "--from", "2026-09-01", "--to", "2026-11-01")
    found = {line["customer"]: line["cost"] for line in report["rows"]}
    assert (found["acme"], found["bolt"]) == ("0.30", "3.00")
    # tax stands apart; unlabelled cost is there once, its credits taken off
    assert found[None] == "12.2500007"


def test_a_credit_is_its_own_charge_category(program: Program) -> None:
    program.sync()
    within = ("--from", "2026-10-01", "--to", "2026-11-01", "--by", "service")
    without = program.json("report", *within, "--credits", "out")
    found = {line["service"]: line["cost"] for line in without["rows"]}
    assert found["Vertex AI"] == "10.00"
    found = {line["service"]: line["cost"] for line in program.json("report", *within)["rows"]}
    assert found["Vertex AI"] == "7.25"


def test_a_second_sync_runs_no_query(program: Program, server: BigQueryServer) -> None:
    program.sync()
    asked = len(server.state.queries())
    again = program.sync()
    assert (again["error"], again["items"]) == ("", 0)
    assert len(server.state.queries()) == asked


def test_late_rows_restate_their_month_alone(program: Program, server: BigQueryServer) -> None:
    program.sync()
    server.add([row("2026-09-02", 4.5, exported="2026-11-02 10:00:00")])
    line = program.sync()
    assert line["changes"] == ["main 2026-09 changed by +4.5 USD (effective cost)"]
    assert program.sums()["main", "2026-09", "USD", "effective"] == Decimal("7.5")
    assert [q["queryParameters"][0]["parameterValue"]["value"] for q in server.state.queries()[-1:]] == [
        "202609"
    ]


def test_a_late_row_older_than_the_newest_is_seen(program: Program, server: BigQueryServer) -> None:
    """Export times do not only grow: how many lines there are tells as well."""
    program.sync()
    server.add([row("2026-10-05", 2.0, exported="2026-10-05 10:00:00")])
    assert program.sync()["items"] == 1
    assert program.sums()["main", "2026-10", "USD", "effective"] == Decimal("15.5500007")


def test_since_reads_again_without_change(program: Program, server: BigQueryServer) -> None:
    program.sync()
    before = program.sums()
    assert program.sync("--since", "2026-10-01")["error"] == ""
    assert program.sums() == before
    asked = [q for q in server.state.queries() if "queryParameters" in q]
    assert [q["queryParameters"][0]["parameterValue"]["value"] for q in asked] == [
        "202609",
        "202610",
        "202610",
    ]


def test_slow_queries_and_pages_are_read_to_the_end(program: Program, server: BigQueryServer) -> None:
    server.state.slow, server.state.page = True, 1
    assert program.sync()["error"] == ""
    assert program.sums()["main", "2026-10", "USD", "effective"] == Decimal("13.5500007")


def test_the_price_of_a_backfill_is_shown_first(program: Program, server: BigQueryServer) -> None:
    server.state.bytes = 1 << 40
    code, out, err = program.run("backfill", "google", "--since", "2026-09-01")
    assert code != 0
    assert "12.50 USD" in out + err
    assert not [q for q in server.state.queries() if "queryParameters" in q]
    assert program.run("--yes", "backfill", "google", "--since", "2026-09-01")[0] == 0
    assert program.sums()["main", "2026-09", "USD", "effective"] == Decimal("3")


def test_every_query_is_bounded_by_its_dry_run(program: Program, server: BigQueryServer) -> None:
    program.sync()
    assert {int(q["maximumBytesBilled"]) for q in server.state.queries()} == {2 * server.state.bytes}


def test_currencies_stay_apart(program: Program, server: BigQueryServer) -> None:
    server.add([row("2026-10-09", 8.0, currency="EUR")])
    assert "EUR, USD" in " ".join(program.sync()["notes"])
    sums = program.sums()
    assert sums["main", "2026-10", "EUR", "effective"] == Decimal(8)
    assert sums["main", "2026-10", "USD", "effective"] == Decimal("13.5500007")


def test_an_empty_table_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: BigQueryServer
) -> None:
    with BigQueryServer() as empty:
        program = Program(tmp_path, capsys)
        connect(program, empty)
        line = program.sync()
    assert line["error"] == ""
    assert "no rows yet" in " ".join(line["notes"])


def test_the_native_focus_table_is_known_by_its_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: BigQueryServer
) -> None:
    rows = [focus_row("2026-10-01", "200", "0"), focus_row("2026-10-01", "0", "6.575342466", customer="acme")]
    with BigQueryServer("focus", rows) as native:
        program = Program(tmp_path, capsys)
        connect(program, native)
        assert program.sync()["error"] == ""
    sums = program.sums()
    assert sums["main", "2026-10", "USD", "billed"] == Decimal(200)
    assert sums["main", "2026-10", "USD", "effective"] == Decimal("6.575342466")


def test_connect_test_tells_who_and_what(program: Program, server: BigQueryServer) -> None:
    code, out, err = program.run("connect", "test", "google")
    assert code == 0, err
    assert ACCOUNT in out
    assert "billing account Acme in USD, 2 projects" in err
    assert not server.state.queries()


@pytest.mark.parametrize(
    ("where", "permission"),
    [
        ("/v1/billingAccounts", "billing.accounts.get"),
        ("/queries", "bigquery.jobs.create"),
        ("/data", "bigquery.tables.getData"),
        (f"/tables/{TABLE}", "bigquery.tables.get"),
    ],
)
def test_connect_test_names_the_missing_permission(
    program: Program, server: BigQueryServer, where: str, permission: str
) -> None:
    message = f"Access Denied: User does not have {permission} permission in project {PROJECT}."
    server.state.refusals.append(Refusal(where, 403, "accessDenied", message))
    code, _, err = program.run("connect", "test", "google")
    assert code == 1
    assert f"missing permission: {permission} " in err


BAD: list[tuple[Refusal, str]] = [
    (Refusal("/tables/", 404, "notFound", "Not found: Table a:b.c"), "Not found: Table a:b.c"),
    (Refusal("/queries", 404, "notFound", "Not found: not in location US"), "another region"),
    (
        Refusal("/queries", 403, "accessDenied", "does not have bigquery.jobs.create permission"),
        "jobs.create",
    ),
    (Refusal("/tables/", 401, "authError", "Invalid Credentials"), "refuses the credential"),
    (Refusal("@month", 403, "quotaExceeded", "Quota exceeded"), "Quota exceeded"),
    (Refusal("@month", 400, "bytesBilledLimitExceeded", "Query exceeded limit"), "more than was shown"),
    (Refusal("/queries", 503, "backendError", "try again"), "HTTP 503"),
]


@pytest.mark.parametrize(("refusal", "said"), BAD)
def test_a_refusal_is_a_sentence_and_nothing_is_half_done(
    program: Program, server: BigQueryServer, refusal: Refusal, said: str
) -> None:
    server.state.refusals.append(refusal)
    line = program.sync()
    assert said in line["error"]
    assert "Traceback" not in line["error"]
    server.state.refusals.clear()
    assert program.sync()["error"] == ""
    assert program.sums()["main", "2026-10", "USD", "effective"] == Decimal("13.5500007")


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "rateLimitExceeded"), (500, "internalError"), (403, "rateLimitExceeded")]
)
def test_what_passes_is_asked_again(
    program: Program, server: BigQueryServer, status: int, reason: str
) -> None:
    server.state.refusals.append(Refusal("/queries", status, reason, "later", times=2))
    assert program.sync()["error"] == ""


def test_changed_columns_are_named(program: Program, server: BigQueryServer) -> None:
    server.state.schema = [item for item in server.state.schema if item["name"] not in ("cost", "currency")]
    assert "has no cost, currency" in program.sync()["error"]


def test_a_table_of_another_account_is_refused(program: Program) -> None:
    program.run("connect", "set", "google", "billing_account=AAAAAA-BBBBBB-CCCCCC")
    assert f"is of billing account {ACCOUNT}" in program.sync()["error"]


def test_a_static_token_comes_from_the_environment_and_is_never_shown(
    program: Program, server: BigQueryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_GOOGLE_ACCESS_TOKEN", TOKEN)
    assert program.sync()["error"] == ""
    monkeypatch.setenv("TURBOFINOPS_GOOGLE_ACCESS_TOKEN", TOKEN + "x")
    error = program.sync("--full")["error"]
    assert "refuses the credential" in error
    assert TOKEN not in error


def test_a_malformed_answer_stops_the_month_with_its_row(
    program: Program, server: BigQueryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = server.run

    def broken(sql: str, params: dict[str, str]) -> list[list[str | None]]:
        found: list[list[str | None]] = real(sql, params)
        if params:
            found[0][12] = "NaN"
        return found

    server._http.RequestHandlerClass.run = staticmethod(broken)  # type: ignore[attr-defined]
    line = program.sync()
    assert "row 1, billed: 'NaN' cannot be read" in line["error"]
    assert program.json("reconcile")["rows"] == []
