"""What ``check`` decides: days, states, crossings, sources with monthly dollars."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from turbofinops_tui.economics import watch
from turbofinops_tui.economics.number_settings import NumberSettings
from turbofinops_tui.economics.periods import Days, parse_day
from turbofinops_tui.economics.watch import Figures, Period, SourceDays

SETTINGS = NumberSettings()
TODAY = parse_day("2026-11-24")
USD = 10**9


def dollars(revenue: str, cost: str) -> Figures:
    return Figures(int(Decimal(revenue) * USD), int(Decimal(cost) * USD))


@pytest.mark.parametrize(
    ("revenue", "cost", "state"),
    [
        ("100", "80", "healthy"),
        ("100", "80.000000001", "watch"),
        ("100", "100", "watch"),
        ("100", "100.000000001", "unprofitable"),
        ("0", "12", "unprofitable"),
        ("0", "0", "healthy"),
        ("-5", "20", "unprofitable"),
        ("-5", "-20", "healthy"),
    ],
)
def test_states_by_the_floors(revenue: str, cost: str, state: str) -> None:
    assert watch.state_of(dollars(revenue, cost), SETTINGS) == state


def test_floors_are_settings() -> None:
    strict = replace(SETTINGS, watch_floor=Decimal("55.5"), unprofitable_floor=Decimal(10))
    assert watch.state_of(dollars("100", "44.5"), strict) == "healthy"
    assert watch.state_of(dollars("100", "44.6"), strict) == "watch"
    assert watch.state_of(dollars("100", "90.1"), strict) == "unprofitable"


def test_small_keys_do_not_count() -> None:
    assert not watch.counts(dollars("500", "9.999999999"), SETTINGS, "USD")
    assert watch.counts(dollars("0", "10"), SETTINGS, "USD")
    assert watch.counts(dollars("-3", "10"), SETTINGS, "USD")
    bigger = replace(SETTINGS, min_revenue=Decimal(50))
    assert not watch.counts(dollars("49", "10"), bigger, "USD")
    assert watch.counts(dollars("50", "10"), bigger, "USD")


def test_the_first_state_is_no_crossing_and_recovery_arms_again() -> None:
    assert not watch.worsened(None, "unprofitable")
    assert watch.worsened("healthy", "watch")
    assert watch.worsened("watch", "unprofitable")
    assert not watch.worsened("unprofitable", "unprofitable")
    assert not watch.worsened("unprofitable", "watch")


def sources(**missing: int | None) -> list[SourceDays]:
    """aws 60 %, openai 36 %, tiny 4 % of cost; the days before today from which each is missing."""
    costs = {"aws": 600, "openai": 360, "tiny": 40}
    return [
        SourceDays(name, cost, None if (ago := missing.get(name)) is None else TODAY - ago)
        for name, cost in costs.items()
    ]


def test_the_window_ends_where_the_first_material_source_is_missing() -> None:
    judged = watch.judged_days(sources(aws=2, openai=1), TODAY, 4)
    assert judged.days == Days(TODAY - 9, TODAY - 2)
    later = watch.judged_days(sources(aws=4, openai=1), TODAY, 4)
    assert later.days == Days(TODAY - 11, TODAY - 4)
    assert later.ends_earlier - judged.ends_earlier == 2
    assert [item.source for item in later.late] == ["aws", "openai"]
    assert "4 days" in later.late[0].reason


def test_too_late_is_not_judged_and_the_source_is_named() -> None:
    judged = watch.judged_days(sources(aws=5, openai=1), TODAY, 4)
    assert judged.days is None
    assert [item.source for item in judged.late] == ["aws"]
    assert watch.judged_days(sources(aws=5, openai=1), TODAY, 5).days == Days(TODAY - 12, TODAY - 5)


def test_small_sources_and_fees_do_not_hold_the_window() -> None:
    found = watch.judged_days(sources(aws=2, tiny=20), TODAY, 4)
    assert found.days == Days(TODAY - 9, TODAY - 2)
    assert [item.source for item in found.late if not item.holds] == ["tiny"]
    fees = [*sources(aws=2), SourceDays("stripe", 500, TODAY - 20, events=True)]
    assert watch.judged_days(fees, TODAY, 4).days == Days(TODAY - 9, TODAY - 2)


def test_exactly_five_percent_is_material() -> None:
    edge = [SourceDays("aws", 950, None), SourceDays("edge", 50, TODAY - 9)]
    assert watch.judged_days(edge, TODAY, 4).days is None
    assert watch.judged_days([edge[0], replace(edge[1], cost=49)], TODAY, 4).days is not None


def test_without_any_cost_nothing_is_judged() -> None:
    judged = watch.judged_days([], TODAY, 4)
    assert judged.days is None
    assert judged.late


def test_young_is_less_than_four_weeks() -> None:
    assert watch.is_young(TODAY - 27, TODAY)
    assert not watch.is_young(TODAY - 28, TODAY)
    assert not watch.is_young(None, TODAY)


def test_changes_add_up_and_the_largest_comes_first() -> None:
    found = watch.changes({"revenue": 100, "cost of aws": -40}, {"revenue": 90, "cost of openai": -70})
    assert found == (("cost of openai", -70), ("cost of aws", 40), ("revenue", -10))


def periods(source: str, *days: tuple[str, str]) -> list[Period]:
    return [Period(source, first[:7], parse_day(first), parse_day(last)) for first, last in days]


def test_monthly_sources_have_one_day_in_every_month() -> None:
    support = periods("support", ("2026-09-01", "2026-09-01"), ("2026-10-01", "2026-10-01"))
    aws = periods("aws", ("2026-09-01", "2026-09-30"), ("2026-10-01", "2026-10-01"))
    fresh = periods("fresh", ("2026-11-01", "2026-11-01"))
    assert list(watch.monthly_sources([*support, *aws, *fresh], TODAY)) == ["support"]
    assert watch.last_final_month(support, parse_day("2026-11-09"), 10) == 2026 * 12 + 8
    assert watch.last_final_month(support, parse_day("2026-11-11"), 10) == 2026 * 12 + 9
    assert watch.last_final_month(support[:1], parse_day("2026-10-02"), 10) is None


def test_the_daily_rate_is_rounded_half_even() -> None:
    assert watch.daily_share(30 * USD, 2026 * 12 + 8, 7) == 7 * USD
    assert watch.daily_share(15, 2026 * 12 + 8, 1) == 0
    assert watch.daily_share(45, 2026 * 12 + 8, 1) == 2
