"""The demo's files before any import: the same for the same seed, and what they promise."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest

from turbofinops_tui.actions.demo.ai import prices
from turbofinops_tui.actions.demo.business import Calendar, Company, make_companies
from turbofinops_tui.actions.demo.costs import METER, bills
from turbofinops_tui.actions.demo.rows import AI_SOURCES, SOURCES, header
from turbofinops_tui.actions.demo.spans import traces
from turbofinops_tui.actions.demo.stripe import Ledger
from turbofinops_tui.actions.demo.tables import RateTable, customers_csv
from turbofinops_tui.economics.periods import day_of, day_text, month_of_day, month_start

TODAY = day_of(date(2026, 11, 24))
CALENDAR = Calendar(TODAY, 6)


@pytest.fixture(scope="module")
def companies() -> list[Company]:
    return make_companies(40, CALENDAR, 1)


def _objects(companies: list[Company], seed: int = 1) -> list[dict[str, Any]]:
    ledger = Ledger(companies, CALENDAR, RateTable(CALENDAR, seed), seed)
    return [json.loads(line) for line in ledger.objects()]


def test_the_same_seed_writes_the_same_files(companies: list[Company]) -> None:
    again = make_companies(40, CALENDAR, 1)
    assert again == companies
    assert list(bills(again, CALENDAR, 1)) == list(bills(companies, CALENDAR, 1))
    assert list(traces(again, CALENDAR, 1)) == list(traces(companies, CALENDAR, 1))
    assert _objects(again) == _objects(companies)
    assert RateTable(CALENDAR, 1).csv() == RateTable(CALENDAR, 1).csv()


def test_another_seed_is_another_business(companies: list[Company]) -> None:
    other = make_companies(40, CALENDAR, 2)
    assert {company.ref for company in other} != {company.ref for company in companies}


@pytest.mark.parametrize("count", [1, 2, 40, 300, 2000])
@pytest.mark.parametrize("months", [1, 2, 4, 18])
@pytest.mark.parametrize("today", ["2026-11-24", "2026-11-01", "2026-03-02", "2028-02-29"])
def test_every_size_has_its_customers_and_a_cohort_that_turns(count: int, months: int, today: str) -> None:
    calendar = Calendar(day_of(date.fromisoformat(today)), months)
    companies = make_companies(count, calendar, 7)
    assert len({company.ref for company in companies}) == count
    assert len({company.name for company in companies}) == count
    cohort = [company for company in companies if month_of_day(company.paid_from) == calendar.turned_month]
    paying = [company for company in cohort if company.cents]
    assert paying
    assert {company.kind for company in paying} == {"turned"}
    assert all(company.paid_from < calendar.turned_on - 2 for company in paying)
    assert all(calendar.start <= company.signup < calendar.today for company in companies)


def test_references_are_plain_and_names_are_not() -> None:
    companies = make_companies(300, CALENDAR, 1)
    assert all(company.ref.isascii() and " " not in company.ref for company in companies)
    assert any(not company.name.isascii() for company in companies)


def test_bills_end_before_today_and_name_their_period(companies: list[Company]) -> None:
    sources = set()
    for bill in bills(companies, CALENDAR, 1):
        sources.add(bill.source)
        if bill.source == METER:
            continue
        for row in csv.DictReader(io.StringIO(header(bill.source) + bill.rows)):
            assert row["BillingPeriodStart"] == f"{day_text(month_start(bill.month))}T00:00:00Z"
            assert row["ChargePeriodStart"][:7] == row["BillingPeriodStart"][:7]
            assert row["ChargePeriodEnd"][:10] <= day_text(TODAY)
            assert row["BillingCurrency"] == ("EUR" if bill.source == "azure" else "USD")
    assert sources == {*SOURCES, METER}


def test_no_ai_bill_names_a_customer_and_every_model_has_dated_prices(companies: list[Company]) -> None:
    rates = {(price.provider, price.model, price.token_class) for price in prices(CALENDAR)}
    for bill in bills(companies, CALENDAR, 1):
        if bill.source in AI_SOURCES:
            for row in csv.DictReader(io.StringIO(header(bill.source) + bill.rows)):
                assert "customer" not in row["Tags"]
                if row["xModel"]:
                    assert (bill.source, row["xModel"], row["ConsumedUnit"].removeprefix("Mtokens:")) in rates


def test_every_span_has_an_id_of_its_own_and_children_a_parent(companies: list[Company]) -> None:
    spans: dict[str, dict[str, Any]] = {}
    for line in traces(companies, CALENDAR, 1):
        for resource in json.loads(line)["resourceSpans"]:
            for span in resource["scopeSpans"][0]["spans"]:
                assert span["spanId"] not in spans
                spans[span["spanId"]] = span
    children = [span for span in spans.values() if "parentSpanId" in span]
    assert children
    for span in children:
        parent = spans[span["parentSpanId"]]
        assert parent["traceId"] == span["traceId"]
        assert int(parent["startTimeUnixNano"]) <= int(span["startTimeUnixNano"])
        assert int(span["endTimeUnixNano"]) <= int(parent["endTimeUnixNano"])


def test_invoice_lines_add_up_and_periods_follow_each_other(companies: list[Company]) -> None:
    objects = _objects(companies)
    invoices = [found for found in objects if found["object"] == "invoice"]
    assert len(invoices) > 100
    for invoice in invoices:
        lines = invoice["lines"]["data"]
        net = sum(line["amount"] - sum(cut["amount"] for cut in line["discount_amounts"]) for line in lines)
        assert net == invoice["total_excluding_tax"]
        assert invoice["total"] == net + sum(tax["amount"] for tax in invoice["total_taxes"])
        assert all(line["period"]["start"] <= line["period"]["end"] for line in lines)
        assert invoice["created"] <= TODAY * 86400 + 43200
    ids = [found["id"] for found in objects]
    assert len(ids) == len(set(ids))


def test_every_payment_has_its_charge_and_its_settlement(companies: list[Company]) -> None:
    objects = _objects(companies)
    by_id = {found["id"]: found for found in objects}
    payments = [found for found in objects if found["object"] == "invoice_payment"]
    charges = {found["payment_intent"]: found for found in objects if found["object"] == "charge"}
    for payment in payments:
        charge = charges[payment["payment"]["payment_intent"]]
        assert charge["amount"] == payment["amount_paid"] == by_id[payment["invoice"]]["amount_paid"]
        settled = by_id[charge["balance_transaction"]]
        assert settled["currency"] == "usd"
        assert settled["net"] == settled["amount"] - settled["fee"]


def test_customers_file_has_every_customer_once(companies: list[Company]) -> None:
    rows = list(csv.DictReader(io.StringIO(customers_csv(companies))))
    assert [row["customer"] for row in rows] == [company.ref for company in companies]
    assert len({row["identity"] for row in rows}) == len(rows)


def test_rates_have_every_weekday() -> None:
    rates = RateTable(CALENDAR, 1)
    for day in range(CALENDAR.start, CALENDAR.today + 1):
        numerator, denominator = rates.dollars("EUR", day)
        assert 0.9 < numerator / denominator < 1.4
