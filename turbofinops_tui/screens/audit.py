"""Audit: who changed what, when; the newest first, and the walk over the whole chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions.auditing import AuditRow, audit_rows, verify_audit
from turbofinops_tui.widgets.frame import Frame
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.paint import Lines, Spans


class AuditScreen(Frame):
    """``L``; the log is append-only and hash-chained (trust.md 17)."""

    ID = "audit"
    TITLE = "Audit"
    MONEY = False
    BINDINGS = bindings("audit")
    DEFAULT_CSS = "AuditScreen #details { height: 4; }"

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[AuditRow] = GridModel(
            lambda row: row.id,
            lambda row: f"{row.action} {row.entity}:{row.entity_id} {user_of(row)} {row.at}",
        )
        self.list = Grid(model, self.columns_for, id="audit")
        self.list.empty_text = "Nothing was changed yet."
        self.details = Lines(id="details", height=4)

    def body(self) -> Iterable[Widget]:
        """One grid and what its row says."""
        yield self.list
        yield self.details

    def gather(self, session: Any, reports: Any) -> list[AuditRow]:
        """The log, newest first (in the thread)."""
        return audit_rows(session)[::-1]

    def take(self, data: Any) -> None:
        """Show it."""
        self.list.set_rows(data)

    def columns_for(self, width: int) -> Sequence[Column[AuditRow]]:
        """Number, time, person, action, what."""

        def word(
            key: str, title: str, size: int, text: Callable[[AuditRow], str], most: int = 0
        ) -> Column[AuditRow]:
            return Column[AuditRow](key, title, size, lambda row, _: ((text(row), ""),), text, elastic=most)

        return [
            Column[AuditRow](
                "id", "#", 6, lambda row, _: ((str(row.id), "muted"),), lambda row: row.id, right=True
            ),
            word("at", "At (UTC)", 20, lambda row: row.at),
            word("who", "Who", 10, user_of, 16),
            word("action", "Action", 16, lambda row: row.action, 28),
            word("what", "What", 18, lambda row: f"{row.entity}:{row.entity_id}", 60),
        ]  # fmt: skip

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """Before and after."""
        row = self.list.current
        if row is None:
            self.details.set_lines([])
            return
        parts = (("before", row.before or "nothing"), ("after", row.after or "nothing"), ("hash", row.hash))
        lines: list[tuple[Spans, str]] = [((), "rule")]
        for label, text in parts:
            lines.append((((f" {label:<8}", "muted"), (text, "")), ""))
        self.details.set_lines(lines)

    def action_verify(self) -> None:
        """Walk the chain."""
        self.say("walking the chain")
        self.host.beside(verify_audit, self._verified)

    def _verified(self, found: Any) -> None:
        if found.problem:
            self.say(f"the audit log was altered: {found.problem}; compare with a backup", "error")
        else:
            self.say(f"{found.rows:,} rows, every one follows the one before; head {found.head}", "gain")


def user_of(row: AuditRow) -> str:
    """The login of who did it."""
    try:
        return str(json.loads(row.who).get("user", ""))
    except ValueError:
        return "?"
