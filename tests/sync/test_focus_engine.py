"""A table on an engine as a source: the books of a file of its lines, and what an engine may get wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.fakes.engine_table import Faults, Row, opener
from tests.sync.cost_files import csv_text, focus_file, focus_row, image, session_at, stored, totals
from turbofinops_tui.actions.connections import (
    add_connection,
    change_settings,
    new_connection,
    probe_connection,
)
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.syncing import Ask, Plan, SyncLine, sync
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import ConflictError, DataError, UsageError
from turbofinops_tui.sync.pull import focus_engine
from turbofinops_tui.sync.rollup import engines
from turbofinops_tui.sync.rollup.exact import exact_sum, rest_amount

LINES = (
    focus_row(BilledCost="1.25", EffectiveCost="1.20"),
    focus_row(BilledCost="1.25", EffectiveCost="1.20"),
    focus_row(BilledCost="8E-7", EffectiveCost="8E-7"),
    focus_row(BilledCost="8E-7", EffectiveCost="8E-7"),
    focus_row(BilledCost="-0.1234567890123456789012345678", EffectiveCost="0.5"),
    focus_row(
        ServiceName="Amazon S3", Tags='{"customer": "acme"}', ChargePeriodStart="2026-03-05T23:00:00-02:00"
    ),
    focus_row(
        BillingPeriodStart="2026-04-01T00:00:00Z", ChargePeriodStart="2026-04-03T00:00:00Z", BilledCost="7"
    ),
)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return focus_file(tmp_path / "lines.csv", *LINES)


@pytest.fixture
def faults(lines: Path, monkeypatch: pytest.MonkeyPatch) -> Faults:
    found = Faults()
    monkeypatch.setattr(focus_engine, "open_table", opener(lines, found))
    return found


@pytest.fixture
def session(tmp_path: Path, clock: Clock, faults: Faults) -> Session:
    session = session_at(tmp_path / "root", clock)
    connect(session, "lake", engine="spark", table="finops.focus")
    return session


def connect(session: Session, name: str, **settings: str) -> None:
    add_connection(session, new_connection(session, "focus", name, settings), {})


def run(session: Session, ask: Ask | None = None, stop: threading.Event | None = None) -> SyncLine:
    [line] = sync(session, ["lake"], ask or Ask(), stop=stop)
    return line


def test_a_table_gives_the_books_that_a_file_of_its_lines_gives(
    session: Session, lines: Path, tmp_path: Path, clock: Clock
) -> None:
    other = session_at(tmp_path / "other", clock)
    import_focus(other, [lines], "lake")
    line = run(session)
    assert (line.error, line.items, line.rows) == ("", 2, 7)
    assert totals(session) == totals(other)
    assert stored(session) == stored(other)


def test_only_what_differs_comes_again_and_says_what_it_changed(
    session: Session, lines: Path, faults: Faults
) -> None:
    run(session)
    faults.asked.clear()
    again = run(session)
    assert (again.items, again.unchanged, faults.asked) == (0, 0, [])
    lines.write_text(csv_text([*LINES[:-1], LINES[-1] | {"BilledCost": "9", "EffectiveCost": "2.5"}]))
    line = run(session)
    assert (line.items, line.changes) == (1, ["main 2026-04 changed by +1.5 USD (effective cost)"])
    assert (faults.closed, faults.asked) == (3, [2026 * 12 + 3])


def test_recent_periods_come_again_since_tags_alone_may_move(
    session: Session, lines: Path, faults: Faults
) -> None:
    recent = {"BillingPeriodStart": "2026-11-01T00:00:00Z", "ChargePeriodStart": "2026-11-02T00:00:00Z"}
    lines.write_text(csv_text([focus_row(**recent, Tags='{"team": "a"}')]))
    run(session)
    assert run(session).unchanged == 1
    lines.write_text(csv_text([focus_row(**recent, Tags='{"team": "b"}')]))
    assert run(session).items == 1
    assert [key[-1] for key in stored(session)] == ['{"team":"b"}']


def test_a_plan_tells_what_is_read_and_what_it_costs(session: Session, faults: Faults) -> None:
    faults.price = "about 1.20 USD"
    shown: list[Plan] = []
    [line] = sync(session, ["lake"], Ask(backfill=True, since=0), show=lambda _name, plan: shown.append(plan))
    [plan] = shown
    assert plan.notes == (
        "spark:finops.focus rolls up 7 lines of 2 billing periods, at most 3 MiB by its own estimate,"
        " about 1.20 USD; only rollup rows come back",
    )
    assert "say it again with --yes" in line.error
    assert faults.asked == []


def test_what_is_kept_builds_the_same_books_without_the_engine(session: Session, faults: Faults) -> None:
    from turbofinops_tui.actions.imports import read_again

    run(session)
    before = stored(session)
    faults.away = "gone"
    for delivery in (1, 2):
        read_again(session, delivery)
    assert stored(session) == before


def test_a_row_is_explained_by_its_table_and_condition(session: Session) -> None:
    from turbofinops_tui.sync.rollup.locate import Stored, locate_rows, row_at

    run(session)
    with session.store.read() as conn:
        keys = [Stored(*row) for row in conn.execute("SELECT batch, day, dimension FROM cost_daily")]
    found = locate_rows(session.store, session.paths.received, keys)
    groups = sorted(row.group for rows in found.rows.values() for row in rows)
    assert len(groups) == 5
    assert groups[0].startswith(
        "spark:finops.focus/2026-03: 1 line where period = '2026-03-01T00:00:00Z' and day ="
    )
    assert any("2 lines where" in text and "service = 'Amazon EC2'" in text for text in groups)
    row = row_at(session.store, session.paths.received, "lake", "spark:finops.focus/2026-04", 1)
    assert (str(row.billed), str(row.effective)) == ("7", "1")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"lost": 1}, "python 1 counted 6 lines and gave rows of 5: nothing was stored"),
        ({"away": "Connection refused"}, "spark:finops.focus: Connection refused"),
    ],
    ids=["fewer rows", "away"],
)
def test_what_an_engine_does_wrong_stores_nothing(
    session: Session, faults: Faults, fault: dict[str, object], said: str
) -> None:
    before = image(session)
    for name, value in fault.items():
        setattr(faults, name, value)
    assert said in run(session).error
    assert image(session)[:-1] == before[:-1]


def _many(row: Row) -> None:
    row["b0_most"] = str(10**20 // int(row["n"]) + 1)


def _null(row: Row) -> None:
    row["e0_hi"] = None  # type: ignore[assignment]


def _text(row: Row) -> None:
    row["b0_rest"] = "n/a"


def _day(row: Row) -> None:
    row["day"] = "2026-02-30"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_many, 'column "BilledCost": the amounts are too large to add up'),
        (_null, 'column "EffectiveCost": the amounts are too large to add up'),
        (_text, "column \"BilledCost\": 'n/a' is not a number"),
        (_day, "column \"ChargePeriodStart\": '2026-02-30' is not a date"),
    ],
    ids=["may have wrapped", "overflow is null", "no number", "no day"],
)
def test_rows_that_cannot_be_trusted_are_refused(
    session: Session, faults: Faults, change: object, said: str
) -> None:
    faults.change = change  # type: ignore[assignment]
    error = run(session).error
    assert said in error
    assert error.startswith("spark:finops.focus/2026-0")
    assert totals(session) == {}


class _OnceAsked(threading.Event):
    """The user stops once the query runs."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def is_set(self) -> bool:
        return bool(self._faults.asked)


