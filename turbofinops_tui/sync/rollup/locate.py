"""From stored amounts back to file and line, and from a line to the amount that holds it (``explain``).

The files are read again by the same expressions that rolled them up; a file that
is gone or has changed since is named, never guessed at.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from turbofinops_tui.economics.periods import month_of_day, month_text
from turbofinops_tui.errors import NotFoundError
from turbofinops_tui.store.deliveries import Delivery, load_deliveries, load_delivery
from turbofinops_tui.store.dimensions import DimensionKey
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.settings import all_settings
from turbofinops_tui.sync.read.layout import ATTRIBUTES, Layout, Term
from turbofinops_tui.sync.read.limits import Limits, limits_from
from turbofinops_tui.sync.read.lines import ordinal_of, physical_lines
from turbofinops_tui.sync.read.tags import canonical
from turbofinops_tui.sync.read.values import parse_amount, parse_day, parse_period
from turbofinops_tui.sync.rollup.canonical import attributes_of, tags_of
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.exact import EXACT
from turbofinops_tui.sync.rollup.groups import row_texts, rows_sql, sentences
from turbofinops_tui.sync.rollup.query import RollupQuery
from turbofinops_tui.sync.rollup.result import Attributes
from turbofinops_tui.sync.rollup.sources import OpenedFile, left_out_keys, opened, prefixes_of


class Stored(NamedTuple):
    """The key of one stored amount: batch id, usage day, dimension id."""

    batch: int
    day: int
    dimension: int


class SourceRow(NamedTuple):
    """A row of a delivered file. ``line`` is physical (header = 1); of Parquet it is the row, from 1.

    ``group`` says which lines of which table a rollup row of an engine stands for.
    """

    source: str
    file: str
    line: int
    group: str = ""


@dataclass(slots=True)
class Located:
    """Source rows by stored amount, in file order; ``missing`` says which files could not be read, and
    why.
    """

    rows: dict[Stored, list[SourceRow]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RowAt:
    """What one line of a delivered file is in the store."""

    row: SourceRow
    delivery: int
    stored: Stored
    currency: str
    effective: Decimal
    """exact, in major units, as the file has it"""
    billed: Decimal


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Stored amounts of one delivery with what their keys mean."""

    item: Delivery
    left_out: frozenset[str]
    periods: dict[int, str]
    """batch id -> billing period"""
    dimensions: dict[int, tuple[Attributes, str]]
    keys: list[Stored]


def locate_rows(store: Store, received: Path, wanted: Iterable[Stored]) -> Located:
    """Every source row behind the ``wanted`` amounts; ``received`` is the directory of kept files."""
    found = Located()
    plans, limits = _plans(store, wanted)
    if not plans:
        return found
    with Engine(store.path.parent) as engine:
        for plan in plans:
            for record in plan.item.files:
                with opened(engine, plan.item, record, received, limits) as file:
                    if isinstance(file, str):
                        found.missing.append(file)
                    else:
                        _locate(engine, plan, file, limits.field, found)
    return found


def _plans(store: Store, wanted: Iterable[Stored]) -> tuple[list[_Wanted], Limits]:
    by_batch: dict[int, list[Stored]] = {}
    for key in wanted:
        by_batch.setdefault(key.batch, []).append(Stored(*key))
    plans: dict[int, _Wanted] = {}
    with store.read() as conn:
        limits = limits_from(all_settings(conn))
        for batch, keys in by_batch.items():
            row = conn.execute("SELECT delivery, period FROM ingest_batch WHERE id = ?", (batch,)).fetchone()
            if row is None:
                continue
            if row[0] not in plans:
                item = load_delivery(conn, row[0])
                plans[row[0]] = _Wanted(item, left_out_keys(conn, row[0]), {}, {}, [])
            plan = plans[row[0]]
            plan.periods[batch] = row[1]
            plan.keys.extend(keys)
            for dimension in {key.dimension for key in keys} - plan.dimensions.keys():
                plan.dimensions[dimension] = _dimension(conn, dimension)
    return list(plans.values()), limits


def _dimension(conn: sqlite3.Connection, number: int) -> tuple[Attributes, str]:
    names = ", ".join(f"d.{name}" for name in ATTRIBUTES)
    row = conn.execute(
        f"SELECT {names}, t.json FROM cost_dimension d JOIN tag_set t ON t.id = d.tag_set WHERE d.id = ?",
        (number,),
    ).fetchone()
    return Attributes(*row[:-1]), row[-1]


def _locate(engine: Engine, plan: _Wanted, file: OpenedFile, field_bytes: int, found: Located) -> None:
    """Rows of one file that belong to the plan's keys, added to ``found``."""
    _candidates(engine, plan, file, field_bytes)
    _mapped(engine, plan)
    hits = engine.run(
        "SELECT c.row, k.place FROM candidate c JOIN m_day d USING (day) JOIN m_period p USING (period)"
        f" JOIN m_attributes a USING ({', '.join(ATTRIBUTES)}) JOIN m_tags t USING (tags, more_tags)"
        " JOIN wanted k ON k.period = coalesce(p.month, d.month) AND k.day = d.number"
        " AND k.attributes = a.attributes AND k.tags = t.tag_set ORDER BY c.row"
    )
    rows = [int(row) for row, _ in hits]
    lines = rows if file.file.kind == "parquet" else physical_lines(file.file, rows, file.record.lines)
    told: dict[int, str] = {}
    if file.layout.rolled:
        told = sentences(engine, engine.relation(file.file, field_bytes).source, rows)
    for line, (_, place) in zip(lines, hits, strict=True):
        row = SourceRow(plan.item.source, file.record.path, line, told.get(line, ""))
        found.rows.setdefault(plan.keys[place], []).append(row)


