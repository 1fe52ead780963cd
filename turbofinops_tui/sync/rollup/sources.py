"""Deliveries of the store as files that can be read again: opened, proven by their hash, with their
layout.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from turbofinops_tui.store.deliveries import Delivery, FileRecord
from turbofinops_tui.store.received import open_received
from turbofinops_tui.sync.read import csv_costs
from turbofinops_tui.sync.read.files import CostFile, open_file
from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.recognise import LayoutOf, recognise
from turbofinops_tui.sync.read.tags import DEFAULT_PREFIXES
from turbofinops_tui.sync.rollup.engine import Engine


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file of a delivery as it lies now."""

    record: FileRecord
    file: CostFile
    layout: Layout


def layout_of(item: Delivery) -> LayoutOf:
    """How the files of a delivery were understood."""
    mapping = item.options.get("map")
    if isinstance(mapping, dict):
        return partial(csv_costs.layout, mapping=mapping, source=item.source)
    return recognise


def prefixes_of(item: Delivery) -> Sequence[str]:
    """The tag prefixes that were dropped when the delivery came in."""
    stored = item.options.get("tag_prefixes")
    return [str(prefix) for prefix in stored] if isinstance(stored, list) else DEFAULT_PREFIXES


def left_out_keys(conn: sqlite3.Connection, delivery: int) -> frozenset[str]:
    """Tag keys that the guard left out of the delivery."""
    rows = conn.execute(
        "SELECT DISTINCT key FROM left_out_tag JOIN ingest_batch b ON b.id = batch WHERE b.delivery = ?",
        (delivery,),
    )
    return frozenset(row[0] for row in rows)


@contextmanager
def opened(
    engine: Engine, item: Delivery, record: FileRecord, received: Path, limits: Limits
) -> Iterator[OpenedFile | str]:
    """The file while the block runs, or the sentence that says why it cannot be read."""
    with open_received(received, record) as found:
        if found.path is None:
            yield f"{found.reason}: import it again to see its rows"
            return
        file = open_file(found.path, limits)
        if file.kind == "parquet":
            file = replace(file, names=tuple(engine.parquet_facts(file.path)[0]))
        yield OpenedFile(record, file, layout_of(item)(file.names, record.path))
