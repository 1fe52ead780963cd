"""Tag sets and cost dimensions: each distinct one is stored once and named by its id."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from turbofinops_tui.economics.types import CostDimension
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.pace import Pace

_T = TypeVar("_T")
_LOOK_UP_ONE_BY_ONE = 500
_ATTRIBUTES = (
    "source, provider, account, service, category, charge_category, commitment, cost_basis, model,"
    " currency, unit, names_customer"
)


@dataclass(frozen=True, slots=True)
class DimensionKey:
    """The attributes that make a cost dimension distinct; ``tags`` is the canonical JSON of the tag set."""

    source: str
    provider: str
    account: str
    service: str
    category: str
    charge_category: str
    commitment: str
    cost_basis: str
    model: str
    currency: str
    unit: str
    names_customer: str
    tags: str = "{}"

    def values(self) -> tuple[str, ...]:
        """All attributes in their order (``astuple`` would copy each one deeply)."""
        return (
            self.source,
            self.provider,
            self.account,
            self.service,
            self.category,
            self.charge_category,
            self.commitment,
            self.cost_basis,
            self.model,
            self.currency,
            self.unit,
            self.names_customer,
            self.tags,
        )

    def digest(self) -> str:
        """SHA-256 hex of the canonical JSON list of all attributes: the same in every store."""
        text = json.dumps(self.values(), ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def tags_json(tags: Iterable[tuple[str, str]]) -> str:
    """The canonical JSON of tag pairs whose keys are folded already: sorted, no blanks."""
    return json.dumps(dict(sorted(tags)), ensure_ascii=False, separators=(",", ":"))


def intern_tag_sets(store: Store, texts: Iterable[str]) -> dict[str, int]:
    """Ids of canonical tag JSON texts, new ones stored with their pairs."""
    wanted = sorted(set(texts))
    known = _known(store, "tag_set", "json", wanted)
    pace = Pace()
    for chunk in _chunks(pace, [text for text in wanted if text not in known]):
        pairs = [(key, value, text) for text in chunk for key, value in json.loads(text).items()]
        with store.write("intern tags", durable=False) as txn, pace.measured():
            txn.conn.executemany(
                "INSERT INTO tag_set(json) VALUES (?) ON CONFLICT DO NOTHING", [(text,) for text in chunk]
            )
            txn.conn.executemany(
                "INSERT INTO tag_pair(key, value, tag_set)"
                " VALUES (?, ?, (SELECT id FROM tag_set WHERE json = ?)) ON CONFLICT DO NOTHING",
                pairs,
            )
    return known | _known(store, "tag_set", "json", [text for text in wanted if text not in known])


def intern_dimensions(store: Store, dims: Iterable[DimensionKey]) -> dict[DimensionKey, int]:
    """Ids of dimensions, new ones stored (their tag sets too)."""
    digests = {dim: dim.digest() for dim in dims}
    known = _known(store, "cost_dimension", "digest", list(digests.values()))
    new = [(dim, digest) for dim, digest in digests.items() if digest not in known]
    if new:
        tag_sets = intern_tag_sets(store, (dim.tags for dim, _ in new))
        _insert_dimensions(store, [(digest, *dim.values()[:-1], tag_sets[dim.tags]) for dim, digest in new])
        known |= _known(store, "cost_dimension", "digest", [digest for _, digest in new])
    return {dim: known[digest] for dim, digest in digests.items()}


def load_dimensions(conn: sqlite3.Connection) -> Iterator[CostDimension]:
    """Every dimension by id; those of one tag set share one mapping, and equal texts are one object."""
    one: Any = {}.setdefault
    numbers, texts = [], []
    for number, text in conn.execute("SELECT id, json FROM tag_set"):
        numbers.append(number)
        texts.append(text)
    # one call for all: its keys are one object each, and it takes a third of the time
    listed = json.loads(f"[{','.join(texts)}]")
    tags = {
        number: {key: one(value, value) for key, value in found.items()}
        for number, found in zip(numbers, listed, strict=True)
    }
    for row in conn.execute(f"SELECT id, {_ATTRIBUTES}, tag_set FROM cost_dimension ORDER BY id"):  # noqa: S608 (constant)
        shape = row[1:-1]
        values = (row[0], *one(shape, shape), tags[row[-1]])
        yield CostDimension(*values)


def load_live_dimensions(conn: sqlite3.Connection) -> tuple[list[CostDimension], dict[int, int]]:
    """The dimensions that active batches hold, and for each the first of their deliveries."""
    first = dict(
        conn.execute(
            "SELECT m.dimension, min(b.delivery) FROM cost_monthly m"
            " JOIN ingest_batch b ON b.id = m.batch AND b.state = 'active' GROUP BY m.dimension"
        ).fetchall()
    )
    return [dimension for dimension in load_dimensions(conn) if dimension.id in first], first


def _insert_dimensions(store: Store, rows: list[tuple[object, ...]]) -> None:
    pace = Pace()
    statement = (
        f"INSERT INTO cost_dimension(digest, {_ATTRIBUTES}, tag_set)"  # noqa: S608 (constant)
        f" VALUES ({', '.join('?' * 14)}) ON CONFLICT DO NOTHING"
    )
    for chunk in _chunks(pace, rows):
        with store.write("intern dimensions", durable=False) as txn, pace.measured():
            txn.conn.executemany(statement, chunk)


def _known(store: Store, table: str, column: str, wanted: list[str]) -> dict[str, int]:
    """text -> id for those of ``wanted`` that are stored."""
    if not wanted:
        return {}
    query = f"SELECT {column}, id FROM {table}"  # noqa: S608 (names are ours)
    with store.read() as conn:
        if len(wanted) > _LOOK_UP_ONE_BY_ONE:
            every = dict(conn.execute(query))
            return {text: every[text] for text in wanted if text in every}
        found = (conn.execute(f"{query} WHERE {column} = ?", (text,)).fetchone() for text in wanted)
        return {row[0]: row[1] for row in found if row}


def _chunks(pace: Pace, items: list[_T]) -> Iterator[list[_T]]:
    done = 0
    while done < len(items):
        size = max(250, pace.rows // 8)  # these rows are wider and indexed
        yield items[done : done + size]
        done += size
