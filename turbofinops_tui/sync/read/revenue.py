"""RevenueEvents from any system: CSV or JSON Lines to checked rows (interface.md, numbers.md 2)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from turbofinops_tui.economics.money import currency_code, parse_decimal, scale, scale_digits, to_units
from turbofinops_tui.economics.mrr import monthly_units
from turbofinops_tui.errors import DataError
from turbofinops_tui.store.revenue import RevenueRow
from turbofinops_tui.sync.read.rows import TextRow, columns_of, read_rows
from turbofinops_tui.sync.read.values import parse_day

FIELDS = (
    "id", "customer", "kind", "amount", "currency", "occurred_at", "period_start", "period_end", "product",
    "feature", "plan",
)  # fmt: skip
REQUIRED = FIELDS[:6]
POSITIVE_KINDS = ("subscription", "usage", "one_time")
CONTRA_KINDS = ("refund", "credit_note", "dispute", "write_off", "void")
KINDS = POSITIVE_KINDS + CONTRA_KINDS
_NEVER_CASH = ("credit_note", "write_off", "void")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class ReceivedRevenue:
    """One row as received: ``body`` is canonical JSON of its fields as texts."""

    id: str
    customer: str
    body: str
    position: str
    """``file:line``"""


def read_revenue(path: Path, mapping: Mapping[str, str]) -> Iterator[ReceivedRevenue]:
    """Every row of ``path``, checked; DataError with file, line and column at the first bad one."""
    header, rows = read_rows(path)
    columns = columns_of(header, mapping, FIELDS)
    if header:
        for field in FIELDS:
            if columns[field] not in header and (field in REQUIRED or field in mapping):
                hint = f"add the column or name it with --map {field}=COLUMN"
                raise DataError("the column is missing", hint, file=path.name, line=1, column=columns[field])
    for row in rows:
        yield _received(row, columns)


def _received(row: TextRow, columns: Mapping[str, str]) -> ReceivedRevenue:
    values = {field: row.values.get(column, "") for field, column in columns.items()}
    for field in REQUIRED:
        if not values[field]:
            raise row.error("is empty", f"{field} is required", columns[field])
    values["kind"] = values["kind"].casefold().replace(" ", "_").replace("-", "_")
    values["customer"] = unicodedata.normalize("NFC", values["customer"])
    kept = {field: text for field, text in values.items() if text}
    for field, text in kept.items():
        if any("\ud800" <= char <= "\udfff" or char == "\0" for char in text):
            raise row.error("holds a character that is no text", "save the file as UTF-8", columns[field])
    body = json.dumps(kept, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    position = f"{row.file}:{row.line}"
    try:
        revenue_rows("", values["id"], body, position, None)
    except DataError as error:
        raise row.error(error.message, error.hint, columns.get(error.column, error.column)) from None
    return ReceivedRevenue(values["id"], values["customer"], body, position)


def _amount(values: Mapping[str, str]) -> int:
    kind = values["kind"]
    if kind not in KINDS:
        raise DataError(f"{kind[:40]!r} is no kind", f"kinds are {', '.join(KINDS)}", column="kind")
    try:
        currency = currency_code(values["currency"])
    except DataError as error:
        raise DataError(error.message, error.hint, column="currency") from None
    try:
        amount = parse_decimal(values["amount"])
        if (Fraction(amount) * scale(currency)).denominator != 1:
            raise DataError(f"has more than {scale_digits(currency)} decimals", "round it at the source")
        units = to_units(amount, currency)
    except DataError as error:
        raise DataError(error.message, error.hint, column="amount") from None
    if units > 0 and kind in CONTRA_KINDS and kind != "dispute":
        raise DataError(
            f"a {kind} above 0", "take-backs are negative (a dispute won is positive)", column="amount"
        )
    return units


def _day(values: Mapping[str, str], field: str) -> int:
    text = values[field]
    day = parse_day(text) if _DATE.match(text) else None
    if day is None:
        raise DataError(f"{text[:40]!r} is not a date", "write YYYY-MM-DD, 1900 to 2100", column=field)
    return day


def _period(values: Mapping[str, str], occurred: int) -> tuple[int, int]:
    start, end = values.get("period_start", ""), values.get("period_end", "")
    if not start and not end:
        return occurred, occurred
    if not start or not end:
        field = "period_end" if start else "period_start"
        raise DataError("is empty", "give both ends of the period, or none", column=field)
    first, last = _day(values, "period_start"), _day(values, "period_end")
    if last < first:
        raise DataError(
            "the period ends before it starts", "its end is the day after the last", column="period_end"
        )
    return first, last


def revenue_rows(
    source: str, ident: str, body: str, position: str, delivery: int | None
) -> tuple[RevenueRow, ...]:
    """The rows of one received RevenueEvent; DataError names the field (``column``).

    Recognised over its period; cash on its day, except what never is cash (credit note, write-off, void).
    """
    values: dict[str, str] = json.loads(body)
    units, currency = _amount(values), currency_code(values["currency"])
    occurred = _day(values, "occurred_at")
    period = _period(values, occurred)
    rows = []
    for basis in ("recognised", "cash"):
        if not units or (basis == "cash" and values["kind"] in _NEVER_CASH):
            continue
        days = period if basis == "recognised" else (occurred, occurred)
        rows.append(
            RevenueRow(
                source=source, account="", livemode=True, source_object=ident, part="", kind=values["kind"],
                basis=basis, identity=values["customer"], currency=currency, amount=units,
                period_start=days[0], period_end=days[1], occurred_at=occurred,
                product=values.get("product", ""), plan=values.get("plan", ""),
                feature=values.get("feature", ""), rate_day=occurred, position=position, delivery=delivery,
                mrr=monthly_units(units, *days, "", 1) if values["kind"] == "subscription" else 0,
            )
        )  # fmt: skip
    return tuple(rows)