def _candidates(engine: Engine, plan: _Wanted, file: OpenedFile, field_bytes: int) -> None:
    """Table ``candidate``: rows on a wanted day (or a day text that only Python reads), account and
    service.
    """
    from turbofinops_tui.economics.periods import day_text

    relation = engine.relation(file.file, field_bytes)
    rolled = file.layout.rolled
    rows = rows_sql(relation.source) if rolled else RollupQuery(file.layout, relation, 0, field_bytes).rows()
    engine.table_of("near_day", {"t": ("VARCHAR", sorted({day_text(key.day) for key in plan.keys}))})
    conditions = ["(day IN (SELECT t FROM near_day) OR NOT regexp_full_match(day, '\\d{4}-\\d\\d-\\d\\d'))"]
    for name in ("account", "service"):
        texts = sorted({getattr(attributes, name) for attributes, _ in plan.dimensions.values()})
        engine.table_of(f"near_{name}", {"t": ("VARCHAR", texts)})
        conditions.append(f"trim({name}) IN (SELECT t FROM near_{name})")
    columns = ", ".join(["row", "period", "day", *ATTRIBUTES, "tags", "more_tags"])
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT {columns} FROM ({rows}) WHERE"
        f" {' AND '.join(conditions)}"
    )


def _mapped(engine: Engine, plan: _Wanted) -> None:
    """Mapping tables from the candidates' texts to the plan's keys, and table ``wanted`` of the keys."""
    sets: dict[str, int] = {}
    numbers: dict[Attributes, int] = {}
    for attributes, tags in plan.dimensions.values():
        sets.setdefault(tags, len(sets))
        numbers.setdefault(attributes, len(numbers))
    _map_days(engine)
    _map_attributes(engine, numbers)
    _map_tags(engine, plan, sets)
    meant = [plan.dimensions[key.dimension] for key in plan.keys]
    columns: dict[str, Sequence[object]] = {
        "place": list(range(len(plan.keys))),
        "period": [parse_period(plan.periods[key.batch]) for key in plan.keys],
        "day": [key.day for key in plan.keys],
        "attributes": [numbers[attributes] for attributes, _ in meant],
        "tags": [sets[tags] for _, tags in meant],
    }
    engine.table_of("wanted", {name: ("INTEGER", values) for name, values in columns.items()})


def _map_attributes(engine: Engine, numbers: dict[Attributes, int]) -> None:
    pairs = [
        (texts, meaning)
        for texts in engine.run(f"SELECT DISTINCT {', '.join(ATTRIBUTES)} FROM candidate")
        if (meaning := _number_of(texts, numbers)) is not None
    ]
    columns: dict[str, tuple[str, Sequence[object]]] = {
        name: ("VARCHAR", [texts[place] for texts, _ in pairs]) for place, name in enumerate(ATTRIBUTES)
    }
    engine.table_of("m_attributes", columns | {"attributes": ("INTEGER", [meaning for _, meaning in pairs])})


def _map_tags(engine: Engine, plan: _Wanted, sets: dict[str, int]) -> None:
    prefixes = prefixes_of(plan.item)
    rows = [
        (tags, more, sets[text])
        for tags, more in engine.run("SELECT DISTINCT tags, more_tags FROM candidate")
        if (text := tag_text((tags, more), prefixes, plan.left_out)) in sets
    ]
    engine.table_of(
        "m_tags",
        {
            "tags": ("VARCHAR", [row[0] for row in rows]),
            "more_tags": ("VARCHAR", [row[1] for row in rows]),
            "tag_set": ("INTEGER", [row[2] for row in rows]),
        },
    )


def _number_of(texts: Sequence[str], numbers: dict[Attributes, int]) -> int | None:
    """The wanted attributes that a row's texts mean; a unit too large to store was stored as none."""
    number = numbers.get(attributes_of(texts))
    return number if number is not None else numbers.get(attributes_of([*texts[:-1], ""]))


def _map_days(engine: Engine) -> None:
    days = [str(row[0]) for row in engine.run("SELECT DISTINCT day FROM candidate")]
    numbers = [parse_day(text) for text in days]
    engine.table_of(
        "m_day",
        {
            "day": ("VARCHAR", days),
            "number": ("INTEGER", numbers),
            "month": ("INTEGER", [None if day is None else month_of_day(day) for day in numbers]),
        },
    )
    periods = [str(row[0]) for row in engine.run("SELECT DISTINCT period FROM candidate")]
    months = [parse_period(text) if text else None for text in periods]
    engine.table_of("m_period", {"period": ("VARCHAR", periods), "month": ("INTEGER", months)})


