"""Slices: measures, dimensions, filters, order, periods; invariants at every grain."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.small_books import ask, books, cells, day, dimension, revenue, tag_link, text, totals
from turbofinops_tui.actions.margins import amounts
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate import table as table_rows
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.errors import UsageError

ACME = dimension(0, tags={"customer": "acme"})
BETA = dimension(1, tags={"customer": "beta", "env": "prod"}, service="S3", provider="gcp", source="gcp")
FREE = dimension(2, tags={"customer": "free"})
NONE = dimension(3, service="Support", account="2")
TAX = dimension(4, charge_category="Tax", tags={"customer": "acme"})
CREDIT = dimension(5, charge_category="Credit", tags={"customer": "acme"})
BEDROCK = dimension(6, service="Amazon Bedrock", tags={"customer": "acme"})
BY_TAG = t.Rules(links=(tag_link("tagged", {"tag:customer": "*"}, customer="{value}"),), id="by-tag")


def units(value: t.Value) -> int:
    assert value is None or isinstance(value, Money)
    return value.units if value is not None else 0


def business(**changes: Any) -> FactBooks:
    lines = [
        (ACME, "2026-01-10", "20.00"),
        (ACME, "2026-02-10", "30.00"),
        (BETA, "2026-01-20", "51.29"),
        (FREE, "2026-02-01", "5.00"),
        (NONE, "2026-01-31", "7.00"),
        (TAX, "2026-01-31", "3.00"),
        (CREDIT, "2026-02-28", "-2.00"),
        (BEDROCK, "2026-02-28", "10.00"),
    ]
    sales = [
        revenue("acme", "100.00", "2026-01-01", "2026-02-01", product="pro"),
        revenue("acme", "40.00", "2026-02-05", kind="one_time"),
        revenue("beta", "49.00", "2026-01-01", "2026-02-01", product="basic"),
    ]
    return books(lines, sales, "acme beta free", **changes)


@pytest.mark.parametrize(
    ("sold", "cost", "margin", "percent"),
    [
        ("49", "51.29", "-2.29", "-4.6735"),
        ("49", "27.80", "21.20", "43.2653"),
        ("29", "8.12", "20.88", "72.0000"),
        ("200", "12000", "-11800.00", "-5900.0000"),
        ("0", "5", "-5.00", None),
    ],
)
def test_worked_margins(sold: str, cost: str, margin: str, percent: str | None) -> None:
    sales = [revenue("acme", sold, "2026-01-01")] if sold != "0" else []
    facts = books([(ACME, "2026-01-10", cost)], sales, "acme")
    assert cells(ask(facts, BY_TAG, measures="margin margin_pct")) == {("acme",): [margin, percent]}


def test_customers_with_free_and_unattributed_rows_add_up() -> None:
    table = ask(business(), BY_TAG)
    assert cells(table) == {
        ("acme",): ["140.00", "58.00", "82.00", "58.5714"],
        ("beta",): ["49.00", "51.29", "-2.29", "-4.6735"],
        ("free",): ["0.00", "5.00", "-5.00", None],
        (None,): ["0.00", "7.00", "-7.00", None],
    }
    assert totals(table) == ["189.00", "121.29", "67.71", "35.8254"]
    assert [text(v) for v in table.unattributed[0].values] == ["0.00", "7.00", "-7.00", None]


def test_removing_every_rule_leaves_all_unattributed() -> None:
    table = ask(business(), by="customer", measures="cost direct_cost coverage")
    assert cells(table) == {(None,): ["121.29", "0.00", "0.0000"]}


def test_every_bucket_and_ratio() -> None:
    measures = "cost direct_cost shared_cost opex_cost tax ai_cost ai_share coverage customers"
    table = ask(business(), BY_TAG, by="month", measures=measures)
    assert cells(table) == {
        ("2026-01",): ["78.29", "71.29", "0.00", "0.00", "3.00", "0.00", "0.0000", "91.0589", 2],
        ("2026-02",): ["43.00", "43.00", "0.00", "0.00", "0.00", "10.00", "23.2558", "100.0000", 2],
    }
    assert totals(table)[-1] == 3


def test_tax_in_goes_through_the_ladder_and_credits_out_leaves_them_out() -> None:
    inside = ask(business(), BY_TAG, measures="cost tax", tax="in")
    assert cells(inside)["acme",] == ["61.00", "0.00"]
    outside = ask(business(), BY_TAG, measures="cost", credits="out")
    assert cells(outside)["acme",] == ["60.00"]
    assert outside.warnings == ("credits left out: -2.00 USD",)


def test_opex_leaves_the_margin_and_keeps_its_row() -> None:
    rule = t.ClassRule("staging", t.Match((("tag:env", "prod"),)), "opex", start=day("2026-01-20"))
    rules = t.Rules(classes=(rule,), links=BY_TAG.links)
    table = ask(business(), rules, by="class", measures="revenue cost opex_cost")
    assert cells(table) == {("cogs",): ["189.00", "70.00", "0.00"], ("opex",): ["0.00", "0.00", "51.29"]}
    later = t.Rules(
        classes=(t.ClassRule("staging", rule.match, "opex", start=day("2026-01-21")),), links=BY_TAG.links
    )
    assert totals(ask(business(), later, measures="opex_cost")) == ["0.00"]


def test_effective_and_billed_are_never_mixed() -> None:
    """The commitment of numbers.md 6: bought for 200,000, used as 490 + 20 + 720."""
    purchase = dimension(0, charge_category="Purchase", tags={"customer": "acme"})
    used = [dimension(n, commitment="Used", service=f"s{n}", tags={"customer": "acme"}) for n in (1, 2, 3)]
    lines: list[tuple[Any, ...]] = [(purchase, "2026-01-01", "0", "200000")]
    lines += [(d, "2026-01-01", amount, "0") for d, amount in zip(used, ("490", "20", "720"), strict=True)]
    facts = books(lines, customers="acme")
    assert totals(ask(facts, BY_TAG, measures="cost", cost="effective")) == ["1230.00"]
    assert totals(ask(facts, BY_TAG, measures="cost", cost="billed")) == ["200000.00"]


def test_unused_commitment_is_cost_without_a_customer() -> None:
    used = dimension(0, commitment="Used", tags={"customer": "acme"})
    unused = dimension(1, commitment="Unused")
    facts = books([(used, "2026-01-01", "0.75"), (unused, "2026-01-01", "0.25")], customers="acme")
    assert cells(ask(facts, BY_TAG, measures="cost")) == {("acme",): ["0.75"], (None,): ["0.25"]}


def test_a_side_without_the_dimension_is_null_in_rows_and_whole_in_totals() -> None:
    table = ask(business(), BY_TAG, by="provider")
    assert cells(table) == {("aws",): [None, "70.00", None, None], ("gcp",): [None, "51.29", None, None]}
    assert totals(table) == ["189.00", "121.29", "67.71", "35.8254"]
    assert table.warnings == ("revenue has no provider: its whole stands in the totals alone",)
    kinds = ask(business(), BY_TAG, by="kind", measures="revenue cost")
    assert cells(kinds) == {("one_time",): ["40.00", None], ("subscription",): ["149.00", None]}
    assert totals(kinds) == ["189.00", "121.29"]
    both = ask(business(), BY_TAG, by="kind provider", measures="revenue cost")
    assert (len(both.rows), totals(both)) == (0, ["189.00", "121.29"])


def test_a_filter_reaches_the_side_that_has_it() -> None:
    where = (t.Condition("provider", "AWS"),)
    table = ask(business(), BY_TAG, where=where)
    assert cells(table)["beta",] == ["49.00", "0.00", "49.00", "100.0000"]
    assert table.warnings == ("the filter provider=AWS does not touch revenue",)


def test_filters_or_and_not() -> None:
    def customers(*where: t.Condition) -> list[str | None]:
        return [row.key[0] for row in ask(business(), BY_TAG, measures="cost", where=where).rows]

    condition = t.Condition
    assert customers(condition("customer", "ac*")) == ["acme"]
    assert customers(condition("customer", "acme"), condition("customer", "BETA")) == ["acme", "beta"]
    assert customers(condition("customer", "a*", negated=True)) == ["beta", "free", None]
    assert customers(condition("customer", "acme"), condition("service", "S3")) == []
    assert customers(condition("customer", "")) == [None]
    assert customers(condition("tag:env", "prod")) == ["beta"]
    assert customers(condition("month", "2026-02")) == ["acme", "free"]
    assert customers(condition("day", "2026-01-31")) == [None]


def test_order_top_and_others() -> None:
    worst = (t.Sort("margin", ascending=True),)
    table = ask(business(), BY_TAG, measures="margin", sort=worst, top=1)
    assert [(row.key[0], row.others, text(row.values[0])) for row in table.rows] == [
        (None, False, "-7.00"),
        ("free", False, "-5.00"),
        (None, True, "79.71"),
    ]
    best = ask(business(), BY_TAG, measures="margin", sort=(t.Sort("margin"),))
    assert [row.key[0] for row in best.rows] == ["acme", "beta", "free", None]
    percent = ask(business(), BY_TAG, sort=(t.Sort("margin_pct"),))
    assert [row.key[0] for row in percent.rows] == ["acme", "beta", "free", None]  # no value stands last
    assert ask(business(), BY_TAG, sort=(t.Sort("customer"),)).rows[0].key == (None,)


@pytest.mark.parametrize("limit", ["0", "-0.000000001", "4.9999999999", "41", "1e30", "-1e30"])
@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "=", "!="])
def test_having_of_columns_is_having_of_cells(
    operator: Any, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [(t.Having(name, operator, Decimal(limit)),) for name in ("margin", "cost", "revenue", "mrr")]
    fast = [ask(business(), BY_TAG, having=one) for one in asked]
    monkeypatch.setattr(table_rows, "_passing", lambda *_: None)
    slow = [ask(business(), BY_TAG, having=one) for one in asked]
    assert [[row.key for row in table.rows] for table in fast] == [
        [row.key for row in table.rows] for table in slow
    ]


def test_rows_walked_are_the_rows_looked_up() -> None:
    table = ask(business(), BY_TAG, by="customer month", measures="revenue cost margin margin_pct", top=2)
    walked = [table.rows[index] for index in range(len(table.rows))]
    assert list(table.rows) == walked
    assert isinstance(table.rows, table_rows.LazyRows)
    table.rows.make()
    assert list(table.rows) == walked == list(table.rows[:])
    assert table.rows[-1] is table.rows[len(walked) - 1]


@pytest.mark.parametrize("top", [None, 1])
def test_amounts_of_columns_are_those_of_the_rows(top: int | None) -> None:
    table = ask(business(), BY_TAG, "customer month", "revenue cost margin", top=top)
    for measure in ("revenue", "cost", "margin"):
        at = table.column(measure)
        expected = [
            (row.key, value.units if isinstance(value := row.values[at], Money) else None)
            for row in table.rows
        ]
        assert list(amounts(table, measure)) == expected
        assert list(amounts(replace(table, rows=list(table.rows)), measure)) == expected


def test_equal_rows_are_equal_however_they_are_compared() -> None:
    one, two = ask(business(), BY_TAG, by="customer"), ask(business(), BY_TAG, by="customer")
    other = ask(business(), BY_TAG, by="customer", revenue="cash")
    assert one.rows == two.rows == list(one.rows)
    assert one.rows != other.rows
    assert one.rows != ask(business(), BY_TAG, by="feature").rows


def test_having_keeps_rows_and_leaves_the_total() -> None:
    table = ask(business(), BY_TAG, measures="margin", having=(t.Having("margin", "<", Decimal(0)),))
    assert [row.key[0] for row in table.rows] == ["beta", "free", None]
    assert totals(table) == ["67.71"]
    few = ask(business(), BY_TAG, having=(t.Having("margin_pct", ">=", Decimal("58.5714")),))
    assert [row.key[0] for row in few.rows] == ["acme"]


def test_cohort_and_age() -> None:
    table = ask(business(), BY_TAG, by="cohort", measures="revenue cost")
    assert [row.key[0] for row in table.rows] == ["2026-01", "none", None]
    assert cells(table)["2026-01",] == ["189.00", "109.29"]
    ages = ask(business(), BY_TAG, by="cohort age", measures="margin")
    assert cells(ages) == {
        ("2026-01", "0"): ["77.71"],
        ("2026-01", "1"): ["2.00"],
        ("none", None): ["-5.00"],
        (None, None): ["-7.00"],
    }


def test_cost_before_the_first_revenue_has_a_negative_age() -> None:
    facts = books([(ACME, "2026-01-10", "1")], [revenue("acme", "31", "2026-03-15", "2026-04-15")], "acme")
    found = cells(ask(facts, BY_TAG, by="age", measures="revenue cost"))
    assert found == {("-2",): ["0.00", "1.00"], ("0",): ["17.00", "0.00"], ("1",): ["14.00", "0.00"]}


def test_contra_and_negative_first_lines_do_not_make_a_cohort() -> None:
    sales = [
        revenue("acme", "10", "2026-01-05"),
        revenue("acme", "-10", "2026-01-05"),
        revenue("acme", "10", "2026-02-05"),
        revenue("acme", "-10", "2026-02-06", kind="refund"),
        revenue("beta", "0.01", "2026-01-20", "2026-02-20"),
    ]
    facts = books([], sales, "acme beta")
    rows = [row.key for row in ask(facts, by="customer cohort", measures="revenue").rows]
    # half a cent is reached on the sixteenth of 31 days, February 4
    assert rows == [("acme", "2026-02"), ("beta", "2026-02")]


def test_partial_months_weeks_and_days_add_up() -> None:
    facts = business()
    expected = totals(ask(facts, BY_TAG, period=Range(start="2026-01-10", end="2026-02-11")))
    # 70.97 and 34.77 of the two Januaries, and 40 on February 5
    assert expected == ["145.74", "113.29", "32.45", "22.2657"]
    for grain in ("day", "week", "month"):
        table = ask(facts, BY_TAG, by=f"customer {grain}", period=Range(start="2026-01-10", end="2026-02-11"))
        assert totals(table) == expected
        for column in (0, 1, 2):
            assert sum(units(row.values[column]) for row in table.rows) == units(
                table.totals[0].values[column]
            )


def test_long_day_tables_are_read_in_windows_and_agree() -> None:
    lines = [(ACME, f"2026-{m:02d}-{d:02d}", f"{m}.{d:02d}") for m in range(1, 13) for d in (1, 15, 28)]
    facts = books(lines, [revenue("acme", "365", "2026-01-01", "2027-01-01")], "acme")
    table = ask(facts, BY_TAG, by="day", period="2026")
    assert len(table.rows) == 365
    assert totals(table) == totals(ask(facts, BY_TAG, period="2026"))
    assert cells(table)["2026-07-15",] == ["1.00", "7.15", "-6.15", "-615.0000"]
    ages = cells(ask(facts, BY_TAG, by="age day", measures="cost", period="2026"))
    assert ages["6", "2026-07-15"] == ["7.15"]


def test_cumulative_runs_along_time_for_every_other_key() -> None:
    table = ask(business(), BY_TAG, by="month customer", measures="cost margin_pct", cumulative=True)
    assert cells(table)["2026-02", "acme"] == ["58.00", "58.5714"]
    assert cells(table)["2026-02", "free"] == ["5.00", None]


def test_compare_puts_the_other_period_beside() -> None:
    table = ask(business(), BY_TAG, measures="cost", period="2026-02", compare="previous")
    found = {row.key[0]: [text(row.values[0]), text(row.previous[0])] for row in table.rows}
    assert found == {
        "acme": ["38.00", "20.00"], "free": ["5.00", "0.00"],
        "beta": ["0.00", "51.29"], None: ["0.00", "7.00"],
    }  # fmt: skip
    assert table.compared is not None
    assert table.compared.start == day("2026-01-01")
    assert "the periods have 28 and 31 days: compare per day" in table.warnings
    months = ask(business(), BY_TAG, by="month", measures="cost", period="2026-02", compare="2026-01")
    assert [(r.key, text(r.values[0]), text(r.previous[0])) for r in months.rows] == [
        (("2026-02",), "43.00", "78.29")
    ]


def test_native_currency_gives_rows_and_totals_per_currency() -> None:
    euro = dimension(7, currency="EUR", tags={"customer": "acme"})
    facts = books(
        [(ACME, "2026-01-01", "1"), (euro, "2026-01-01", "2")],
        [revenue("acme", "30", "2026-01-01", currency="EUR")],
        "acme",
    )
    table = ask(facts, BY_TAG, currency="native")
    assert [(r.key, r.currency, [text(v) for v in r.values]) for r in table.rows] == [
        (("acme",), "EUR", ["30.00", "2.00", "28.00", "93.3333"]),
        (("acme",), "USD", ["0.00", "1.00", "-1.00", None]),
    ]
    assert [(r.currency, text(r.values[2])) for r in table.totals] == [("EUR", "28.00"), ("USD", "-1.00")]
    assert [r.currency for r in table.unattributed] == ["EUR", "USD"]
    grouped = ask(facts, BY_TAG, by="currency", measures="cost", currency="native")
    assert [r.key for r in grouped.rows] == [("EUR",), ("USD",)]


def test_amounts_without_a_rate_are_listed_and_their_customer_has_no_margin() -> None:
    euro = dimension(7, currency="EUR", tags={"customer": "acme"})
    facts = books(
        [(ACME, "2026-01-01", "1"), (euro, "2026-01-01", "2"), (BETA, "2026-01-01", "1")],
        [revenue("beta", "5", "2026-01-01", currency="GBP"), revenue("acme", "9", "2026-01-01")],
        "acme beta",
    )
    table = ask(facts, BY_TAG, sort=(t.Sort("margin", ascending=True),))
    assert cells(table) == {("acme",): ["9.00", "1.00", None, None], ("beta",): ["0.00", "1.00", None, None]}
    assert [(u.customer, u.side, text(u.amount), u.amount.currency) for u in table.unconverted] == [
        ("acme", "cost", "2.00", "EUR"),
        ("beta", "revenue", "5.00", "GBP"),
    ]
    assert "2 amounts have no exchange rate and are in no sum: see unconverted" in table.warnings
    assert ask(facts, BY_TAG, currency="native").unconverted == ()


def test_estimates_are_marked_and_can_be_left_out() -> None:
    sales = [revenue("acme", "10", "2026-01-01"), revenue("acme", "4", "2026-01-02", estimated=True)]
    facts = books([], sales, "acme")
    table = ask(facts, measures="revenue")
    assert (totals(table), table.warnings) == (["14.00"], ("revenue includes 4.00 USD estimated",))
    assert totals(ask(facts, measures="revenue", estimates="out")) == ["10.00"]


def test_cash_is_another_basis() -> None:
    sales = [revenue("acme", "10", "2026-01-01"), revenue("acme", "8", "2026-01-09", basis="cash")]
    facts = books([], sales, "acme")
    assert totals(ask(facts, measures="revenue", revenue="cash")) == ["8.00"]


def test_plan_and_attributes_are_those_of_today_and_say_so() -> None:
    people = [t.Customer("acme", plan="pro", attributes={"Region": "EU"}), t.Customer("beta")]
    facts = books([(ACME, "2026-01-01", "1"), (BETA, "2026-01-01", "2")], people=people)
    table = ask(facts, BY_TAG, by="plan attr:region", measures="cost")
    assert cells(table) == {("pro", "EU"): ["1.00"], (None, None): ["2.00"]}
    assert table.warnings == ("plan and attr:* are today's values",)


def test_states_missing_and_provisional() -> None:
    facts = books([(ACME, "2027-05-01", "1"), (ACME, "2027-06-10", "1")], customers="acme")
    table = ask(facts, BY_TAG, period=Range(start="2027-05-01", end="2027-07-01"))
    # today is 2027-06-15: May is final ten days after its end, the watermark is June 8
    assert [(s.state, s.start, s.end) for s in table.states] == [
        ("provisional", day("2027-06-01"), day("2027-06-09")),
        ("missing", day("2027-06-09"), day("2027-06-16")),
    ]
    assert ask(facts, BY_TAG, where=(t.Condition("source", "gcp"),)).states == ()


def test_empty_books_answer_with_zeros() -> None:
    table = ask(books())
    assert (len(table.rows), totals(table)) == (0, ["0.00", "0.00", "0.00", None])
    assert ask(books(), currency="native").totals == ()


@pytest.mark.parametrize("own", [{"by": "colour"}, {"measures": "profit"}, {"by": "tag:"}, {"by": "day day"}])
def test_unknown_words_are_refused(own: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        ask(business(), **own)  # type: ignore[arg-type]


def test_rows_are_a_sequence() -> None:
    rows = ask(business(), BY_TAG).rows
    assert (rows[-1], rows[0:2]) == (list(rows)[-1], list(rows)[:2])
    with pytest.raises(IndexError):
        rows[9]
