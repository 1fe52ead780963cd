"""Steps on the path of a finding: acknowledge, plan, done, accept, note; each audited in its transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.errors import ConflictError, UsageError
from turbofinops_tui.store import audit
from turbofinops_tui.store.finding_paths import (
    ACCEPTED,
    ACKNOWLEDGED,
    DONE,
    PLANNED,
    FindingPath,
    finding_id,
    restore_path,
    save_path,
)

if TYPE_CHECKING:
    from turbofinops_tui.actions.findings import Item
    from turbofinops_tui.actions.remedies import Remedy
    from turbofinops_tui.actions.session import Session

STEPS = ("ack", "plan", "done", "accept", "note")
PLAN_DAYS = 14
"""a plan is due in two weeks unless said otherwise"""
WAIT_DAYS = 28
"""days after which the product judges what was done"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says with a step; None: nothing."""

    owner: str | None = None
    due: int | None = None
    note: str | None = None


def take(
    session: Session, item: Item, step: str, said: Said, remedy: Remedy | None = None
) -> tuple[FindingPath, FindingPath | None]:
    """Take a step; returns the path after and before it.

    Raises UsageError for a day that is over, ConflictError for ``done`` without a plan.
    """
    today = session.clock.today()
    before = item.path
    path = before or FindingPath(item.name)
    state = item.state(today)
    if said.due is not None and said.due < today:
        raise UsageError(f"{day_text(said.due)} is over", "give a day to come")
    changes: dict[str, Any] = {}
    if said.owner is not None:
        changes["owner"] = said.owner.strip()[:200]
    if said.note is not None:
        changes["note"] = said.note.strip()[:2000]
    if step == "ack":
        changes |= {"state": ACKNOWLEDGED, "until": None}
    elif step == "plan":
        changes |= _plan(item, path, said, remedy, today)
    elif step == "done":
        if state != PLANNED:
            hint = f"plan it first: turbofinops findings plan {item.id}"
            raise ConflictError(f"finding {item.id} is {state}, not planned", hint)
        changes |= {"state": DONE, "done_day": today, "outcome": {}}
    elif step == "accept":
        changes |= {"state": ACCEPTED, "until": said.due}
    if step in ("ack", "note") and said.due is not None:
        changes["due"] = said.due
    after = replace(path, **changes)
    with session.store.write(f"{step} finding") as txn:
        save_path(txn, step, after)
    return after, before


def _plan(item: Item, path: FindingPath, said: Said, remedy: Remedy | None, today: int) -> dict[str, Any]:
    owner = (said.owner or path.owner or user_of(audit.who())).strip()
    due = said.due if said.due is not None else today + PLAN_DAYS
    frozen = {} if remedy is None else remedy.frozen()
    frozen["planned"] = day_text(today)
    if item.stake is not None:
        frozen |= {"stake": item.stake.text(), "currency": item.stake.currency}
    return {
        "state": PLANNED, "owner": owner, "due": due, "until": None, "plan": frozen, "done_day": None,
        "outcome": {},
    }  # fmt: skip


def user_of(who: str) -> str:
    """The user's name of an audit row's ``who``."""
    try:
        return str(json.loads(who)["user"])
    except (ValueError, KeyError, TypeError):
        return who


def undo(session: Session, name: tuple[str, str, str], before: FindingPath | None) -> None:
    """Put a finding back to where it stood."""
    with session.store.write("undo finding") as txn:
        restore_path(txn, name, before)


def steps_of(session: Session, name: tuple[str, str, str]) -> list[audit.AuditRow]:
    """Every step that was taken, from the audit log, oldest first."""
    with session.store.read() as conn:
        return [row for row in audit.rows(conn, "finding") if row.entity_id == finding_id(name)]
