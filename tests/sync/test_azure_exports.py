"""Azure's exports in a real Blob storage, through the program."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fakes.azurite import KEY, Box, azurite, sas
from tests.sync.azure_exports import EA, SUBSCRIPTION, Export, details, focus, text
from tests.sync.cloud_program import Program
from tests.sync.cost_files import parquet_of
from tests.sync.source_driving import no_waiting

PART = "part_0_0001.snappy.parquet"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with azurite(tmp_path_factory.mktemp("azurite")) as url:
        yield url


@pytest.fixture
def box(account: str, monkeypatch: pytest.MonkeyPatch) -> Box:
    no_waiting(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-03")
    made = Box(account, f"exports{next(_numbers)}")
    monkeypatch.setenv("TURBOFINOPS_AZ_SAS", sas(container=made.name))
    return made


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], box: Box) -> Program:
    made = Program(tmp_path, capsys)
    code, _, err = made.run("connect", "add", "azure", "az", "--set", f"container_url={box.url}")
    assert code == 0, err
    return made


def only(program: Program, cost: str = "effective", period: str = "2026-10") -> Decimal:
    """The one total of a month."""
    [found] = [v for (_, month, _, kind), v in program.sums().items() if (month, kind) == (period, cost)]
    return found


def test_focus_exports_reconcile_and_a_second_sync_reads_nothing(program: Program, box: Box) -> None:
    Export().put(box, [focus("2026-10-01", "1.1")], [focus("2026-10-02", "0.0000000000000000000000000001")])
    Export(month="2026-09", run="r9", packed=True).put(box, [focus("2026-09-01", "-3", "7")])
    line = program.sync()
    assert (line["error"], line["items"]) == ("", 2)
    assert only(program) == Decimal("1.1000000000000000000000000001")
    assert only(program, "billed", "2026-09") == Decimal(-3)
    assert only(program, "effective", "2026-09") == Decimal(7)
    again = program.sync()
    assert (again["error"], again["items"]) == ("", 0)


def test_the_newest_run_of_a_month_replaces(program: Program, box: Box) -> None:
    Export().put(box, [focus("2026-10-01", "10")])
    program.sync()
    Export(run="run-2", submitted="2026-10-21T04:00:00Z").put(box, [focus("2026-10-01", "7.5")])
    Export(run="run-0", submitted="2026-10-19T04:00:00Z").put(box, [focus("2026-10-01", "99")])
    line = program.sync()
    assert line["error"] == ""
    assert "2026-10 changed by -2.5 USD" in line["changes"][0]
    assert only(program) == Decimal("7.5")


def test_actual_and_amortized_are_billed_and_effective_of_one_source(program: Program, box: Box) -> None:
    bought = [details("2026-10-01", "365", "Purchase"), details("2026-10-02", "2", tags='"customer": "acme"')]
    used = [
        details("2026-10-02", "2", tags='"customer": "acme"'),
        details("2026-10-02", "0.75", quantity="3"),
        details("2026-10-02", "0.25", "UnusedReservation"),
    ]
    Export("bill", "ActualCost").put(box, bought)
    Export("use", "AmortizedCost").put(box, used)
    assert program.sync()["error"] == ""
    assert (only(program, "billed"), only(program)) == (Decimal(367), Decimal(3))
    program.run("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    report = program.json("report", "--by", "customer", "--period", "2026-10")
    assert {line["customer"]: line["cost"] for line in report["rows"]}["acme"] == "2.00"


def test_a_pair_may_be_parquet(program: Program, box: Box, tmp_path: Path) -> None:
    used = [details("2026-10-02", "0.75"), details("2026-10-03", "0.25")]
    bought = [details("2026-10-01", "365", "Purchase")]
    for name, kind, rows in (("bill", "ActualCost", bought), ("use", "AmortizedCost", used)):
        (tmp_path / "x.csv").write_bytes(text(EA, rows))
        data = parquet_of(tmp_path / "x.csv", tmp_path / "x.parquet").read_bytes()
        export = Export(name, kind)
        blob = f"{export.folder()}/part_0_0001.snappy.parquet"
        box.put(blob, data)
        export.write(box, export.manifest([(blob, len(data), len(rows))]))
    assert program.sync()["error"] == ""
    assert (only(program, "billed"), only(program)) == (Decimal(365), Decimal(1))
    row = f"az:{box.url}/{Export('use').folder()}/{PART}:2"
    code, out, _ = program.run("explain", "--row", row)
    assert (code, "0.25" in out or "0.75" in out) == (0, True)
    assert program.run("db", "rebuild")[0] == 0
    assert (only(program, "billed"), only(program)) == (Decimal(365), Decimal(1))


def test_focus_is_taken_where_there_are_both(program: Program, box: Box) -> None:
    Export("bill", "ActualCost").put(box, [details("2026-10-01", "5")])
    Export("use", "AmortizedCost").put(box, [details("2026-10-01", "5")])
    Export("all").put(box, [focus("2026-10-01", "5")])
    assert program.sync()["error"] == ""
    assert only(program) == Decimal(5)


@pytest.mark.parametrize(
    "other",
    [
        f"{SUBSCRIPTION}/resourceGroups/web",
        "/providers/Microsoft.Billing/billingAccounts/8611537",
    ],
)
def test_scopes_that_nest_are_refused_with_both_names(program: Program, box: Box, other: str) -> None:
    Export("one").put(box, [focus("2026-10-01", "5")])
    Export("two", scope=other).put(box, [focus("2026-10-01", "5")])
    error = program.sync()["error"]
    assert "one" in error
    assert "two" in error
    assert "may hold the same cost" in error
    assert program.json("reconcile")["rows"] == []


def test_two_scopes_apart_add_up(program: Program, box: Box) -> None:
    Export("one").put(box, [focus("2026-10-01", "5")])
    Export("two", scope="/subscriptions/other").put(box, [focus("2026-10-01", "6")])
    assert program.sync()["error"] == ""
    assert sorted(v for (*_, cost), v in program.sums().items() if cost == "billed") == [5, 6]


def test_the_older_layout_has_no_manifest(program: Program, box: Box) -> None:
    header, rows = EA, [details("2026-10-01", "4")]
    box.put("costs/old/20261001-20261031/old_1.csv", text(header, [*rows, details("2026-10-02", "1")]))
    assert program.sync()["error"] == ""
    assert only(program) == Decimal(5)


BROKEN = {
    "missing file": "which is not there",
    "bytes": "the manifest says",
    "rows": "rows, the manifest says",
    "damaged": "the manifest is damaged",
    "malformed": "line 3",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_half_written_export_is_refused_whole(program: Program, box: Box, what: str) -> None:
    export, rows = (
        Export(),
        [focus("2026-10-01", "1"), focus("2026-10-02", "x" if what == "malformed" else "2")],
    )
    [name] = export.put(box, rows)
    size = len(text(("BilledCost",), []))
    if what == "missing file":
        box.delete(name)
    elif what == "bytes":
        export.write(box, export.manifest([(name, size, 2)]))
    elif what == "rows":
        data = text(("BilledCost",), [])
        box.put(name, data)
        export.write(box, export.manifest([(name, len(data), 2)]))
    elif what == "damaged":
        box.put(f"{export.folder()}/manifest.json", b'{"exportConfig": [')
    assert BROKEN[what] in program.sync()["error"]
    assert program.json("reconcile")["rows"] == []
    Export(run="good", submitted="2026-10-30T00:00:00Z").put(box, [focus("2026-10-01", "3")])
    assert program.sync()["error"] == ""
    assert only(program) == Decimal(3)


def test_a_damaged_manifest_stops_its_month_alone(program: Program, box: Box) -> None:
    Export().put(box, [focus("2026-10-01", "1")])
    Export(month="2026-09", run="r9").put(box, [focus("2026-09-01", "2")])
    box.put(f"{Export(run='run-2').folder()}/part_0_0001.csv", text(("BilledCost",), []))
    box.put(f"{Export(run='run-2').folder()}/manifest.json", b'{"exportConfig": [')
    line = program.sync()
    assert "the manifest is damaged" in line["error"]
    assert {key[1] for key in program.sums()} == {"2026-09"}


def test_currencies_stay_apart(program: Program, box: Box) -> None:
    Export().put(box, [focus("2026-10-01", "1"), focus("2026-10-01", "2", currency="EUR")])
    assert program.sync()["error"] == ""
    assert {key[2]: v for key, v in program.sums().items() if key[3] == "billed"} == {"USD": 1, "EUR": 2}


def test_an_empty_month_is_no_error(program: Program, box: Box) -> None:
    Export().put(box, [focus("2026-10-01", "1")])
    program.sync()
    Export(run="run-2", submitted="2026-10-25T00:00:00Z").put(box)
    assert program.sync()["error"] == ""


def test_connect_test_says_what_there_is(program: Program, box: Box) -> None:
    Export().put(box, [focus("2026-10-01", "1")])
    code, out, err = program.run("connect", "test", "az")
    assert code == 0, err
    assert box.name in out
    assert SUBSCRIPTION in err


def test_connect_test_names_the_missing_permission(
    program: Program, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    Export().put(box, [focus("2026-10-01", "1")])
    monkeypatch.setenv("TURBOFINOPS_AZ_SAS", sas("r", container=box.name))
    code, _, err = program.run("connect", "test", "az")
    assert code == 1
    assert "missing permission: Microsoft.Storage/storageAccounts/blobServices/containers/" in err


def test_a_signature_at_its_end_is_named(program: Program, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = sas(ends="2020-01-01T00:00:00Z", container=box.name)
    monkeypatch.setenv("TURBOFINOPS_AZ_SAS", ended)
    error = program.sync()["error"]
    assert "ended on 2020-01-01" in error
    assert ended.rpartition("sig=")[2] not in error


def test_a_wrong_container_and_no_credential_are_sentences(
    program: Program, box: Box, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBOFINOPS_AZ_SAS", sas(container="nowhere"))
    program.run("connect", "set", "az", f"container_url={account}/nowhere")
    assert "does not exist" in program.sync()["error"]
    monkeypatch.delenv("TURBOFINOPS_AZ_SAS")
    assert "sas" in program.sync()["error"].lower()


def test_the_key_of_the_account_works_too(
    program: Program, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    Export().put(box, [focus("2026-10-01", "1")])
    monkeypatch.delenv("TURBOFINOPS_AZ_SAS")
    monkeypatch.setenv("TURBOFINOPS_AZ_ACCOUNT_KEY", KEY)
    assert program.sync()["error"] == ""
    assert only(program) == Decimal(1)
