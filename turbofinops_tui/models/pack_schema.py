"""Rows that books load as columns, packed beside them; a migration runs it."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

REVENUE_SHIFT = 12
"""revenue rows of one pack: ids that are equal without their last 12 bits"""


def _forgets(table: str, part: str, number: str) -> list[str]:
    """Triggers: a changed row takes its pack away, whoever changes it, in the same transaction."""
    events = (("INSERT", ("NEW",)), ("DELETE", ("OLD",)), ("UPDATE", ("OLD", "NEW")))
    forget = f"DELETE FROM packed WHERE part = '{part}' AND number = {number};"  # noqa: S608 (constants)
    return [
        f"CREATE TRIGGER {table}_{event.lower()}_packed AFTER {event} ON {table} BEGIN"
        f" {' '.join(forget.format(row) for row in rows)} END"
        for event, rows in events
    ]


PACKS: tuple[str, ...] = (
    # derived: part months (number: batch) is cost_monthly of a batch, part revenue (number: id >> 12) are rows of
    # revenue_event; a missing one is read from the rows (docs/store.md)
    "CREATE TABLE packed(part TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(part, number)) STRICT",
    *_forgets("cost_monthly", "months", "{}.batch"),
    *_forgets("revenue_event", "revenue", f"{{}}.id >> {REVENUE_SHIFT}"),
)
