"""Customer files: reference, name, plan, signup day, identities; every other column is an attribute."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.errors import DataError, UsageError
from turbofinops_tui.sync.read.rows import TextRow, read_rows
from turbofinops_tui.sync.read.values import parse_day

_IDENTITY = re.compile(r"identity(_\d+)?\Z", re.IGNORECASE)
Value = TypeVar("Value", str, int)
ParseIdentity = Callable[[str], tuple[str, str]]


@dataclass(slots=True)
class CustomerRow:
    """One customer of a file, merged over all its rows; None is a field that the file does not give."""

    ref: str
    line: int
    name: str | None = None
    plan: str | None = None
    signup_day: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    identities: list[tuple[str, str]] = field(default_factory=list)
    """(kind, value)"""


def read_customers(path: Path, parse_identity: ParseIdentity) -> list[CustomerRow]:
    """All customers of ``path`` by first appearance.

    Rows of the same customer add up; two values for one field, or one identity on two customers, is a
    DataError that names both.
    """
    header, rows = read_rows(path)
    if header and "customer" not in (name.casefold() for name in header):
        raise DataError(
            "the column is missing", "name it customer", file=path.name, line=1, column="customer"
        )
    found: dict[str, CustomerRow] = {}
    owners: dict[tuple[str, str], CustomerRow] = {}
    for row in rows:
        _merge(row, found, owners, parse_identity)
    if not found:
        raise DataError("the file has no rows", "give at least one customer", file=path.name)
    return list(found.values())


def _merge(
    row: TextRow,
    found: dict[str, CustomerRow],
    owners: dict[tuple[str, str], CustomerRow],
    parse_identity: ParseIdentity,
) -> None:
    values = {name.casefold(): (name, text) for name, text in row.values.items()}
    ref = unicodedata.normalize("NFC", values.get("customer", ("", ""))[1]).strip()
    if not ref:
        raise row.error("is empty", "give each row a customer", "customer")
    target = found.setdefault(fold(ref), CustomerRow(ref, row.line))
    for key, (column, text) in values.items():
        if any("\ud800" <= char <= "\udfff" or char == "\0" for char in text):
            raise row.error("holds a character that is no text", "save the file as UTF-8", column)
        if key == "customer" or not text:
            continue
        if _IDENTITY.match(key):
            _identity(row, column, text, target, owners, parse_identity)
        elif key == "signup_at":
            day = parse_day(text) if "/" not in text else None
            if day is None:
                raise row.error(f"{text[:40]!r} is not a date", "write YYYY-MM-DD", column)
            target.signup_day = _same(row, column, target.signup_day, day)
        elif key == "name":
            target.name = _same(row, column, target.name, text)
        elif key == "plan":
            target.plan = _same(row, column, target.plan, text)
        else:
            target.attributes[column] = _same(row, column, target.attributes.get(column), text)


def _same(row: TextRow, column: str, old: Value | None, new: Value) -> Value:
    if old is not None and old != new:
        raise row.error("differs from an earlier row of the same customer", "give one value", column)
    return new


def _identity(
    row: TextRow,
    column: str,
    text: str,
    target: CustomerRow,
    owners: dict[tuple[str, str], CustomerRow],
    parse_identity: ParseIdentity,
) -> None:
    try:
        kind, value = parse_identity(text)
    except UsageError as error:
        raise row.error(error.message, error.hint, column) from None
    owner = owners.setdefault((kind, fold(value)), target)
    if owner is not target:
        message = f"identity {text!r} is given to {owner.ref!r} (line {owner.line}) and to {target.ref!r}"
        raise row.error(message, "an identity belongs to one customer", column)
    if (kind, value) not in target.identities:
        target.identities.append((kind, value))