def tag_text(texts: tuple[str, str], prefixes: Sequence[str], left_out: frozenset[str]) -> str:
    """The canonical tag JSON that a row's tag texts were stored as."""
    tags, _ = tags_of(texts, prefixes)
    return canonical((key, text) for key, text in tags.items() if key not in left_out)


# --- backwards ----------------------------------------------------------------------------------


def row_at(store: Store, received: Path, source: str, file: str, line: int) -> RowAt:
    """What the row on ``line`` of ``file`` is in the store; the file by its path or the end of its path.

    NotFoundError when no active delivery of the source has that file, when the file cannot be read
    any more, or when there is no such row.
    """
    with store.read() as conn:
        items = [
            (item, record)
            for item in load_deliveries(conn)
            if item.source == source and item.state == "active" and item.kind in ("focus", "costs")
            for record in item.files
            if _is_meant(record.path, file)
        ]
        limits = limits_from(all_settings(conn))
    if not items:
        raise NotFoundError(
            f"no import of {source!r} holds a file {file!r}", "see `turbofinops imports list --format json`"
        )
    item, record = items[-1]
    with Engine(store.path.parent) as engine, opened(engine, item, record, received, limits) as found:
        if isinstance(found, str):
            raise NotFoundError(f"{record.path} line {line} cannot be shown", found)
        row = line if found.file.kind == "parquet" else ordinal_of(found.file, line)
        texts = _texts(engine, found, row, limits.field) if row else None
    if texts is None:
        raise NotFoundError(f"{record.path} has no row on line {line}", "the header is line 1")
    return _row_at(store, item, SourceRow(source, record.path, line), found.layout, texts)


def _is_meant(path: str, file: str) -> bool:
    given = os.path.normpath(file)
    return path in (file, os.path.abspath(given)) or path.endswith("/" + given)


def _texts(engine: Engine, found: OpenedFile, row: int, field_bytes: int) -> dict[str, str] | None:
    relation = engine.relation(found.file, field_bytes)
    if found.layout.rolled:
        return row_texts(engine, relation.source, row)
    query = RollupQuery(found.layout, relation, 0, field_bytes)
    text = query.rows()
    names = ["period", "day", *ATTRIBUTES, "tags", "more_tags", *query.amount_names()]
    rows = engine.run(f"SELECT {', '.join(names)} FROM ({text}) WHERE row = {row} LIMIT 1")
    return (
        dict(zip(names, ("" if item is None else str(item) for item in rows[0]), strict=True))
        if rows
        else None
    )


def _row_at(store: Store, item: Delivery, row: SourceRow, layout: Layout, texts: dict[str, str]) -> RowAt:
    day = parse_day(texts["day"]) or 0
    month: int = (parse_period(texts["period"]) if texts["period"] else None) or month_of_day(day)
    attributes = attributes_of([texts[name] for name in ATTRIBUTES])
    with store.read() as conn:
        left_out = left_out_keys(conn, item.id)
        tags = tag_text((texts["tags"], texts["more_tags"]), prefixes_of(item), left_out)
        batch = conn.execute(
            "SELECT id FROM ingest_batch WHERE delivery = ? AND period = ? AND state = 'active'",
            (item.id, month_text(month)),
        ).fetchone()
        number = next(
            (
                found[0]
                for unit in (attributes.unit, "")
                if (
                    found := conn.execute(
                        "SELECT id FROM cost_dimension WHERE digest = ?",
                        (_key(item.source, attributes, unit, tags).digest(),),
                    ).fetchone()
                )
            ),
            None,
        )
    if batch is None or number is None:
        raise NotFoundError(
            f"{row.file} line {row.line} no longer counts", "a later import replaced its billing period"
        )
    same = layout.billed == layout.effective
    effective = _amount(layout.effective, "b" if same else "e", texts)
    billed = _amount(layout.billed, "b", texts)
    return RowAt(
        row=row,
        delivery=item.id,
        stored=Stored(int(batch[0]), day, int(number)),
        currency=attributes.currency,
        effective=Decimal(texts["effective"]) if layout.rolled else effective,
        billed=Decimal(texts["billed"]) if layout.rolled else billed,
    )


def _key(source: str, attributes: Attributes, unit: str, tags: str) -> DimensionKey:
    return DimensionKey(
        source=source,
        provider=attributes.provider,
        account=attributes.account,
        service=attributes.service,
        category=attributes.category,
        charge_category=attributes.charge_category,
        commitment=attributes.commitment,
        cost_basis=attributes.cost_basis,
        model=attributes.model,
        currency=attributes.currency,
        unit=unit,
        names_customer=attributes.names_customer,
        tags=tags,
    )


def _amount(terms: Sequence[Term], prefix: str, texts: dict[str, str]) -> Decimal:
    total = Decimal(0)
    for place, term in enumerate(terms):
        amount = parse_amount(texts[f"{prefix}{place}_t"]) or Decimal(0)
        total = EXACT.add(total, amount if term.sign > 0 else -amount)
    return total
