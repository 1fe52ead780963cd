"""Tables of the draft: rule edits held apart from the saved rules, as steps that can be undone."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

DRAFTS: tuple[str, ...] = (
    # at most one draft; rules is the id of the saved rules that it was begun on
    "CREATE TABLE draft(id INTEGER PRIMARY KEY CHECK(id = 1), rules TEXT NOT NULL, began_at TEXT NOT NULL) STRICT",
    # edits: JSON list of edits that are done and undone together; undone steps wait for a redo
    "CREATE TABLE draft_step(number INTEGER PRIMARY KEY, label TEXT NOT NULL, edits TEXT NOT NULL,"
    " undone INTEGER NOT NULL DEFAULT 0) STRICT",
)
