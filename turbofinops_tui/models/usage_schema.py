"""Tables of AI calls as received (the meter, gateway logs); a migration runs it.

The daily rows of evidence are derived from them by day. ``key`` is the feed's own id of the call; costs are
exact decimals in major units by class, so that a day is rounded once.
"""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

USAGE: tuple[str, ...] = (
    "CREATE TABLE usage_call(feed TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, day INTEGER NOT NULL, body TEXT NOT NULL,"
    " prices TEXT NOT NULL, delivery INTEGER NOT NULL, PRIMARY KEY(feed, key)) STRICT, WITHOUT ROWID",
    "CREATE INDEX usage_call_day ON usage_call(day, feed)",
    "CREATE INDEX usage_call_key ON usage_call(key)",
    "CREATE INDEX usage_call_delivery ON usage_call(delivery)",
)
