"""A cost table on an engine as a source: rolled up where it lies, one billing period at a time.

A small query counts the lines and adds up the money of every period. Periods that differ from the last run
are rolled up on the engine; where a query costs nothing, so are those of the last weeks, since a restatement
may move tags alone. Only rollup rows come back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from turbofinops_tui.economics.periods import month_of_day, month_text, parse_month
from turbofinops_tui.errors import DataError, SourceError
from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.read.recognise import recognise
from turbofinops_tui.sync.rollup.engines import PASSWORD, engine_of, label_of, open_table
from turbofinops_tui.sync.rollup.remote import EngineAway, Page, Reads, RemoteTable, Scope, scopes_of
from turbofinops_tui.sync.rollup.staging import Origin, write_rows
from turbofinops_tui.sync.runner import Ask, Cursors, Fetched, Item, Plan, Probe, Stopped, Tick
from turbofinops_tui.sync.secrets import SecretError

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets

EXPORT = "main"
OVERLAP = 35
"""days whose periods are read again, where that is free"""
STEP_SECONDS = 0.2
LEAVE_SECONDS = 5.0
Answer = TypeVar("Answer")


class EngineTable:
    """The source of one table."""

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        self.settings = connection.settings
        self.name = connection.name
        self.kind = engine_of(self.settings)
        self.label = label_of(self.settings)
        self.today = clock.today()
        self.stop = stop
        self._secrets = secrets
        self._table: RemoteTable | None = None
        self._layout: Layout | None = None
        self._scopes: dict[int, Scope] = {}
        self._cursors: Cursors = {}

    def identity(self) -> str:
        """A table has no account of its own."""
        return ""

    def test(self) -> Probe:
        """Whether the engine answers, and what the table is."""
        table, layout = self._opened()
        scopes = self._count()
        lines = sum(scope.lines for scope in scopes)
        notes = [f"{table.engine}: {layout.format}, {lines:,} lines of {len(scopes)} billing periods"]
        return Probe(notes=(*notes, *self._told(layout)))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """The periods to roll up; what that reads, and what it costs."""
        self._cursors = cursors
        table, layout = self._opened()
        scopes = self._count()
        self._scopes = {scope.month: scope for scope in scopes}
        chosen = [scope for scope in scopes if self._wanted(scope, ask)]
        known = {_key(scope.month) for scope in scopes}
        notes = [
            f"{key.partition('/')[2]} is no longer in {self.label}: its rows still count until"
            " `turbofinops imports remove`"
            for key in cursors
            if key not in known
        ]
        reads = self._patiently(lambda: table.reads(layout, chosen)) if chosen else Reads()
        if chosen:
            notes.append(self._sentence(chosen, reads))
        items = (
            Item(_key(s.month), EXPORT, month_text(s.month), f"{self.name} {month_text(s.month)}")
            for s in chosen
        )
        return Plan(tuple(items), tuple(notes), price=reads.price)

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """One period as a file of rollup rows; None when they are those of the last time."""
        table, layout = self._opened()
        scope = self._scopes[parse_month(item.period)]
        origin = Origin(table.engine, f"{self.label}/{item.period}", layout, table.floats(layout))
        path = folder / f"{EXPORT}-{item.period}.parquet"
        try:
            write_rows(self._pages(table, layout, scope, item, tick), origin, scope.lines, path, folder)
        except EngineAway as error:
            raise self._away(error) from None
        cursor = {"state": scope.state, "digest": sha256(path.read_bytes()).hexdigest()}
        if dict(self._cursors.get(item.key, {})) == cursor:
            return None
        return Fetched(
            (path,),
            EXPORT,
            (item.period,),
            cursor,
            notes=self._told(layout),
            names=(origin.table,),
            trusted=False,
        )

    def close(self) -> None:
        """Let the engine go."""
        if self._table is not None:
            table, self._table = self._table, None
            try:
                table.close()
            except EngineAway:
                return

    # --- the engine -----------------------------------------------------------------------------

    def _opened(self) -> tuple[RemoteTable, Layout]:
        if self._table is None or self._layout is None:
            self._table = self._patiently(lambda: open_table(self.settings, self._password))
            self._layout = _layout(self._table.columns(), self.label)
        return self._table, self._layout

    def _password(self) -> str:
        try:
            return self._secrets(PASSWORD).secret.reveal()
        except SecretError:
            return ""

    def _count(self) -> list[Scope]:
        table, layout = self._opened()
        counted = self._patiently(lambda: table.counted(layout))
        if not counted:
            raise SourceError(f"{self.label} has no rows", "check the table, or wait for its first export")
        return scopes_of(counted, layout, self.label)

    def _pages(
        self, table: RemoteTable, layout: Layout, scope: Scope, item: Item, tick: Tick
    ) -> Iterator[Page]:
        place, of = list(self._scopes).index(scope.month), len(self._scopes)
        pages = table.rows(layout, scope)
        number = 0
        while (page := self._patiently(lambda: next(pages, None))) is not None:
            number += 1
            tick(f"{item.label}: page {number}", place, of)
            yield page

    def _patiently(self, call: Callable[[], Answer]) -> Answer:
        """The answer of a call that may take long: it runs beside, and a stop cancels it."""
        work = _Work(call)
        work.start()
        try:
            while work.is_alive():
                work.join(STEP_SECONDS)
                if self.stop.is_set():
                    raise Stopped("stopped", "the same command goes on from here")
        except BaseException:
            self._cancel(work)
            raise
        try:
            return work.answer()
        except EngineAway as error:
            raise self._away(error) from None

    def _cancel(self, work: threading.Thread) -> None:
        if self._table is not None:
            try:
                self._table.cancel()
            except EngineAway:
                return
        work.join(LEAVE_SECONDS)

    def _away(self, error: EngineAway) -> SourceError:
        return SourceError(
            f"{self.label}: {error}",
            "check the engine and the settings; nothing was stored, sync again goes on",
        )

    # --- words ----------------------------------------------------------------------------------

    def _wanted(self, scope: Scope, ask: Ask) -> bool:
        known = self._cursors.get(_key(scope.month), {})
        since = ask.since is not None and scope.month >= month_of_day(ask.since)
        recent = not self.kind.billed and scope.month >= month_of_day(self.today - OVERLAP)
        return ask.full or since or recent or known.get("state") != scope.state

    def _sentence(self, chosen: list[Scope], reads: Reads) -> str:
        lines = sum(scope.lines for scope in chosen)
        size = "" if reads.bytes is None else f", at most {_bytes(reads.bytes)} by its own estimate"
        cost = f", {reads.price}" if reads.price else ""
        more = f" ({reads.note})" if reads.note else ""
        return (
            f"{self.label} rolls up {lines:,} lines of {len(chosen)} billing periods{size}{cost}{more};"
            " only rollup rows come back"
        )

    def _told(self, layout: Layout) -> tuple[str, ...]:
        floats = self._table.floats(layout) if self._table is not None else ()
        if not floats:
            return ()
        names = ", ".join(floats)
        exact = "amounts are exact from the engine's own text of them on"
        return (f"{names} of {self.label} are binary floats: {exact}",)


class _Work(threading.Thread, Generic[Answer]):
    """A call in a thread of its own, which may be left behind when the engine does not answer any more."""

    def __init__(self, call: Callable[[], Answer]) -> None:
        super().__init__(name="engine", daemon=True)
        self._call = call
        self._answer: object = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Call, and keep what came of it."""
        try:
            self._answer = self._call()
        except BaseException as error:  # handed to the thread that waits
            self._error = error

    def answer(self) -> Answer:
        """What the call returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return cast(Answer, self._answer)


def _layout(names: Sequence[str], label: str) -> Layout:
    try:
        return recognise(tuple(names), label)
    except DataError as error:
        error.line_number = None
        if "header" in error.message:
            error.message = "the columns are not those of FOCUS, AWS CUR or Azure cost details"
            error.hint = "name another table, or a view that gives FOCUS columns"
        raise


def _key(month: int) -> str:
    return f"{EXPORT}/{month_text(month)}"


def _bytes(size: int) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:,} {unit}"
        size //= 1024
    return f"{size:,} TiB"


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> EngineTable:
    """The source of a connection that names an engine."""
    return EngineTable(connection, secrets, clock, stop)
