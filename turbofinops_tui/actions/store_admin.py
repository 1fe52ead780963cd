"""The store itself: check, backup, restore, rebuild."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions.otlp_imports import rebuild_otlp
from turbofinops_tui.actions.usage_imports import rebuild_calls
from turbofinops_tui.economics.types import BooksId
from turbofinops_tui.errors import TurboError
from turbofinops_tui.store import backup as store_backup
from turbofinops_tui.store.books_id import books_id
from turbofinops_tui.store.check import CheckLine, check_store
from turbofinops_tui.store.collect import collect_retired
from turbofinops_tui.store.deliveries import COST_KINDS, Delivery, load_deliveries
from turbofinops_tui.store.packs import rebuild_packs
from turbofinops_tui.store.rebuild import rebuild_digests, rebuild_months
from turbofinops_tui.store.rules import load_rules
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    import sqlite3

    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.paths import Paths

__all__ = ["CheckLine", "Rebuilt", "backup", "check", "rebuild", "restore"]


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild derived; ``missing`` names what could not be read and the command that fetches it."""

    before: BooksId
    after: BooksId
    read_again: list[int] = field(default_factory=list)
    months: int = 0
    scopes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """True when the facts are what they were."""
        return self.before == self.after


def check(session: Session) -> list[CheckLine]:
    """Whether the file holds and the books in it add up."""
    return check_store(session.store)


def backup(session: Session, target: Path) -> None:
    """A verified copy of the store in use, in one file."""
    store_backup.backup(session.store, target)


def restore(paths: Paths, clock: Clock, source: Path) -> Path | None:
    """Put a backup in the place of the store; returns where the old one is kept."""
    return store_backup.restore(paths.store, source, clock)


def rebuild(session: Session) -> Rebuilt:
    """Derive every derived table again from what was received; cut off anywhere, running it again finishes.

    Cost deliveries are read again from kept or unchanged local files; revenue is derived
    from received objects and rows; months come from days, digests from facts.
    """
    collect_retired(session.store)
    done = Rebuilt(_books(session), _books(session))
    with session.store.read() as conn:
        deliveries = [item for item in load_deliveries(conn) if item.state == "active"]
        periods = _active_periods(conn)
    for item in deliveries:
        if item.kind in COST_KINDS:
            _read_again(session, item, periods.get(item.id, []), done)
    _derive_revenue(session)
    rebuild_calls(session)
    done.missing += rebuild_otlp(session)
    done.months = rebuild_months(session.store)
    rebuild_packs(session.store)
    done.scopes = rebuild_digests(session.store)
    done.after = _books(session)
    return done


def _active_periods(conn: sqlite3.Connection) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for delivery, period in conn.execute(
        "SELECT delivery, period FROM ingest_batch WHERE state = 'active' ORDER BY delivery, period"
    ):
        found.setdefault(delivery, []).append(period)
    return found


def _read_again(session: Session, item: Delivery, periods: list[str], done: Rebuilt) -> None:
    from turbofinops_tui.actions.deliveries import read_again

    try:
        read_again(session, item.id, periods)
        done.read_again.append(item.id)
    except TurboError as error:
        export = "" if item.export == "main" else f" --export {item.export}"
        done.missing.append(
            f"import {item.id} stays as it was ({error.line()});"
            f" fetch it with `turbofinops import {item.kind} FILE --source {item.source}{export}`"
        )


def _derive_revenue(session: Session) -> None:
    from turbofinops_tui.sync.derive import derive_all
    from turbofinops_tui.sync.derive_imported import derive_received

    derive_all(session.store)
    derive_received(session.store)


def _books(session: Session) -> BooksId:
    with session.store.read() as conn:
        return books_id(conn, load_rules(conn).id, load_settings(conn).id)
