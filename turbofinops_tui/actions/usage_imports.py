"""AI calls as usage evidence: rows of the meter, spend logs of a LiteLLM gateway, files or received.

A file counts whole or not at all; the same call again changes nothing. Calls are priced when they come
(``sync.prices``), the price stays on the row until ``prices reprice`` changes it on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions.stripe_imports import file_records
from turbofinops_tui.economics.calls import FEEDS
from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.errors import ConflictError, DataError
from turbofinops_tui.store.deliveries import (
    Delivery,
    FileRecord,
    abandon_delivery,
    activate_delivery,
    begin_delivery,
    load_deliveries,
    load_delivery,
    release,
)
from turbofinops_tui.store.findings import Finding, close_finding, drop_findings, record_findings
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.store.received import keep, open_received
from turbofinops_tui.store.rule_set_rows import load_prices
from turbofinops_tui.store.usage_calls import (
    Told,
    call_days,
    derive_days,
    drop_calls,
    load_calls,
    put_calls,
)
from turbofinops_tui.store.usage_staging import StagedCalls
from turbofinops_tui.sync.prices import PriceBook
from turbofinops_tui.sync.read.calls import READERS, read_calls
from turbofinops_tui.sync.settle_spans import AFTER_CLOSE, TWICE, money_text

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

KINDS = ("meter", "litellm")
BATCH = 5_000
"""calls that are read, priced and stored at once"""


@dataclass(slots=True)
class CallsResult:
    """What one file of calls brought."""

    file: str
    delivery: int
    calls: int = 0
    new: int = 0
    unpriced: int = 0
    new_customers: int = 0
    warnings: list[str] = field(default_factory=list)


def price_book(session: Session) -> PriceBook:
    """The prices of now: the rules' section before the list."""
    with session.store.read() as conn:
        return PriceBook(load_prices(conn))


def import_calls(
    session: Session, kind: str, paths: Sequence[Path], *, keep_files: bool = False
) -> list[CallsResult]:
    """Import files of AI calls, each whole or not at all; DataError with file and line."""
    book = price_book(session)
    records = file_records(paths)
    results = []
    for path, record in zip(paths, records, strict=True):
        kept = keep(session.paths.received, record) if keep_files else record
        results.append(_import(session, kind, path, kept, book))
    return results


def _unique(told: Iterable[Told]) -> list[Told]:
    """The last row of each id, in order."""
    return list({call.key: (call, prices) for call, prices in told}.values())


def _import(session: Session, kind: str, path: Path, record: FileRecord, book: PriceBook) -> CallsResult:
    store = session.store
    delivery = begin_delivery(store, kind, kind, "main", [record], {})
    result = CallsResult(path.name, delivery)
    try:
        staged = _stage(StagedCalls(store, delivery, kind), path, kind, book, result)
        with store.write(f"import {kind}") as txn:
            activate_delivery(txn, delivery, staged.calls, result.warnings)
            touched, made = staged.publish(txn)
            result.calls, result.new, result.new_customers = staged.calls, staged.new, len(made)
            tell_findings(txn, touched)
            counts = {"calls": result.calls, "new": result.new, "unpriced": result.unpriced}
            txn.audit("import", "delivery", str(delivery), None, {"kind": kind, **counts})
    except BaseException:
        abandon_delivery(store, delivery)
        raise
    release(store, delivery)
    resolve_spans(session, {day for _, day in touched})
    return result


def _stage(staged: StagedCalls, path: Path, kind: str, book: PriceBook, result: CallsResult) -> StagedCalls:
    """Read and price a file batch by batch; nothing of it counts yet."""
    calls = read_calls(path, READERS[kind])
    while batch := _unique((call, book.priced(call)) for call in islice(calls, BATCH)):
        staged.add(batch)
        result.unpriced += sum(not prices for _, prices in batch)
    _tell_unpriced(result)
    staged.prepare()
    return staged


def _tell_unpriced(result: CallsResult) -> None:
    if result.unpriced:
        result.warnings.append(f"{result.unpriced:,} calls have no price: their cost is unknown, not 0")


def _put(txn: WriteTxn, told: list[Told], delivery: int, result: CallsResult) -> set[tuple[str, int]]:
    result.new, touched = put_calls(txn, told, delivery)
    result.new_customers = len(derive_days(txn, touched))
    tell_findings(txn, touched)
    _tell_unpriced(result)
    return touched


def store_received(txn: WriteTxn, told: list[Told], delivery: int) -> set[int]:
    """Calls that a receiver took, within its durable transaction; returns their days."""
    touched = _put(txn, _unique(told), delivery, CallsResult("", delivery))
    return {day for _, day in touched}


