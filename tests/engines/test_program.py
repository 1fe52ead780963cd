"""A connection to an engine through the whole program: a restated month, corrections as another export."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.engines.rolling import settings_of
from tests.sync.cost_files import session_at, stored, totals
from turbofinops_tui.actions.connections import add_connection, change_settings, new_connection
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.reconcile import reconcile
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.syncing import Ask, SyncLine, sync
from turbofinops_tui.clock import Clock
from turbofinops_tui.sync.rollup import ibis_duckdb, ibis_spark


def run(session: Session) -> SyncLine:
    [line] = sync(session, ["aws"], Ask())
    return line


def test_base_restated_and_corrected(engine: str, shared_data: Path, tmp_path: Path, clock: Clock) -> None:
    generated = shared_data / "cloud" / "generated"
    lake = tmp_path / "lake"
    shutil.copytree(generated / "base" / "aws", lake)
    session, hand = session_at(tmp_path / "root", clock), session_at(tmp_path / "hand", clock)
    add_connection(session, new_connection(session, "focus", "aws", settings_of(engine, lake)), {})

    import_focus(hand, sorted(lake.rglob("*.gz")), "aws")
    first = run(session)
    assert (first.error, first.items, first.rows) == ("", 2, 12_002)
    assert (totals(session), stored(session)) == (totals(hand), stored(hand))

    for month in (generated / "restated" / "aws").iterdir():
        shutil.rmtree(lake / month.name)
        shutil.copytree(month, lake / month.name)
    result = import_focus(hand, sorted(lake.rglob("*.gz")), "aws")
    again = run(session)
    assert (again.error, again.items) == ("", 1)
    [moved] = again.changes
    assert moved.startswith("main 2026-08 changed by")
    assert not result.unchanged

    for each in (session, hand):
        import_focus(each, sorted((generated / "corrections" / "aws").rglob("*.gz")), "aws", "corrections")
    assert (totals(session), stored(session)) == (totals(hand), stored(hand))
    assert reconcile(Reports(session)).ok
    assert run(session).items == 0


def test_a_spark_connect_server_that_is_away_is_told_at_once(tmp_path: Path, clock: Clock) -> None:
    session = session_at(tmp_path / "root", clock)
    settings = {"engine": "spark", "table": "focus", "url": "sc://127.0.0.1:1"}
    add_connection(session, new_connection(session, "focus", "aws", settings), {})
    assert "spark:focus: 127.0.0.1:1 does not answer (Connection refused)" in run(session).error


def endless_on_duckdb(table: Any) -> None:
    table.backend.con.sql("SELECT sum(a.range * b.range) FROM range(100000000) a, range(1000) b").fetchall()


def endless_on_spark(table: Any) -> None:
    table.backend._session.range(10**14).selectExpr("sum(id * id % 7)").collect()


ENDLESS = {"duckdb": endless_on_duckdb, "spark": endless_on_spark}


def test_a_stop_ends_the_query_on_the_engine(
    engine: str, shared_data: Path, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    def pages(table: Any, expression: object, most: int) -> Iterator[object]:
        began.set()
        ENDLESS[engine](table)
        yield {}

    monkeypatch.setattr(ibis_duckdb.DuckTable, "pages", pages)
    monkeypatch.setattr(ibis_spark.SparkTable, "pages", pages)
    session = session_at(tmp_path / "root", clock)
    path = shared_data / "cloud" / "azure_ea_amortized_small.csv"
    copy = tmp_path / "lines.csv"
    copy.write_text(path.read_text("utf-8-sig"), "utf-8")
    add_connection(session, new_connection(session, "focus", "aws", settings_of(engine, copy)), {})
    [line] = sync(session, ["aws"], Ask(), stop=began)
    assert line.error == "stopped: the same command goes on from here"
    assert totals(session) == {}
    assert [thread for thread in threading.enumerate() if thread.name == "engine"] == []


def test_a_table_of_a_database_is_named_with_its_schema(
    shared_data: Path, tmp_path: Path, clock: Clock
) -> None:
    file = next((shared_data / "cloud" / "generated" / "corrections" / "gcp").rglob("*.gz"))
    database = tmp_path / "bills.duckdb"
    with duckdb.connect(str(database)) as made:
        made.execute("CREATE SCHEMA finops")
        lines = f"SELECT * FROM read_csv('{file}', all_varchar = true)"  # noqa: S608
        made.execute(f"CREATE TABLE finops.focus AS {lines}")
    session, hand = session_at(tmp_path / "root", clock), session_at(tmp_path / "hand", clock)
    settings = {"engine": "duckdb", "database": str(database), "table": "finops.focus"}
    add_connection(session, new_connection(session, "focus", "aws", settings), {})
    import_focus(hand, [file], "aws")
    assert run(session).error == ""
    assert (totals(session), stored(session)) == (totals(hand), stored(hand))
    change_settings(session, "aws", {"table": "finops.other"})
    assert "duckdb:finops.other: TableNotFound other" in run(session).error
