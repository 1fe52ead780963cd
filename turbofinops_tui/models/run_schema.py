"""The table that keeps how fetches from connections ended; a migration runs it."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

FETCH_RUNS: tuple[str, ...] = (
    # error: why it failed, one line; requests: those that the provider bills
    "CREATE TABLE fetch_run(id INTEGER PRIMARY KEY, connection TEXT NOT NULL REFERENCES connection(name) ON DELETE CASCADE,"
    " what TEXT NOT NULL CHECK(what IN ('sync','backfill')), began TEXT NOT NULL, ended TEXT NOT NULL, objects INTEGER NOT NULL,"
    " events INTEGER NOT NULL, items INTEGER NOT NULL, unchanged INTEGER NOT NULL, lines INTEGER NOT NULL, requests INTEGER NOT NULL,"
    " error TEXT NOT NULL) STRICT",
    "CREATE INDEX fetch_run_connection ON fetch_run(connection, id)",
)