def test_a_stop_cancels_the_query(session: Session, faults: Faults) -> None:
    faults.hangs = True
    line = run(session, stop=_OnceAsked(faults))
    assert line.error == "stopped: the same command goes on from here"
    assert (faults.cancelled, totals(session)) == (1, {})


def test_a_period_may_not_lose_more_than_half(session: Session, lines: Path, faults: Faults) -> None:
    run(session)
    lines.write_text(csv_text([LINES[0], LINES[-1]]))
    assert "would shrink by more than half" in run(session).error


def test_a_period_that_is_gone_is_told_and_still_counts(
    session: Session, lines: Path, faults: Faults
) -> None:
    run(session)
    lines.write_text(csv_text(LINES[:-1]))
    assert any("2026-04 is no longer in spark:finops.focus" in note for note in run(session).notes)
    assert any(key[2] == "2026-04" for key in totals(session))


def test_binary_floats_are_told(session: Session, faults: Faults) -> None:
    faults.floats = ("EffectiveCost",)
    assert any("EffectiveCost of spark:finops.focus are binary floats" in note for note in run(session).notes)
    tested = probe_connection(session, "lake")
    assert tested.notes[0] == "python 1: FOCUS, 7 lines of 2 billing periods"


def test_a_table_with_other_columns_is_named(session: Session, lines: Path, faults: Faults) -> None:
    lines.write_text("a,b\n1,2\n")
    assert "the columns are not those of FOCUS, AWS CUR or Azure cost details" in run(session).error
    lines.write_text("BilledCost,EffectiveCost,ChargePeriodStart\n1,2,2026-01-01\n")
    assert "spark:finops.focus" in run(session).error
    assert "BillingCurrency" in run(session).error


