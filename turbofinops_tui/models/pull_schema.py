"""Tables that keep how far a fetch has come; a migration runs it. Times are epoch seconds."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

PULLS: tuple[str, ...] = (
    "CREATE TABLE pull_run(connection TEXT PRIMARY KEY REFERENCES connection(name) ON DELETE CASCADE,"
    " kind TEXT NOT NULL CHECK(kind IN ('backfill','events')), since INTEGER NOT NULL, started INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    # what was created in [first, last), newest first; cursor: the last id stored, reached: when it was created
    "CREATE TABLE pull_slice(id INTEGER PRIMARY KEY, connection TEXT NOT NULL REFERENCES pull_run(connection) ON DELETE CASCADE,"
    " resource TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, cursor TEXT NOT NULL DEFAULT '', reached INTEGER NOT NULL,"
    " pages INTEGER NOT NULL DEFAULT 0, objects INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0) STRICT",
    "CREATE INDEX pull_slice_run ON pull_slice(connection, done)",
)

MARKS: tuple[str, ...] = (
    # what a cost source said about its days (since 1970-01-01); NULL: nothing
    "CREATE TABLE cost_mark(source TEXT NOT NULL, export TEXT NOT NULL, period TEXT NOT NULL, final_until INTEGER,"
    " delivered_until INTEGER, PRIMARY KEY(source, export, period)) STRICT, WITHOUT ROWID",
)
