"""Numbered schema steps, run by sqlite-utils ``Migrations`` behind our own guard.

``Migrations`` runs a step and its record in one transaction, but accepts a newer
store in silence and knows no number. The guard adds both: ``user_version`` is
read again inside ``BEGIN IMMEDIATE``, so that two programs that start at once
run each step once, and it is written inside the step's own transaction, so that
a killed step leaves the store at the version before. sqlite-utils is imported
only when a step is due: a current store costs nothing at start.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import EXPONENTS, scale
from turbofinops_tui.models import (
    draft_schema,
    evidence_schema,
    finding_schema,
    pack_schema,
    pull_schema,
    run_schema,
    schema,
    seen_schema,
    span_schema,
    switch_schema,
    usage_schema,
    watch_schema,
)

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

APPLICATION_ID = schema.APPLICATION_ID
SET_NAME = "turbofinops"


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step: step n takes a store from version n - 1 to n."""

    name: str
    run: Callable[[sqlite3.Connection], None]


def initial(conn: sqlite3.Connection) -> None:
    """The first schema, the currency table and the application id."""
    for statement in schema.INITIAL:
        conn.execute(statement)
    conn.executemany(
        "INSERT INTO currency(code, exponent, scale) VALUES (?, ?, ?)",
        [(code, digits, scale(code)) for code, digits in sorted(EXPONENTS.items())],
    )
    conn.execute(f"PRAGMA application_id={APPLICATION_ID}")


def fees_and_mrr(conn: sqlite3.Connection) -> None:
    """Fees of received money as cost, and what subscription lines are worth per month."""
    for statement in schema.SECOND:
        conn.execute(statement)


def pulls(conn: sqlite3.Connection) -> None:
    """Runs and slices of what is fetched from accounts."""
    for statement in pull_schema.PULLS:
        conn.execute(statement)


def drafts(conn: sqlite3.Connection) -> None:
    """The draft of the rules and its steps."""
    for statement in draft_schema.DRAFTS:
        conn.execute(statement)


def evidence(conn: sqlite3.Connection) -> None:
    """Usage evidence by day."""
    for statement in evidence_schema.EVIDENCE:
        conn.execute(statement)


def cost_marks(conn: sqlite3.Connection) -> None:
    """What cost sources say about their days."""
    for statement in pull_schema.MARKS:
        conn.execute(statement)


def spans(conn: sqlite3.Connection) -> None:
    """Spans of open days."""
    for statement in span_schema.SPANS:
        conn.execute(statement)


def finding_paths(conn: sqlite3.Connection) -> None:
    """What was decided about findings."""
    for statement in finding_schema.PATHS:
        conn.execute(statement)


def fetch_runs(conn: sqlite3.Connection) -> None:
    """How each fetch from a connection ended."""
    for statement in run_schema.FETCH_RUNS:
        conn.execute(statement)


def watch(conn: sqlite3.Connection) -> None:
    """What ``check`` found, and where alerts go."""
    for statement in watch_schema.WATCH:
        conn.execute(statement)


def usage_calls(conn: sqlite3.Connection) -> None:
    """AI calls as received."""
    for statement in usage_schema.USAGE:
        conn.execute(statement)


def books_seen(conn: sqlite3.Connection) -> None:
    """The states that the books went through."""
    for statement in seen_schema.SEEN:
        conn.execute(statement)


def switches(conn: sqlite3.Connection) -> None:
    """Products and routes can be switched off."""
    for statement in switch_schema.SWITCHES:
        conn.execute(statement)


def packs(conn: sqlite3.Connection) -> None:
    """Rows that books load as columns, packed."""
    for statement in pack_schema.PACKS:
        conn.execute(statement)


STEPS: tuple[Step, ...] = (
    Step("0001_initial", initial),
    Step("0002_fees_and_mrr", fees_and_mrr),
    Step("0003_pulls", pulls),
    Step("0004_drafts", drafts),
    Step("0005_evidence", evidence),
    Step("0006_spans", spans),
    Step("0007_cost_marks", cost_marks),
    Step("0008_finding_paths", finding_paths),
    Step("0009_fetch_runs", fetch_runs),
    Step("0010_watch", watch),
    Step("0011_books_seen", books_seen),
    Step("0012_usage_calls", usage_calls),
    Step("0013_switches", switches),
    Step("0014_packs", packs),
)


def current_version(steps: Sequence[Step] | None = None) -> int:
    """The version that this program writes."""
    return len(STEPS if steps is None else steps)


def user_version(conn: sqlite3.Connection) -> int:
    """The version of an open store; 0 before the first step."""
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def apply(conn: sqlite3.Connection, steps: Sequence[Step] | None = None) -> int:
    """Run every pending step, each in its own transaction; returns how many ran.

    The caller holds the write lock and has made the backup.
    """
    todo = STEPS if steps is None else steps
    ran = 0
    for version in range(user_version(conn) + 1, len(todo) + 1):
        ran += _run_step(conn, todo, version)
    return ran


def _run_step(conn: sqlite3.Connection, steps: Sequence[Step], version: int) -> bool:
    """Step ``version`` with its record and its number in one transaction; False if it was done meanwhile."""
    with _without_pandas():
        from sqlite_utils import Database

    conn.execute("BEGIN IMMEDIATE")
    try:
        if user_version(conn) != version - 1:
            conn.execute("ROLLBACK")
            return False
        database = Database(conn, recursive_triggers=False, execute_plugins=False)
        # Inside our transaction ``Migrations`` uses savepoints: nothing is durable before our COMMIT.
        stop = steps[version].name if version < len(steps) else None
        _registered(conn, steps).apply(database, stop_before=stop)
        broken = conn.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise sqlite3.IntegrityError(f"step {version} breaks a reference in table {broken[0]}")
        conn.execute(f"PRAGMA user_version={version}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    return True


@contextmanager
def _without_pandas() -> Iterator[None]:
    """sqlite-utils imports pandas wherever it is installed (half a second, 90 MB), to take frames that we
    never hand it."""
    hidden = "pandas" not in sys.modules
    if hidden:
        sys.modules["pandas"] = None  # type: ignore[assignment]  # an import of it fails, as if it were absent
    try:
        yield
    finally:
        if hidden:
            sys.modules.pop("pandas", None)


def _registered(conn: sqlite3.Connection, steps: Sequence[Step]) -> Migrations:
    from sqlite_utils import Migrations as Runner

    runner = Runner(SET_NAME)
    for step in steps:
        runner(name=step.name)(_bound(conn, step))
    return runner


def _bound(conn: sqlite3.Connection, step: Step) -> Callable[[Database], None]:
    def run(_: Database) -> None:
        step.run(conn)

    return run
