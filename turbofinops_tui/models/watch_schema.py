"""Tables of ``check``: states of keys, crossings, scores, and the channels that alerts go to."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

WATCH: tuple[str, ...] = (
    # one row per change of a state; day: the day after the seven judged days
    "CREATE TABLE watch_state(by TEXT NOT NULL, key TEXT NOT NULL, day INTEGER NOT NULL, state TEXT NOT NULL,"
    " PRIMARY KEY(by, key, day)) STRICT, WITHOUT ROWID",
    # amounts: decimal text of store units; parts: JSON, what the margin was made of; never deleted, withdrawn with a cause
    "CREATE TABLE watch_alert(id INTEGER PRIMARY KEY, by TEXT NOT NULL, key TEXT NOT NULL, day INTEGER NOT NULL, was TEXT NOT NULL,"
    " now TEXT NOT NULL, revenue TEXT NOT NULL, cost TEXT NOT NULL, currency TEXT NOT NULL, floor TEXT NOT NULL,"
    " provisional INTEGER NOT NULL, causes TEXT NOT NULL, parts TEXT NOT NULL, books TEXT NOT NULL, found_at TEXT NOT NULL,"
    " withdrawn_at TEXT NOT NULL DEFAULT '', withdrawn_why TEXT NOT NULL DEFAULT '', UNIQUE(by, key, day)) STRICT",
    "CREATE INDEX watch_alert_day ON watch_alert(day)",
    # scope: empty, or cohort:2026-03; healthy and revenue: decimal text of store units
    "CREATE TABLE watch_score(scope TEXT NOT NULL, day INTEGER NOT NULL, healthy TEXT NOT NULL, revenue TEXT NOT NULL,"
    " currency TEXT NOT NULL, PRIMARY KEY(scope, day)) STRICT, WITHOUT ROWID",
    # names alone: the address of a channel is a secret and lives elsewhere
    "CREATE TABLE notify_channel(name TEXT PRIMARY KEY, created_at TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # message: alert:ID, withdrawn:ID, digest:DAY
    "CREATE TABLE notify_sent(channel TEXT NOT NULL, message TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY(channel, message))"
    " STRICT, WITHOUT ROWID",
)