def resolve_spans(session: Session, days: set[int]) -> None:
    """Resolve open days of spans anew: a call that the meter or a gateway tells leaves the spans."""
    from turbofinops_tui.store.spans import settling, span_days
    from turbofinops_tui.sync.settle_spans import resolve_days

    with session.store.read() as conn:
        held = span_days(conn)
    near = {near for day in days for near in (day - 1, day, day + 1)}
    _tell_after_close(session, sorted(day for day in days if held.get(day)))
    if wanted := sorted(day for day in near if held.get(day) is False):
        with settling(session.store):
            resolve_days(session.store, wanted)


def _tell_after_close(session: Session, days: Sequence[int]) -> None:
    """Calls that came when the spans of their day were gone: which of them the spans tell is not known."""
    from turbofinops_tui.store.evidence import load_evidence
    from turbofinops_tui.sync.settle_spans import FEED, scope_of

    found = []
    with session.store.read() as conn:
        for day in days:
            rows = [row for row in load_evidence(conn, scope=scope_of(day)) if row.measures[0]]
            if calls := sum(row.measures[0] for row in rows):
                units = sum(sum(row.costs) for row in rows if row.key.currency == "USD")
                text = (
                    f"AI calls of {day_text(day)} came after its traces had closed with {calls:,} calls: what"
                    " both tell counts twice until the day is taken anew (import otlp FILE --reopen DAY)"
                )
                amount = money_text(Fraction(units, scale("USD"))) if units else ""
                found.append(
                    Finding(AFTER_CLOSE, day_text(day), FEED, text, "", amount, "USD" if units else "", calls)
                )
    if found:
        with session.store.write("calls after close") as txn:
            record_findings(txn, found)


def undo_calls(session: Session, delivery: int) -> list[int]:
    """Take away the calls of a delivery; returns earlier deliveries of its kind, to be read again."""
    with session.store.write("remove delivery") as txn:
        found = load_delivery(txn.conn, delivery)
        if found.state != "active":
            raise ConflictError(f"import {delivery} is {found.state}", "only an active import can be removed")
        touched = drop_calls(txn, delivery)
        derive_days(txn, touched)
        drop_findings(txn, delivery)
        tell_findings(txn, touched)
        txn.conn.execute("UPDATE delivery SET state = 'removed' WHERE id = ?", (delivery,))
        txn.audit("remove import", "delivery", str(delivery), {"kind": found.kind}, None)
        others = [item.id for item in load_deliveries(txn.conn) if _alike(item, found)]
    resolve_spans(session, {day for _, day in touched})
    return others


def _alike(item: Delivery, found: Delivery) -> bool:
    return (item.kind, item.state) == (found.kind, "active") and item.id != found.id and bool(item.files)


def read_calls_again(session: Session, item: Delivery) -> None:
    """Read the files of a delivery again for calls that are not stored; DataError when one is gone."""
    book = price_book(session)
    for record in item.files:
        with open_received(session.paths.received, record) as opened:
            if opened.path is None:
                raise DataError(opened.reason, "import the file again", file=record.path)
            told = _unique((call, book.priced(call)) for call in read_calls(opened.path, READERS[item.kind]))
        with session.store.write("read calls again") as txn:
            query = "SELECT 1 FROM usage_call WHERE feed = ? AND key = ?"
            gone = [t for t in told if not txn.conn.execute(query, (t[0].feed, t[0].key)).fetchone()]
            _put(txn, gone, item.id, CallsResult("", item.id))


def rebuild_calls(session: Session) -> None:
    """Derive every day of calls from the stored calls again."""
    with session.store.read() as conn:
        days = call_days(conn)
    for start in range(0, len(days), 50):
        with session.store.write("rebuild calls") as txn:
            derive_days(txn, days[start : start + 50])


# --- findings -----------------------------------------------------------------------------------


def tell_findings(txn: WriteTxn, touched: Iterable[tuple[str, int]]) -> None:
    """What the touched days leave out: calls that two feeds tell."""
    for feed, day in sorted(touched):
        twice = list(load_calls(txn.conn, feed, day, left_out=True))
        key = f"{feed} {day_text(day)}"
        if twice:
            record_findings(txn, [_twice(feed, key, twice)])
        else:
            close_finding(txn, TWICE, feed, key)


def _twice(feed: str, key: str, twice: Sequence[Told]) -> Finding:
    amount: dict[str, Fraction] = {}
    for _, prices in twice:
        for item in prices:
            amount[item.currency] = amount.get(item.currency, Fraction(0)) + item.total
    currency = next(iter(sorted(amount)), "")
    text = f"calls of {key} that the {FEEDS[0]} gateway tells too: left out, counted once"
    return Finding(
        TWICE, key, feed, text, amount=money_text(amount.get(currency, Fraction(0))) if currency else "",
        currency=currency, count=len(twice),
    )  # fmt: skip
