"""FX rates: ECB's XML, ECB's wide and SDMX CSV, and a plain ``date,currency,rate[,base]`` CSV.

A rate is units of ``currency`` per unit of ``base``; ECB's base, and the default, is EUR.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from turbofinops_tui.economics.money import EXPONENTS, currency_code, decimal_text, parse_decimal
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.jsonl import open_bytes
from turbofinops_tui.sync.read.rows import TextRow, read_rows
from turbofinops_tui.sync.read.values import parse_day

ECB_BASE = "EUR"
_XML_LIMIT = 256 << 20


@dataclass(frozen=True, slots=True)
class RateRow:
    """One published rate; ``rate`` is decimal text without trailing zeros."""

    base: str
    currency: str
    day: int
    rate: str


@dataclass(slots=True)
class RateFile:
    """All rates of a file; ``skipped`` are codes of currencies that are no more (ECB's history has them)."""

    rates: list[RateRow]
    skipped: set[str]


def read_rates(path: Path) -> RateFile:
    """The rates of ``path``, by its own form; DataError with file, line and column."""
    with open_bytes(path) as stream:
        start = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    found = RateFile([], set())
    if start[:1] == b"<":
        _read_xml(path, found)
    else:
        _read_csv(path, found)
    if not found.rates:
        raise DataError("holds no rates", "give an ECB file or date,currency,rate rows", file=path.name)
    return found


def _read_xml(path: Path, found: RateFile) -> None:
    with open_bytes(path) as stream:
        data = stream.read(_XML_LIMIT + 1)
    if len(data) > _XML_LIMIT or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DataError("is not ECB's XML", "fetch eurofxref-hist.xml", file=path.name)
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 (no entities: refused above)
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise DataError("is not XML", "fetch the file again", file=path.name, line=line) from None
    for element in root.iter():
        time = element.get("time")
        if time is None:
            continue
        day = parse_day(time)
        if day is None:
            raise DataError(f"time {time[:40]!r} is not a date", "fetch the file again", file=path.name)
        for cell in element:
            code, rate = cell.get("currency", ""), cell.get("rate", "")
            row = TextRow(path.name, 1, {"currency": code, "rate": rate})
            _add(found, row, day, code, rate, ECB_BASE, "rate", known_only=False)


def _read_csv(path: Path, found: RateFile) -> None:
    header, rows = read_rows(path)
    names = {name.casefold(): name for name in header}
    if {"obs_value", "time_period", "currency"} <= names.keys():
        keys = ("time_period", "currency", "obs_value", "currency_denom")
        _long(rows, found, [names.get(key, "") for key in keys])
    elif not header or {"date", "currency", "rate"} <= names.keys():
        keys = ("date", "currency", "rate", "base")
        _long(rows, found, [names.get(key, key if not header else "") for key in keys])
    elif "date" in names:
        _wide(rows, found, names["date"])
    else:
        hint = "columns are date,currency,rate[,base], or ECB's Date,USD,JPY,..."
        raise DataError("the column is missing", hint, file=path.name, line=1, column="date")


def _long(rows: Iterator[TextRow], found: RateFile, columns: list[str]) -> None:
    date_column, currency_column, rate_column, base_column = columns
    for row in rows:
        day = _day(row, date_column)
        base = row.values.get(base_column, "") or ECB_BASE
        code, rate = row.values.get(currency_column, ""), row.values.get(rate_column, "")
        try:
            currency_code(code)
            base = currency_code(base)
        except DataError as error:
            raise row.error(error.message, error.hint, currency_column) from None
        _add(found, row, day, code, rate, base, rate_column, known_only=True)


def _wide(rows: Iterator[TextRow], found: RateFile, date_column: str) -> None:
    for row in rows:
        day = _day(row, date_column)
        for column, text in row.values.items():
            if column != date_column and text and text.upper() != "N/A":
                _add(found, row, day, column, text, ECB_BASE, column, known_only=False)


def _day(row: TextRow, column: str) -> int:
    text = row.values.get(column, "")
    day = parse_day(text) if "/" not in text else None
    if day is None:
        try:  # ECB's daily file: 23 November 2026
            moment = datetime.strptime(text, "%d %B %Y").replace(tzinfo=UTC)
            day = parse_day(moment.date().isoformat())
        except ValueError:
            day = None
    if day is None:
        raise row.error(f"{text[:40]!r} is not a date", "write YYYY-MM-DD", column)
    return day


def _add(
    found: RateFile, row: TextRow, day: int, code: str, text: str, base: str, column: str, *, known_only: bool
) -> None:
    currency = code.strip().upper()
    if currency not in EXPONENTS and not known_only:
        found.skipped.add(currency[:8])
        return
    try:
        rate = parse_decimal(text)
    except DataError as error:
        raise row.error(error.message, "write a plain decimal such as 1.0823", column) from None
    if rate <= 0:
        raise row.error(f"{text[:40]!r} is not above 0", "a rate is positive", column)
    if currency != base:
        found.rates.append(RateRow(base, currency, day, decimal_text(rate)))
