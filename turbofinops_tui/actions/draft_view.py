"""The draft as the bar of every money screen tells it: how many edits, and what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.errors import TurboError

if TYPE_CHECKING:
    from turbofinops_tui.actions.drafts import Draft
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.economics.consequences import Difference
    from turbofinops_tui.economics.types import Slice

DraftKey = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """A draft and what it does on the days of a slice."""

    edits: int
    undone: int
    """steps that a redo would bring back"""
    difference: Difference | None
    """None when the edits no longer fit the saved rules"""
    problem: str = ""


def draft_key(draft: Draft | None) -> DraftKey:
    """Changes whenever the edits of the draft do; empty without one."""
    if draft is None:
        return ()
    return (
        draft.rules,
        draft.began_at,
        *((step.number, step.undone) for step in (*draft.steps, *draft.undone)),
    )


def draft_info(reports: Reports, asked: Slice) -> DraftInfo | None:
    """The draft with what it does to the saved numbers of ``asked``; None when there is no draft."""
    draft = reports.drafts.load()
    if draft is None:
        return None
    try:
        found, problem = reports.difference(asked), ""
    except TurboError as error:
        found, problem = None, error.line()
    return DraftInfo(len(draft.edits), len(draft.undone), found, problem)
