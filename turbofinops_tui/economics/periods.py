"""Days, weeks, months, quarters and ranges: UTC, half-open, as plain integers (numbers.md 1).

A *day* is an int, days since 1970-01-01. A *month* is an int, year * 12 + month - 1.
Ranges stay as the user wrote them (``last-month``, ``-13w``, ``2026-Q3``) until
they are resolved against a given today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from turbofinops_tui.errors import UsageError

_EPOCH = 719163  # date(1970, 1, 1).toordinal()
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])\Z")
_WEEK = re.compile(r"(\d{4})-[Ww](\d{2})\Z")
_YEAR = re.compile(r"(\d{4})\Z")
_BACK = re.compile(r"-(\d{1,5})([dwm])\Z")
MIN_DAY = -25567  # 1900-01-01: anything earlier in a bill is a mistake
MAX_DAY = 47846  # 2100-12-31


def day_of(value: date) -> int:
    """The day number of a date."""
    return value.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _EPOCH)


def day_text(day: int) -> str:
    """``2026-01-31``."""
    return date_of(day).isoformat()


def parse_day(text: str) -> int:
    """The day of ``YYYY-MM-DD``, or the first day of ``YYYY-MM``; UsageError otherwise."""
    match = _DAY.match(text)
    if match:
        try:
            return day_of(date(int(match[1]), int(match[2]), int(match[3])))
        except ValueError:
            pass
    elif _MONTH.match(text):
        return month_start(parse_month(text))
    raise UsageError(f"{text!r} is not a date", "write YYYY-MM-DD or YYYY-MM")


def parse_month(text: str) -> int:
    """The month of ``YYYY-MM``; UsageError otherwise."""
    match = _MONTH.match(text)
    if not match or not 1 <= int(match[2]) <= 12:
        raise UsageError(f"{text!r} is not a month", "write YYYY-MM")
    return int(match[1]) * 12 + int(match[2]) - 1


def month_of_day(day: int) -> int:
    """The month that holds ``day``."""
    value = date_of(day)
    return value.year * 12 + value.month - 1


def month_text(month: int) -> str:
    """``2026-01``."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_start(month: int) -> int:
    """First day of ``month``."""
    return day_of(date(month // 12, month % 12 + 1, 1))


def month_days(month: int) -> int:
    """Number of days in ``month``."""
    return month_start(month + 1) - month_start(month)


def week_text(day: int) -> str:
    """The ISO week of a day: ``2026-W05``."""
    year, week, _ = date_of(day).isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_start(day: int) -> int:
    """The Monday of the ISO week that holds ``day``."""
    return day - date_of(day).weekday()


@dataclass(frozen=True, slots=True)
class Days:
    """A half-open range of days ``[start, end)``."""

    start: int
    end: int

    def __len__(self) -> int:
        return max(0, self.end - self.start)

    def months(self) -> range:
        """Every month that shares a day with the range."""
        if self.end <= self.start:
            return range(0)
        return range(month_of_day(self.start), month_of_day(self.end - 1) + 1)

    def whole_months(self) -> bool:
        """True when both ends stand on a month boundary."""
        return all(month_start(month_of_day(day)) == day for day in (self.start, self.end))


@dataclass(frozen=True, slots=True)
class Range:
    """A range as written: a ``period`` (``2026-Q3``, ``-13w``, ``A..B``), or ``start`` / ``end`` dates."""

    period: str = ""
    start: str = ""
    end: str = ""

    def resolve(self, today: int) -> Days:
        """The days meant, seen from ``today``; default the last 12 whole months (interface.md)."""
        if self.start or self.end:
            if not self.start:
                raise UsageError("--to needs --from", "give both ends, or a --period")
            end = parse_day(self.end) if self.end else today + 1
            days = Days(parse_day(self.start), end)
        else:
            days = resolve_period(self.period or "-12m", today)
        if days.end <= days.start:
            raise UsageError("the range is empty", "its end must lie after its start")
        return days


def resolve_period(text: str, today: int) -> Days:
    """The days of one period as written in a slice, a bridge or on screen; UsageError if unreadable."""
    if ".." in text:
        first, _, last = text.partition("..")
        return Days(resolve_period(first, today).start, resolve_period(last, today).end)
    if text == "last-month":
        text = "-1m"
    if text == "this-month":
        month = month_of_day(today)
        return Days(month_start(month), month_start(month + 1))
    back = _BACK.match(text)
    if back:
        return _back(int(back[1]), back[2], today)
    return _named(text)


def _back(count: int, unit: str, today: int) -> Days:
    if count < 1 or count > {"d": 36600, "w": 5200, "m": 1200}[unit]:
        raise UsageError(f"-{count}{unit} is out of range", "go back by at least one and less than a century")
    if unit == "d":
        return Days(today - count, today)
    if unit == "w":
        monday = week_start(today)
        return Days(monday - 7 * count, monday)
    month = month_of_day(today)
    return Days(month_start(month - count), month_start(month))


def _named(text: str) -> Days:
    try:
        if _DAY.match(text):
            day = parse_day(text)
            return Days(day, day + 1)
        if _MONTH.match(text):
            month = parse_month(text)
            return Days(month_start(month), month_start(month + 1))
        if match := _QUARTER.match(text):
            month = int(match[1]) * 12 + (int(match[2]) - 1) * 3
            return Days(month_start(month), month_start(month + 3))
        if match := _WEEK.match(text):
            monday = day_of(date.fromisocalendar(int(match[1]), int(match[2]), 1))
            return Days(monday, monday + 7)
        if match := _YEAR.match(text):
            return Days(month_start(int(match[1]) * 12), month_start(int(match[1]) * 12 + 12))
    except ValueError:
        pass
    raise UsageError(
        f"{text!r} is not a period",
        "write 2026-03, 2026-W05, 2026-Q3, 2026, last-month, -30d, -13w, -6m or A..B",
    )
