"""A file of revenue before it counts: which columns it has, what it adds up to by month, who is known.

Nothing is stored. Columns that are called in a usual way are recognised and shown; what the person changes
is checked anew. The amounts are those of the file by the month of ``occurred_at``, before any spreading.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Money, currency_code, parse_decimal, to_units
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.periods import month_of_day, month_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import DataError, TurboError, UsageError
from turbofinops_tui.sync.read.revenue import FIELDS, REQUIRED, ReceivedRevenue, read_revenue
from turbofinops_tui.sync.read.rows import columns_of, parse_map, read_rows
from turbofinops_tui.sync.read.values import parse_day

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

__all__ = ["FIELDS", "REQUIRED", "Columns", "Preview", "columns", "complete_path", "preview", "target",
           "words_of"]  # fmt: skip
CALLED: Mapping[str, tuple[str, ...]] = {
    "id": ("event_id", "invoice_id", "invoice_number", "invoice", "transaction_id", "number"),
    "customer": ("customer_ref", "customer_id", "customer_name", "account_id", "account", "client", "tenant"),
    "kind": ("type", "event_type"),
    "amount": ("net_amount", "amount_net", "total", "value", "revenue"),
    "currency": ("currency_code", "ccy"),
    "occurred_at": ("date", "occurred_on", "invoice_date", "created_at", "created", "paid_at", "day"),
    "period_start": ("service_start", "start_date", "start", "from"),
    "period_end": ("service_end", "end_date", "end", "to"),
    "product": ("product_id", "sku", "item"),
    "feature": (),
    "plan": ("plan_name", "plan_id", "tier"),
}
"""field -> other names that its column usually has; the field's own name comes first"""
UNKNOWN = 3
"""customers without cost that are named"""


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a file, and the column that each field was recognised in (empty: none)."""

    header: tuple[str, ...]
    found: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would bring; with ``problem`` nothing, which stands beside ``field``."""

    columns: Columns = Columns((), {})
    rows: int = 0
    months: tuple[tuple[str, Money], ...] = ()
    """month of ``occurred_at`` and amount, by month, then currency"""
    customers: int = 0
    with_cost: int = 0
    """of them, known on the cost side: by reference or by an identity"""
    without: tuple[str, ...] = ()
    """the largest of the others"""
    problem: str = ""
    field: str = ""


@dataclass(slots=True)
class _Sums:
    rows: int = 0
    months: dict[tuple[int, str], int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)

    def add(self, row: ReceivedRevenue) -> None:
        values = _values(row)
        currency = currency_code(values["currency"])
        units = to_units(parse_decimal(values["amount"]), currency)
        self.rows += 1
        key = (month_of_day(parse_day(values["occurred_at"]) or 0), currency)
        self.months[key] = self.months.get(key, 0) + units
        self.customers[row.customer] = self.customers.get(row.customer, 0) + abs(units)


def _values(row: ReceivedRevenue) -> dict[str, str]:
    import json

    found: dict[str, str] = json.loads(row.body)
    return found


def target(text: str) -> Path:
    """The file meant by ``text``; UsageError when there is none."""
    path = Path(text.strip()).expanduser()
    if not text.strip():
        raise UsageError("no file yet", "give the path of a CSV or JSON Lines file")
    if path.is_dir():
        raise UsageError(f"{path} is a directory", "give a file in it")
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "→ completes a path")
    return path


def columns(path: Path) -> Columns:
    """The header and what is recognised in it. DataError for a file that cannot be read."""
    header, rows = read_rows(path)
    if not header:  # JSON Lines: the first object names them
        first = next(iter(rows), None)
        header = list(first.values) if first is not None else []
    own = columns_of(header, {}, FIELDS)
    folded = {name.casefold().replace(" ", "_"): name for name in reversed(header)}
    found = {}
    for name in FIELDS:
        known = own[name] if own[name] in header else ""
        found[name] = known or next((folded[other] for other in CALLED[name] if other in folded), "")
    return Columns(tuple(header), _once(found))


