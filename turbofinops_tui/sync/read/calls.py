"""AI calls from JSON Lines: rows of the AI meter (interface.md) and LiteLLM's spend logs.

Every error names file and line. Money and counts are exact; times without a zone are UTC.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from turbofinops_tui.economics.calls import Call
from turbofinops_tui.economics.money import EXPONENTS, parse_decimal
from turbofinops_tui.errors import DataError, TurboError
from turbofinops_tui.sync.read.jsonl import encode, parse_object, read_objects

Row = Mapping[str, Any]
Reader = Callable[[Row], Call]
EARLIEST, LATEST = -2_208_988_800, 4_102_444_800
"""1900 to 2100"""
_NO_TEXT = re.compile("[\ud800-\udfff\0]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 100_000_000_000
MOST_TOKENS = 10**13
_TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


def meter_call(row: Row) -> Call:
    """A row of the AI meter; its four token classes are disjoint."""
    cost, currency = row.get("cost"), ""
    if cost is not None:
        cost = Fraction(_amount(row, "cost"))
        currency = _text(row, "currency").upper() or "USD"
        if currency not in EXPONENTS:
            raise DataError(f"{currency[:20]!r} is no currency", "write an ISO 4217 code", column="currency")
    return Call(
        feed="meter",
        key=_needed(row, "id"),
        at=moment(row.get("at"), "at"),
        provider=_needed(row, "provider").casefold(),
        model=_needed(row, "model"),
        tokens=tuple(_count(row, name) for name in _TOKENS),  # type: ignore[arg-type]
        customer=_text(row, "customer"),
        feature=_text(row, "feature"),
        account=_text(row, "account"),
        service=_text(row, "service"),
        reasoning=_count(row, "reasoning_tokens"),
        batch=_flag(row, "batch"),
        failed=_flag(row, "failed") or bool(_text(row, "error")),
        cost=cost,
        currency=currency,
    )


def spend_call(row: Row) -> Call:
    """A row of LiteLLM's spend logs: one attempt. A cached answer was not billed and has no tokens."""
    from turbofinops_tui.sync.pull.litellm_rows import spent_of_log

    spent = spent_of_log(dict(row), "the row")
    metadata = row.get("metadata")
    details: Row = metadata if isinstance(metadata, dict) else {}
    status = _text(row, "status") or _text(details, "status")
    cached = str(row.get("cache_hit")).casefold() == "true"
    classes = ("input", "cache_read", "cache_write", "output")
    return Call(
        feed="litellm",
        key=_text(row, "request_id") or _text(row, "litellm_call_id") or _content_id(row),
        at=moment(row.get("startTime", row.get("start_time")), "startTime"),
        provider=spent.provider,
        model=spent.model,
        tokens=(0, 0, 0, 0) if cached else tuple(spent.tokens[name] for name in classes),  # type: ignore[arg-type]
        customer=spent.customer or _tagged(row, "customer"),
        feature=_tagged(row, "feature"),
        failed=status.casefold() in ("failure", "failed", "error"),
        # a spend of 0 with tokens is a model that the gateway has no price for
        cost=Fraction(spent.spend) if spent.spend or cached or not any(spent.tokens.values()) else None,
        currency="USD",
    )


READERS: dict[str, Reader] = {"meter": meter_call, "litellm": spend_call}


def read_calls(path: Path, reader: Reader) -> Iterator[Call]:
    """Every call of a file; DataError with file and line."""
    for number, _, row in read_objects(path):
        try:
            yield reader(row)
        except TurboError as error:
            column = error.column if isinstance(error, DataError) else ""
            raise DataError(error.message, error.hint, file=path.name, line=number, column=column) from None


def parse_calls(text: str, reader: Reader, name: str) -> list[Call]:
    """The calls of JSON Lines in memory; DataError with ``name`` and the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            row = parse_object(line.strip(), name, number)
            try:
                found.append(reader(row))
            except TurboError as error:
                column = error.column if isinstance(error, DataError) else ""
                raise DataError(error.message, error.hint, file=name, line=number, column=column) from None
    return found


def moment(value: object, field: str) -> int:
    """Epoch seconds of an ISO time or of a number of (milli)seconds; DataError for anything else."""
    hint = "write an ISO 8601 time such as 2026-11-02T09:30:00Z"
    seconds: int
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        whole = int(value)
        seconds = whole // 1000 if abs(whole) >= MILLISECONDS_FROM else whole
    elif isinstance(value, str) and value.strip():
        try:
            told = datetime.fromisoformat(value.strip())
        except ValueError:
            raise DataError(f"{value[:40]!r} is no time", hint, column=field) from None
        seconds = ((told if told.tzinfo else told.replace(tzinfo=UTC)) - _EPOCH) // timedelta(seconds=1)
    else:
        raise DataError("has no time", hint, column=field)
    if not EARLIEST <= seconds < LATEST:
        raise DataError(f"{str(value)[:40]!r} is outside 1900 to 2100", hint, column=field)
    return seconds


def _content_id(row: Row) -> str:
    return "row:" + hashlib.sha256(encode(dict(row)).encode()).hexdigest()


def _tagged(row: Row, name: str) -> str:
    """What ``request_tags`` says under a name: ``feature:chat``."""
    tags = row.get("request_tags")
    for tag in tags if isinstance(tags, list) else ():
        key, mark, value = str(tag).partition(":")
        if mark and key.strip().casefold() == name:
            return value.strip()
    return ""


def _text(row: Row, field: str) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if type(value) is str and value.isascii() and "\0" not in value:
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DataError(f"{field} is no text", "write a string", column=field)
    text = str(value).strip()
    if _NO_TEXT.search(text):
        raise DataError(f"{field} holds a character that is no text", "write UTF-8", column=field)
    return text


def _needed(row: Row, field: str) -> str:
    if not (text := _text(row, field)):
        raise DataError(f"{field} is missing", f"every call needs {field}", column=field)
    return text


def _flag(row: Row, field: str) -> bool:
    value = row.get(field, False)
    if value not in (True, False, None):
        raise DataError(f"{field} is neither true nor false", "write true or false", column=field)
    return bool(value)


def _amount(row: Row, field: str) -> Decimal:
    value = row[field]
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise DataError(f"{field} is no number", "write a decimal", column=field)
    try:
        return parse_decimal(str(value))
    except TurboError as error:
        raise DataError(f"{field}: {error.message}", error.hint, column=field) from None


def _count(row: Row, field: str) -> int:
    value = row.get(field)
    if type(value) is int and 0 <= value <= MOST_TOKENS:
        return value
    if value is None:
        return 0
    found = _amount(row, field)
    if found < 0 or found != found.to_integral_value() or found > MOST_TOKENS:
        raise DataError(
            f"{field} {str(found)[:30]} is not a count", "write a whole number >= 0", column=field
        )
    return int(found)
