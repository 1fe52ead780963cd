"""Bring in revenue of any system, customers and FX rates from files, and Stripe's own (interface.md).

Each import checks its whole file before it writes anything; the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import (
    ImportResult,
    StripeKind,
    file_records,
    import_stripe,
    read_stripe_again,
)
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.errors import ConflictError, DataError, UsageError
from turbofinops_tui.store import digests
from turbofinops_tui.store.customers import add_identity, parse_identity, save_customer
from turbofinops_tui.store.deliveries import (
    Delivery,
    abandon_delivery,
    activate_delivery,
    begin_delivery,
    load_delivery,
    release,
)
from turbofinops_tui.store.open import Store, WriteTxn
from turbofinops_tui.store.received import open_received
from turbofinops_tui.store.revenue import RevenueRow
from turbofinops_tui.sync.derive import derive_dirty, origins
from turbofinops_tui.sync.derive_customers import mark_customers
from turbofinops_tui.sync.derive_imported import drop_received, put_received, rows_of
from turbofinops_tui.sync.read.customers import CustomerRow, read_customers
from turbofinops_tui.sync.read.rates import RateRow, read_rates
from turbofinops_tui.sync.read.revenue import FIELDS, ReceivedRevenue, read_revenue
from turbofinops_tui.sync.read.rows import parse_map

__all__ = [
    "ImportResult",
    "StripeKind",
    "import_customers",
    "import_rates",
    "import_revenue",
    "import_stripe",
    "read_again",
]

RATES_SCOPE = "rates"
_CHUNK = 1000


# --- revenue ----------------------------------------------------------------------------------


def import_revenue(
    session: Session, path: Path, source: str, mapping: Sequence[str] = (), *, replace: bool = False
) -> ImportResult:
    """RevenueEvents of ``source`` from CSV or JSON Lines; the same (source, id) replaces.

    ``mapping`` holds ``FIELD=COLUMN`` words. With ``replace`` the file is the whole source: rows that it
    does not have go. DataError with file, line and column; UsageError for a bad mapping or source.
    """
    name = source.strip()
    if not name or name.casefold() == "stripe":
        raise UsageError(f"--source {source!r} cannot be used", "give the system a name of its own")
    fields = parse_map(mapping, FIELDS)
    files = file_records([path])
    rows, repeated = _unique(read_revenue(path, fields))
    if not rows:
        raise DataError("the file has no rows", "give at least one revenue event", file=path.name)
    options = {"map": list(mapping), "replace": replace}
    warnings = [f"{repeated} rows repeat an id of the file: the last one counts"] if repeated else []
    delivery = begin_delivery(session.store, "revenue", name, "main", files, options)
    try:
        derived = _derived(name, rows, delivery)
        with session.store.write("import revenue") as txn:
            counts = _put_revenue(txn, name, derived, delivery, replace)
            _publish(txn, "revenue", name, delivery, len(rows) + repeated, counts, warnings)
    except BaseException:
        abandon_delivery(session.store, delivery)
        raise
    release(session.store, delivery)
    return ImportResult("revenue", name, delivery, len(rows) + repeated, counts, warnings)


def _unique(rows: Iterable[ReceivedRevenue]) -> tuple[list[ReceivedRevenue], int]:
    """The last row of each id, in order, and how many others there were."""
    found: dict[str, ReceivedRevenue] = {}
    count = 0
    for row in rows:
        count += 1
        found[row.id] = row
    return list(found.values()), count - len(found)


Chunks = list[tuple[Sequence[ReceivedRevenue], list[RevenueRow]]]


def _derived(source: str, rows: Sequence[ReceivedRevenue], delivery: int) -> Chunks:
    """The rows in chunks with their revenue, made before the lock is taken."""
    chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
    return [(chunk, rows_of(source, chunk, delivery)) for chunk in chunks]


def _put_revenue(txn: WriteTxn, source: str, chunks: Chunks, delivery: int, replace: bool) -> dict[str, int]:
    """Every row of a file in one transaction: a file counts whole or not at all, whatever kills the run."""
    rows = [row.id for chunk, _ in chunks for row in chunk]
    counts = {"rows": len(rows), "new": 0, "changed": 0, "removed": 0, "new_customers": 0}
    if replace:
        kept = set(rows)
        known = txn.conn.execute("SELECT id FROM revenue_received WHERE source = ? ORDER BY id", (source,))
        gone = [ident for (ident,) in known if ident not in kept]
        counts["removed"] = len(gone)
        for start in range(0, len(gone), _CHUNK):
            drop_received(txn, source, gone[start : start + _CHUNK])
    for chunk, derived in chunks:
        put = put_received(txn, source, chunk, derived, delivery)
        counts["new"] += put.new
        counts["changed"] += put.changed
        counts["new_customers"] += put.customers
    return counts


def _publish(
    txn: WriteTxn,
    kind: str,
    source: str,
    delivery: int,
    lines: int,
    counts: Mapping[str, int],
    warnings: Sequence[str],
) -> None:
    activate_delivery(txn, delivery, lines, warnings)
    facts: dict[str, object] = {"kind": kind, "source": source, **counts}
    txn.audit("import", "delivery", str(delivery), None, facts)


# --- customers --------------------------------------------------------------------------------


def import_customers(session: Session, path: Path) -> ImportResult:
    """Customers with name, plan, signup day, attributes and identities; one transaction.

    What the file gives stays a person's word: Stripe never overwrites it. ConflictError, naming both,
    when an identity belongs to another customer already.
    """
    files = file_records([path])
    rows = read_customers(path, parse_identity)
    store = session.store
    delivery = begin_delivery(store, "customers", "customers", "main", files, {})
    try:
        with store.write("import customers") as txn:
            for row in rows:
                _save_customer(txn, row)
            counts = {"customers": len(rows), "identities": sum(len(row.identities) for row in rows)}
            activate_delivery(txn, delivery, len(rows), [])
            txn.audit("import", "delivery", str(delivery), None, {"kind": "customers", **counts})
            _refresh_stripe(store, txn, rows)
        for origin in origins(store):
            derive_dirty(store, origin)
    except BaseException:
        abandon_delivery(store, delivery)
        raise
    release(store, delivery)
    return ImportResult("customers", "customers", delivery, len(rows), counts)


def _save_customer(txn: WriteTxn, row: CustomerRow) -> None:
    number = save_customer(
        txn,
        row.ref,
        name=row.name,
        plan=row.plan,
        signup_day=row.signup_day,
        attributes=row.attributes,
        origin="import",
    )
    given = [name for name in ("name", "plan", "signup_day") if getattr(row, name) is not None]
    txn.conn.executemany(
        "INSERT OR IGNORE INTO customer_given(customer, field) VALUES (?, ?)",
        [(number, name) for name in [*given, *(f"attr:{key}" for key in row.attributes)]],
    )
    for kind, value in row.identities:
        _refuse_taken(txn, number, row.ref, kind, value)
        add_identity(txn, row.ref, kind, value, origin="import")


def _refuse_taken(txn: WriteTxn, number: int, ref: str, kind: str, value: str) -> None:
    owner = txn.conn.execute(
        "SELECT i.customer, c.ref FROM customer_identity i JOIN customer c ON c.id = i.customer"
        " WHERE i.kind = ? AND i.value_key = ?",
        (kind, fold(value)),
    ).fetchone()
    if owner is not None and owner[0] != number:
        raise ConflictError(
            f"identity {kind}:{value} belongs to customer {owner[1]!r}, not to {ref!r}",
            "remove it there first",
        )


def _refresh_stripe(store: Store, txn: WriteTxn, rows: Sequence[CustomerRow]) -> None:
    """Stripe customers that have just been named bring plan and attributes to their customer."""
    named = [value for row in rows for kind, value in row.identities if kind == "stripe"]
    for origin in origins(store):
        mark_customers(txn, origin, named)


# --- rates ------------------------------------------------------------------------------------


def import_rates(session: Session, path: Path) -> ImportResult:
    """Published FX rates from an ECB file or a ``date,currency,rate[,base]`` CSV; a day again replaces."""
    files = file_records([path])
    found = read_rates(path)
    unique = {(row.base, row.currency, row.day): row for row in found.rates}
    rows = [unique[key] for key in sorted(unique)]
    store = session.store
    skipped = ", ".join(sorted(found.skipped))
    warnings = [f"skipped {skipped}: no currency of today"] if skipped else []
    delivery = begin_delivery(store, "rates", "rates", "main", files, {})
    try:
        with store.write("import rates") as txn:
            counts = {"rates": len(rows), "changed": _put_rates(txn, rows, delivery)}
            _publish(txn, "rates", "rates", delivery, len(rows), counts, warnings)
    except BaseException:
        abandon_delivery(store, delivery)
        raise
    release(store, delivery)
    return ImportResult("rates", "rates", delivery, len(rows), counts, warnings)


def _put_rates(txn: WriteTxn, rows: Sequence[RateRow], delivery: int) -> int:
    """Store the rates of a file; returns how many are new or other than before."""
    chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
    return sum(_put_rate_chunk(txn, chunk, delivery) for chunk in chunks)


def _put_rate_chunk(txn: WriteTxn, chunk: Sequence[RateRow], delivery: int) -> int:
    first, last = chunk[0], chunk[-1]
    old = {
        (base, currency, day): rate
        for base, currency, day, rate in txn.conn.execute(
            "SELECT base, currency, day, rate FROM fx_rate"
            " WHERE (base, currency, day) BETWEEN (?, ?, ?) AND (?, ?, ?)",
            (first.base, first.currency, first.day, last.base, last.currency, last.day),
        )
    }
    fresh = [row for row in chunk if old.get((row.base, row.currency, row.day)) != row.rate]
    delta = 0
    for row in fresh:
        key = (row.base, row.currency, row.day)
        delta += digests.fact_hash((*key, row.rate))
        if key in old:
            delta -= digests.fact_hash((*key, old[key]))
    txn.conn.executemany(
        "INSERT OR REPLACE INTO fx_rate(base, currency, day, rate, delivery) VALUES (?, ?, ?, ?, ?)",
        [(row.base, row.currency, row.day, row.rate, delivery) for row in fresh],
    )
    txn.add_facts(RATES_SCOPE, delta)
    return len(fresh)


# --- again ------------------------------------------------------------------------------------


def read_again(session: Session, delivery: int) -> None:
    """Read the files of a revenue, customers, rates or Stripe delivery again, as that delivery.

    DataError when a file is gone or has other content.
    """
    with session.store.read() as conn:
        item = load_delivery(conn, delivery)
    for record in item.files:
        with open_received(session.paths.received, record) as opened:
            if opened.path is None:
                raise DataError(opened.reason, "import the file again", file=record.path)
            _read_again(session, item, opened.path)


def _read_again(session: Session, item: Delivery, path: Path) -> None:
    store = session.store
    if item.kind == "revenue":
        words = item.options.get("map")
        mapping = parse_map([str(word) for word in words] if isinstance(words, list) else [], FIELDS)
        rows, _ = _unique(read_revenue(path, mapping))
        derived = _derived(item.source, rows, item.id)
        with store.write("import revenue") as txn:
            _put_revenue(txn, item.source, derived, item.id, bool(item.options.get("replace")))
    elif item.kind == "rates":
        unique = {(row.base, row.currency, row.day): row for row in read_rates(path).rates}
        with store.write("import rates") as txn:
            _put_rates(txn, [unique[key] for key in sorted(unique)], item.id)
    elif item.kind == "customers":
        with store.write("import customers") as txn:
            for row in read_customers(path, parse_identity):
                _save_customer(txn, row)
    else:
        read_stripe_again(session, item, path)