def _once(found: Mapping[str, str]) -> dict[str, str]:
    """Each column for one field alone, the first that wants it."""
    taken: set[str] = set()
    kept = {}
    for name, column in found.items():
        kept[name] = "" if column in taken else column
        taken.add(column)
    return kept


def words_of(mapping: Mapping[str, str]) -> list[str]:
    """``FIELD=COLUMN`` words as ``import revenue --map`` takes them; fields without a column are left out."""
    return [f"{name}={column.strip()}" for name, column in mapping.items() if column.strip()]


def preview(
    reports: Reports, text: str, mapping: Mapping[str, str] | None, stop: threading.Event
) -> Preview | None:
    """The file as it would come in; ``mapping`` None: as recognised. None once ``stop`` is set.

    Trouble is in the preview, not raised: it belongs beside the field that it is about.
    """
    try:
        path = target(text)
        known = columns(path)
    except TurboError as error:
        return Preview(problem=error.line(), field="file")
    chosen = dict(known.found) if mapping is None else dict(mapping)
    seen = Preview(known)
    if known.header:
        for name in REQUIRED:
            if not chosen.get(name, "").strip():
                return replace(seen, problem="no column is called like this: type its name", field=name)
        for name, column in chosen.items():
            if column.strip() and column.strip() not in known.header:
                return replace(seen, problem=f"the file has no column {column.strip()!r}", field=name)
    try:
        return _read(reports, path, chosen, seen, stop)
    except DataError as error:
        return replace(seen, problem=error.line(), field=_field(error, chosen))
    except TurboError as error:
        return replace(seen, problem=error.line(), field="file")


def _field(error: DataError, chosen: Mapping[str, str]) -> str:
    """The field whose column an error is about."""
    return next((name for name, column in chosen.items() if column and column == error.column), "file")


def _read(
    reports: Reports, path: Path, chosen: Mapping[str, str], seen: Preview, stop: threading.Event
) -> Preview | None:
    rows: dict[str, ReceivedRevenue] = {}
    for row in read_revenue(path, parse_map(words_of(chosen), FIELDS)):
        if stop.is_set():
            return None
        rows[row.id] = row  # as the import has it: of rows with one id the last one counts
    sums = _Sums()
    for row in rows.values():
        sums.add(row)
    if not sums.rows:
        return replace(seen, problem="the file has no rows", field="file")
    months = tuple(
        (month_text(month), Money(units, currency))
        for (month, currency), units in sorted(sums.months.items())
    )
    known = costed(reports, sums.customers)
    without = sorted(
        (ref for ref in sums.customers if ref not in known), key=lambda ref: -sums.customers[ref]
    )
    return replace(
        seen, rows=sums.rows, months=months, customers=len(sums.customers), with_cost=len(known),
        without=tuple(without[:UNKNOWN]),
    )  # fmt: skip


def costed(reports: Reports, names: Mapping[str, int] | Sequence[str]) -> frozenset[str]:
    """Those of ``names`` that mean a customer with cost in the last twelve months."""
    from turbofinops_tui.economics.evaluate.kept import directory_of

    table = reports.table(Slice(by=("customer",), measures=("cost",)))
    costs = {
        fold(row.key[0])
        for row in table.rows
        if row.key[0] is not None and isinstance(row.values[0], Money) and row.values[0].units
    }
    books = reports.books()
    directory = directory_of(books.facts, reports.rules())
    found = set()
    for name in names:
        position = directory.named(name)
        ref = name if position is None else directory.customers[position].ref
        if fold(ref) in costs:
            found.add(name)
    return frozenset(found)


def complete_path(text: str) -> str | None:
    """The path with its last part completed to the first file or directory that fits."""
    if not text or text.endswith("/"):
        return None
    path = Path(text).expanduser()
    try:
        names = sorted(path.parent.iterdir(), key=lambda found: (not found.is_dir(), found.name))
    except OSError:
        return None
    wanted = path.name
    for found in names:
        if found.name.startswith(wanted) and (found.name != wanted or found.is_dir()):
            return text + found.name[len(wanted) :] + ("/" if found.is_dir() else "")
    return None
