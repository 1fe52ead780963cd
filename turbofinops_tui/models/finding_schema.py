"""The remediation path of findings: what a person decided about one, and what came of it."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

PATHS: tuple[str, ...] = (
    # (kind, source, key) names a finding, stored or worked out; its steps are in the audit log (entity finding).
    # days are days since 1970-01-01; plan: JSON of the remedy with its frozen figures; outcome: JSON of the verdict
    "CREATE TABLE finding_path(kind TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,"
    " owner TEXT NOT NULL DEFAULT '', due INTEGER, until INTEGER, note TEXT NOT NULL DEFAULT '', plan TEXT NOT NULL DEFAULT '{}',"
    " done_day INTEGER, outcome TEXT NOT NULL DEFAULT '{}', changed_at TEXT NOT NULL, PRIMARY KEY(kind, source, key)) STRICT, WITHOUT ROWID",
)
