"""Fetch from one cost source: plan, fetch, import, cursor; item by item, each all or nothing.

An item that fails does not stop the others unless the source itself refuses; what was imported stays.
Killed anywhere, the next run finds the cursors of what counts and fetches the rest.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions.cost_rivals import Rivals, refuse_nested, rivals_of
from turbofinops_tui.actions.credentials import secret_of
from turbofinops_tui.actions.imports import ImportResult, import_fetched
from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.errors import ConflictError, DataError, NoRowsError, TurboError, UsageError
from turbofinops_tui.store.batches import BatchChange, Figures, empty_periods
from turbofinops_tui.store.connections import Connection, load_connections, set_account
from turbofinops_tui.store.cost_cursors import parse_state, save_item, save_outcome
from turbofinops_tui.store.cost_marks import Mark, save_mark
from turbofinops_tui.store.evidence import replace_evidence
from turbofinops_tui.sync.rollup.exact import EXACT
from turbofinops_tui.sync.runner import (
    Ask,
    CostSource,
    Fetched,
    FetchedEvidence,
    Item,
    Plan,
    Stopped,
    open_source,
    pinned,
)
from turbofinops_tui.sync.secrets import may_use_own

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.open import WriteTxn

Tick = Callable[[str, int, int], None]
"""(what, done, of)"""
Confirm = Callable[[Plan], bool]
"""whether a run that costs money may begin"""


@dataclass(slots=True)
class CostOutcome:
    """What became of one run; filled while it runs, so that it tells what came before an error too."""

    items: int = 0
    """that brought something new"""
    unchanged: int = 0
    rows: int = 0
    changes: list[str] = field(default_factory=list)
    """``main 2026-03 changed by -12.40 USD (effective)``"""
    notes: list[str] = field(default_factory=list)
    plan: Plan | None = None
    requests: int = 0


class CostRun:
    """One run over one connection; the caller holds its lock."""

    def __init__(
        self,
        session: Session,
        connection: Connection,
        tick: Tick,
        stop: threading.Event,
        outcome: CostOutcome,
    ) -> None:
        self.session = session
        self.connection = connection
        self.tick = tick
        self.stop = stop
        self.outcome = outcome
        self.source = open_cost(session, connection, stop)
        self._rivals = Rivals({})
        self._brought: set[tuple[str, str]] = set()
        """(key, period) of every item that this run or an earlier one brings"""

    def run(self, ask: Ask, confirm: Confirm, show: Callable[[Plan], object]) -> None:
        """Plan, show the plan, fetch every item. TurboError with the first thing that went wrong."""
        error = ""
        try:
            self._run(ask, confirm, show)
        except TurboError as trouble:
            error = trouble.line()
            raise
        finally:
            getattr(self.source, "close", lambda: None)()
            with self.session.store.write("sync") as txn:
                save_outcome(txn, self.connection.name, error, self._lost())

    def _lost(self) -> int:
        """Paid requests of items that came to nothing: they were asked all the same."""
        lost = max(0, int(getattr(self.source, "asked", 0)) - self.outcome.requests)
        self.outcome.requests += lost
        return lost

    def _run(self, ask: Ask, confirm: Confirm, show: Callable[[Plan], object]) -> None:
        clear_folder(self.session, self.connection)  # of a run that was killed
        rivals = self._rivals = rivals_of(self.session, self.connection, self._pin())
        state = parse_state(self.connection.cursor)
        plan = rivals.without(self.source.plan(ask, {} if ask.full else state.items))
        refuse_nested(self.session, self.connection, self.source)
        self.outcome.plan = plan
        self._brought = {(item.key, f"{item.export}/{item.period}") for item in plan.items}
        self._brought |= {(key, key) for key in state.items}
        self.outcome.notes += plan.notes
        show(plan)
        if ask.backfill and plan.price and plan.items and not confirm(plan):
            raise UsageError(
                f"this reads {plan.requests or len(plan.items)} paid requests, {plan.price}",
                "say it again with --yes",
            )
        failed: list[TurboError] = []
        for number, item in enumerate(plan.items):
            if self.stop.is_set():
                raise Stopped("stopped", "the same command goes on from here")
            self.tick(item.label, number, len(plan.items))
            try:
                self._item(item)
            except (DataError, ConflictError) as error:
                failed.append(error)
        if failed:
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            raise DataError(failed[0].line() + more)

    def _pin(self) -> str:
        """The account of the credential; one of another account is refused before anything is read."""
        seen = self.source.identity()
        pinned(self.connection.name, self.connection.account, seen)
        if seen and not self.connection.account:
            with self.session.store.write("test connection") as txn:
                set_account(txn, self.connection.name, seen)
        return seen or self.connection.account

    def _item(self, item: Item) -> None:
        with fetch_folder(self.session, self.connection) as folder:
            fetched = self.source.fetch(item, folder, self.tick)
            if fetched is None:
                self.outcome.unchanged += 1
                return
            self.outcome.notes += fetched.notes
            self.outcome.requests += fetched.requests
            self._bring_in(item, fetched)

    def _bring_in(self, item: Item, fetched: Fetched) -> None:
        connection, source = self.connection, self.connection.source
        if fetched.evidence is not None:
            self._keep_evidence(item, fetched, fetched.evidence)
            return
        emptied: list[BatchChange] = []

        def also(txn: WriteTxn, delivery: int) -> None:
            present = periods_of(txn, delivery)
            self._refuse_strange(item, fetched, present)
            gone = [period for period in fetched.periods if period not in present]
            emptied.extend(empty_periods(txn, source, fetched.export, gone))
            for period in present:
                emptied.extend(self._rivals.give_way(txn, period))
            mark = Mark(fetched.final_until, fetched.delivered_until)
            for period in fetched.periods or present:
                save_mark(txn, source, fetched.export, period, mark)
            save_item(txn, connection.name, item.key, fetched.cursor, fetched.requests)

        try:
            if not fetched.files:
                raise NoRowsError("there are no files")
            result = import_fetched(
                self.session, fetched.files, source, fetched.export,
                connection=connection.name, names=fetched.names, keep=fetched.keep,
                trusted=fetched.keep and fetched.trusted, also=also, progress=self.tick,
            )  # fmt: skip
            self._count(result)
        except NoRowsError:
            if fetched.files and not (fetched.keep and fetched.periods):
                raise  # a file of one's own should hold something
            with self.session.store.write("sync") as txn:
                also(txn, 0)
            self.outcome.unchanged += not emptied
        self.outcome.changes += [
            line
            for change in emptied
            for line in changed(change.export, change.period, change.old, change.new)
        ]

    def _refuse_strange(self, item: Item, fetched: Fetched, present: Sequence[str]) -> None:
        """DataError for rows of a billing period that another item brings: one would replace the other."""
        for period in present if fetched.periods else ():
            name = f"{fetched.export}/{period}"
            taken = any(named == name and key != item.key for key, named in self._brought)
            if period not in fetched.periods and taken:
                raise DataError(
                    f"{item.label} holds rows of {period}, which another delivery of this export brings",
                    "export it again, one billing period a file",
                )

    def _keep_evidence(self, item: Item, fetched: Fetched, evidence: FetchedEvidence) -> None:
        """Evidence takes the place of what its scope had, with the cursor."""
        with self.session.store.write("sync") as txn:
            replace_evidence(txn, evidence.scope, evidence.rows, feed=evidence.feed)
            save_item(txn, self.connection.name, item.key, fetched.cursor, fetched.requests)
        self.outcome.items += 1
        self.outcome.rows += len(evidence.rows)

    def _count(self, result: ImportResult) -> None:
        if result.unchanged:
            self.outcome.unchanged += 1
            return
        self.outcome.items += 1
        self.outcome.rows += result.lines
        self.outcome.notes += result.warnings
        for period in result.periods:
            if period.old_lines:
                old = {key: Decimal(text) for key, text in period.old_totals.items()}
                new = {key: Decimal(text) for key, text in period.totals.items()}
                self.outcome.changes += changed(result.export, period.period, old, new)


def open_cost(session: Session, connection: Connection, stop: threading.Event) -> CostSource:
    """The source of a connection, with its secrets where they are.

    Its setting ``env`` says ``yes`` or ``no`` from here on: several accounts must not share a chain silently.
    """
    with session.store.read() as conn:
        own = may_use_own(connection, load_connections(conn))
    settled = replace(connection, settings={**connection.settings, "env": "yes" if own else "no"})
    return open_source(
        settled, lambda field_name: secret_of(session, connection, field_name), session.clock, stop
    )


@contextmanager
def fetch_folder(session: Session, connection: Connection) -> Iterator[Path]:
    """A private directory beside the store; what a killed run left in it goes first."""
    folder = clear_folder(session, connection)
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_folder(session: Session, connection: Connection) -> Path:
    """Where the connection's fetched files go while they are read; nothing is there afterwards."""
    digest = sha256(connection.name.encode()).hexdigest()[:12]
    store = session.paths.store
    folder = store.with_name(f"{store.name}.fetch-{digest}")
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def periods_of(txn: WriteTxn, delivery: int) -> list[str]:
    """Billing periods of a delivery that count."""
    rows = txn.conn.execute(
        "SELECT period FROM ingest_batch WHERE delivery = ? AND state = 'active' ORDER BY period", (delivery,)
    )
    return [str(row[0]) for row in rows]


def changed(export: str, period: str, old: Figures, new: Figures) -> list[str]:
    """``main 2026-03 changed by -12.40 USD``, one line a currency; effective cost, or billed when only that
    moved.
    """
    lines = []
    for currency in sorted({currency for currency, _ in (*old, *new)}):
        for cost in ("effective", "billed"):
            moved = EXACT.subtract(
                new.get((currency, cost), Decimal(0)), old.get((currency, cost), Decimal(0))
            )
            if moved:
                sign = "+" if moved > 0 else ""
                lines.append(
                    f"{export} {period} changed by {sign}{decimal_text(moved)} {currency} ({cost} cost)"
                )
                break
    return lines
