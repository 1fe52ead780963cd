"""Tables of spans that are kept while their days are open; a migration runs it.

A part is what one delivery brought of one trace, compact (sync/kept_spans.py). ``settled`` 0: received and
not yet in the daily rows. Times are epoch seconds, days are days since 1970-01-01.
"""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

SPANS: tuple[str, ...] = (
    "CREATE TABLE trace_part(id INTEGER PRIMARY KEY, trace TEXT NOT NULL, delivery INTEGER NOT NULL, settled INTEGER NOT NULL,"
    " first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE INDEX trace_part_trace ON trace_part(trace)",
    "CREATE INDEX trace_part_waiting ON trace_part(id) WHERE settled = 0",
    # first: when its first spans came; closed: its spans are gone and later ones are left out
    "CREATE TABLE span_day(day INTEGER PRIMARY KEY, first INTEGER NOT NULL, closed INTEGER NOT NULL DEFAULT 0) STRICT",
)
