"""The table of the states that the books went through; a migration runs it."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

SEEN: tuple[str, ...] = (
    # figure, audit: the last row of those tables that belongs to the state. cause: what made it of the one before
    # (JSON); empty: all that the audit has between the two. books is empty for a state between two edits
    "CREATE TABLE books_seen(id INTEGER PRIMARY KEY, at TEXT NOT NULL, books TEXT NOT NULL, facts TEXT NOT NULL, rules TEXT NOT NULL,"
    " settings TEXT NOT NULL, figure INTEGER NOT NULL, audit INTEGER NOT NULL, cause TEXT NOT NULL DEFAULT '') STRICT",
    "INSERT INTO books_seen(at, books, facts, rules, settings, figure, audit)"
    " SELECT at, books, '', '', '', last, (SELECT ifnull(max(id), 0) FROM audit a WHERE a.at <= f.at)"
    " FROM (SELECT max(at) AS at, books, max(id) AS last FROM figures GROUP BY books) f ORDER BY last",
)
