"""Values of provider answers, read strictly: a wrong one is a SourceError that names where it stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from turbofinops_tui.economics.money import EXPONENTS, parse_decimal
from turbofinops_tui.economics.periods import day_text, parse_day
from turbofinops_tui.errors import SourceError, TurboError

HINT = "nothing of this month was changed; ask the provider, or try again later"


def bad(where: str, what: str) -> SourceError:
    """The error for a value that cannot be read."""
    return SourceError(f"{where}: {what}", HINT)


def rows(value: Any, where: str) -> list[dict[str, Any]]:
    """A list of objects."""
    if not isinstance(value, list) or any(not isinstance(item, dict) for item in value):
        raise bad(where, "is not a list of objects")
    return value


def optional(value: Any, where: str) -> dict[str, Any]:
    """An object; null and absent are an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad(where, "is not an object")
    return value


def amount(value: Any, where: str) -> Decimal:
    """A number or a decimal text, exactly; a boolean, null or anything else is an error."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise bad(where, f"{str(value)[:40]!r} is not a number")
    try:
        return parse_decimal(str(value))
    except TurboError as error:
        raise bad(where, error.message) from None


def count(value: Any, where: str) -> int:
    """A whole number >= 0; null and absent are 0."""
    if value is None:
        return 0
    found = amount(value, where)
    if found < 0 or found != found.to_integral_value():
        raise bad(where, f"{found} is not a count")
    return int(found)


def currency(value: Any, where: str) -> str:
    """An ISO 4217 code in capitals."""
    code = value.upper() if isinstance(value, str) else ""
    if code not in EXPONENTS:
        raise bad(where, f"{str(value)[:20]!r} is not a known currency")
    return code


def text(value: Any) -> str:
    """A text as it is; null and absent are empty, numbers their digits."""
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def day(value: Any, where: str) -> int:
    """The day of ``2026-10-01``, ``2026-10-01T..Z`` or ``2026-10-01 00:00:00``, as written (they are UTC)."""
    try:
        return parse_day(text(value)[:10])
    except TurboError:
        raise bad(where, f"{str(value)[:40]!r} is not a day") from None


def within(found: int, start: int, end: int, where: str) -> bool:
    """True for a day in [start, end); a day far off (a month and more) is an error, a neighbour is not."""
    if not start - 31 <= found < end + 31:
        raise bad(where, f"{day_text(found)} was not asked for")
    return start <= found < end
