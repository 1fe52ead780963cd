"""Days, weeks, months and ranges as written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbofinops_tui.economics.periods import (
    Days,
    Range,
    date_of,
    day_of,
    day_text,
    month_days,
    month_of_day,
    month_start,
    month_text,
    parse_day,
    parse_month,
    resolve_period,
    week_start,
    week_text,
)
from turbofinops_tui.errors import UsageError

TODAY = day_of(date(2026, 11, 24))  # a Tuesday


def span(text: str) -> tuple[str, str]:
    days = resolve_period(text, TODAY)
    return day_text(days.start), day_text(days.end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03", "2026-03-01", "2026-04-01"),
        ("2026-03-05", "2026-03-05", "2026-03-06"),
        ("2026-Q3", "2026-07-01", "2026-10-01"),
        ("2026-q4", "2026-10-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-W01", "2025-12-29", "2026-01-05"),
        ("2026-W53", "2026-12-28", "2027-01-04"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("this-month", "2026-11-01", "2026-12-01"),
        ("-30d", "2026-10-25", "2026-11-24"),
        ("-13w", "2026-08-24", "2026-11-23"),
        ("-12m", "2025-11-01", "2026-11-01"),
        ("2026-01..2026-03", "2026-01-01", "2026-04-01"),
        ("2026-Q1..2026-Q2", "2026-01-01", "2026-07-01"),
    ],
)
def test_periods_as_written(text: str, start: str, end: str) -> None:
    assert span(text) == (start, end)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-02-30", "2026-Q5", "2025-W53", "-0d", "-99999m", "soon"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(UsageError):
        resolve_period(text, TODAY)


def test_ranges() -> None:
    assert Range().resolve(TODAY) == resolve_period("-12m", TODAY)
    assert Range(start="2026-10").resolve(TODAY) == Days(parse_day("2026-10-01"), TODAY + 1)
    assert Range(start="2026-01", end="2026-02").resolve(TODAY).months() == range(24312, 24313)
    for bad in (Range(end="2026-01"), Range(start="2026-02", end="2026-02"), Range("2026-03..2026-01")):
        with pytest.raises(UsageError):
            bad.resolve(TODAY)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_days_months_and_weeks_agree_with_the_calendar(value: date) -> None:
    day = day_of(value)
    month = month_of_day(day)
    assert date_of(day) == value
    assert parse_day(day_text(day)) == day
    assert parse_month(month_text(month)) == month
    assert month_start(month) <= day < month_start(month + 1) == month_start(month) + month_days(month)
    assert resolve_period(week_text(day), TODAY) == Days(week_start(day), week_start(day) + 7)


def test_length_and_whole_months() -> None:
    assert len(Days(3, 3)) == len(Days(5, 3)) == 0
    assert list(Days(3, 3).months()) == []
    january = Days(parse_day("2026-01"), parse_day("2026-02"))
    assert january.whole_months()
    assert not Days(january.start, january.end - 1).whole_months()
    assert len(Days(january.start, january.end + 1).months()) == 2
