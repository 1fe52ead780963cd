"""Texts of cost files as exact values: amounts, days, periods, providers, charge categories."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from turbofinops_tui.economics.periods import MAX_DAY, MIN_DAY, day_of

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_FORMATTED = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?\s*(?P<symbol>[$€£¥])?\s*(?P<sign2>[+-])?"
    r"(?P<whole>\d{1,3}(,\d{3})+|\d+)(?P<part>\.\d*)?\s*(?P<close>\))?",
    re.ASCII,
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_US = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AaPp][Mm])?)?", re.ASCII
)
_MONTH = re.compile(r"(\d{4})-?(\d{2})", re.ASCII)

_LONGEST_NUMBER = 200
CHARGE_CATEGORIES = {
    "usage": "Usage",
    "credit": "Credit",
    "adjustment": "Adjustment",
    "purchase": "Purchase",
    "tax": "Tax",
    # Vantage's own two
    "refund": "Usage",
    "discount": "Credit",
}
COMMITMENTS = {"used": "Used", "unused": "Unused"}
COST_BASES = {"billed": "billed", "priced": "priced", "estimated": "estimated"}
_PROVIDERS = (
    ("aws", ("aws", "amazon")),
    ("gcp", ("gcp", "google")),
    ("azure", ("azure", "microsoft")),
    ("openai", ("openai",)),
    ("anthropic", ("anthropic",)),
    ("openrouter", ("openrouter",)),
    ("datadog", ("datadog",)),
    ("stripe", ("stripe",)),
)


def parse_amount(text: str) -> Decimal | None:
    """The exact decimal of a cell, None when it is no finite number.

    Plain and exponent forms always. Spreadsheet forms when they cannot be
    misread: a currency sign, or grouped thousands with a decimal point or a sign
    of currency (``1,500`` alone may be one and a half and is refused).
    """
    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    if _PLAIN.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:  # an exponent beyond what decimal holds
            return None
    match = _FORMATTED.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["sign2"]):
        return None
    if not match["symbol"] and not match["open"] and ("," in match["whole"]) and not match["part"]:
        return None
    amount = Decimal(match["whole"].replace(",", "") + (match["part"] or ""))
    negative = "-" in (match["sign"], match["sign2"])
    return -amount if negative != bool(match["open"]) else amount


def is_plain(text: str) -> bool:
    """True for a number without spreadsheet formatting."""
    return _PLAIN.fullmatch(text.strip()) is not None


def parse_day(text: str) -> int | None:
    """The UTC day of a date or a moment; None when it is none, or lies outside 1900-2100.

    A time without zone is UTC; an offset is honoured. ``9/2/2023`` and ``4/1/25``
    are month/day/year, as Azure and spreadsheets write them.
    """
    text = text.strip()
    try:
        if match := _ISO.fullmatch(text):
            day = _iso_day(match)
        elif match := _COMPACT.fullmatch(text):
            day = day_of(date(int(match[1]), int(match[2]), int(match[3])))
        elif match := _US.fullmatch(text):
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            day = day_of(date(year, int(match[1]), int(match[2])))
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return day if MIN_DAY <= day <= MAX_DAY else None


def _iso_day(match: re.Match[str]) -> int:
    zone = match[7] or ""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    # a leap second belongs to the minute that it ends
    moment = datetime(year, month, day, hour, minute, 59 if second == 60 else second, tzinfo=UTC)
    if zone and zone[0] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[-2:] if len(zone) > 3 else 0)
        if hours > 18 or minutes > 59:
            raise ValueError("offset")
        seconds = (hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1)
        return (int(moment.timestamp()) - seconds) // 86400
    return day_of(moment.date())


def parse_period(text: str) -> int | None:
    """The month that a billing period's start names, as written (a zone does not move it), or None."""
    text = text.strip()
    if match := _MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        return year * 12 + month - 1 if 1 <= month <= 12 and 1900 <= year <= 2100 else None
    if (match := _ISO.fullmatch(text)) and parse_day(text) is not None:
        return int(match[1]) * 12 + int(match[2]) - 1
    day = parse_day(text)
    if day is None:
        return None
    from turbofinops_tui.economics.periods import month_of_day

    return month_of_day(day)


def provider_name(text: str) -> str:
    """``Amazon Web Services, Inc.`` -> ``aws``; an unknown provider in lower case (numbers.md 3)."""
    folded = " ".join(text.casefold().split())
    words = re.split(r"[^a-z0-9]+", folded)
    for name, starts in _PROVIDERS:
        if any(word == start for word in words[:1] for start in starts):
            return name
    return folded