def test_single_tags_in_columns_and_signed_terms(session: Session, lines: Path, shared_data: Path) -> None:
    lines.write_text((shared_data / "cloud" / "aws_cur1_sample.csv").read_text("utf-8"))
    other = session_at(session.paths.store.parent.parent / "other", session.clock)
    import_focus(other, [lines], "lake")
    assert run(session).error == ""
    assert (totals(session), stored(session)) == (totals(other), stored(other))


def test_two_engines_for_one_source_are_refused(session: Session) -> None:
    with pytest.raises(ConflictError, match="'lake' fills the source lake already, by spark"):
        connect(session, "files", path="/data", source="lake")
    connect(session, "files", path="/data")
    with pytest.raises(ConflictError, match="'lake' fills"):
        change_settings(session, "files", {"source": "lake"})
    run(session)
    with pytest.raises(ConflictError, match="has brought rows by spark"):
        change_settings(session, "lake", {"engine": "duckdb"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "spark"}, "engine spark reads a table or the path of an export"),
        ({"engine": "spark", "table": "a", "path": "/b"}, "engine spark reads a table or the path"),
        ({"engine": "trino", "table": "a"}, "engine trino needs the setting host"),
        ({"engine": "trino", "path": "/a", "host": "h", "user": "u"}, "engine trino has no setting 'path'"),
        ({"engine": "spark", "table": "a", "host": "h"}, "engine spark has no setting 'host'"),
        (
            {"engine": "trino", "table": "a", "host": "h", "user": "u", "port": "https"},
            "port 'https' is no number",
        ),
        ({"engine": "duckdb", "table": "a", "database": "x.duckdb"}, "'x.duckdb' is no whole path"),
        ({"engine": "dask", "table": "a"}, "'dask' is not one of duckdb, spark"),
        ({"engine": "spark", "table": "a", "url": "sc://h:1/;token=abc"}, "holds a token"),
    ],
    ids=["no table", "both", "no host", "no files", "strange", "no port", "relative", "unknown", "secret"],
)
def test_settings_that_do_not_fit_are_refused(
    tmp_path: Path, clock: Clock, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        connect(session_at(tmp_path / "root", clock), "lake", **settings)


def test_an_address_of_a_storage_stays_as_it_is(tmp_path: Path, clock: Clock) -> None:
    session = session_at(tmp_path / "root", clock)
    made = new_connection(session, "focus", "lake", {"engine": "spark", "path": "s3a://bucket/export/"})
    assert made.settings["path"] == "s3a://bucket/export/"


def test_a_missing_extra_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as error:
        engines.open_table({"engine": "spark", "table": "a"}, lambda: "")
    assert "needs the extra [spark], which is not installed (no module ibis)" in error.value.message
    assert "uv pip install 'turbofinops-tui[spark]'" in error.value.hint


def test_a_count_multiplies_a_text_exactly() -> None:
    assert str(rest_amount("~3×1.5E-30")) == "-4.5E-30"
    assert exact_sum(None, None, ["1000000×1E-40"]) == exact_sum(None, None, ["1E-34"])
    with pytest.raises(DataError):
        rest_amount("3×n/a")
