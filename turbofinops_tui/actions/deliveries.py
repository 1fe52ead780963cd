"""Deliveries: list what came in, undo one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.errors import TurboError
from turbofinops_tui.store import batches, received, undo
from turbofinops_tui.store.deliveries import COST_KINDS, load_delivery
from turbofinops_tui.store.delivery_figures import DeliveryLine, delivery_lines
from turbofinops_tui.store.settings import all_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

__all__ = ["DeliveryLine", "Removed", "list_deliveries", "prune_received", "remove"]

CALL_KINDS = ("meter", "litellm")
"""deliveries of single AI calls"""


@dataclass(frozen=True, slots=True)
class Removed:
    """An undone import: the deliveries read again in its place, and what could not be read."""

    delivery: int
    read_again: tuple[int, ...]
    missing: tuple[str, ...]


def list_deliveries(session: Session) -> list[DeliveryLine]:
    """Every delivery with periods and totals, by id."""
    with session.store.read() as conn:
        return delivery_lines(conn)


def remove(session: Session, delivery: int) -> Removed:
    """Undo an import; where it had replaced an earlier delivery, that one counts again if it can be read.

    NotFoundError for an unknown id, ConflictError when the import no longer counts.
    """
    with session.store.read() as conn:
        kind = load_delivery(conn, delivery).kind
    if kind in COST_KINDS:
        wanted = [(item.delivery, item.periods) for item in batches.remove_delivery(session.store, delivery)]
    elif kind == "otlp":
        from turbofinops_tui.actions.otlp_imports import undo_otlp

        wanted = [(number, []) for number in undo_otlp(session, delivery)]
    elif kind in CALL_KINDS:
        from turbofinops_tui.actions.usage_imports import undo_calls

        wanted = [(number, []) for number in undo_calls(session, delivery)]
    else:
        wanted = [(number, []) for number in undo.undo_delivery(session.store, delivery)]
        after_undo(session, kind)
    done, missing = [], []
    for number, periods in wanted:
        try:
            read_again(session, number, periods)
            done.append(number)
        except TurboError as error:
            missing.append(f"{_name(session, number)}: {error.line()}")
    return Removed(delivery, tuple(done), tuple(missing))


def prune_received(session: Session) -> list[str]:
    """Remove kept files past the retention settings; returns their hashes."""
    with session.store.read() as conn:
        values = all_settings(conn)
    months, limit = int(values["received.months"]), int(values["received.bytes"])
    return received.prune(session.paths.received, session.clock.now(), months, limit)


def after_undo(session: Session, kind: str) -> None:
    """Derive what hangs on received facts again after some of them went."""
    if kind in undo.STRIPE_KINDS:
        from turbofinops_tui.sync.derive import derive_all

        derive_all(session.store)


def read_again(session: Session, delivery: int, periods: list[str]) -> None:
    """Read the files of a delivery again, of cost only ``periods``; TurboError when they are gone."""
    with session.store.read() as conn:
        item = load_delivery(conn, delivery)
    if item.kind == "otlp":
        from turbofinops_tui.actions.otlp_imports import read_otlp_again

        read_otlp_again(session, item)
    elif item.kind in CALL_KINDS:
        from turbofinops_tui.actions.usage_imports import read_calls_again

        read_calls_again(session, item)
    elif item.kind in COST_KINDS:
        from turbofinops_tui.actions import imports

        imports.read_again(session, delivery, periods)
    else:
        from turbofinops_tui.actions import revenue_imports

        revenue_imports.read_again(session, delivery)


def _name(session: Session, delivery: int) -> str:
    with session.store.read() as conn:
        item = load_delivery(conn, delivery)
    return f"import {delivery} ({item.kind}, {item.source})"
