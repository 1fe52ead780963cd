"""Usage that is not invoiced yet: accrued from previews, replaced by the invoice, else marked unbilled."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sync.stripe_shapes import (
    Json,
    at,
    by_month,
    charge,
    digest,
    facts,
    finding_kinds,
    invoice,
    line,
    movement,
    price,
    session,
    write,
)
from turbofinops_tui.actions.overview_data import tiles_of
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.actions.verdicts import losers, verdicts
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range, day_text
from turbofinops_tui.economics.types import Having, Slice, Table
from turbofinops_tui.files import report_json
from turbofinops_tui.files.slice_words import parse_having
from turbofinops_tui.sync.derive import derive_all

PARENT = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
MEASURES = ("revenue", "margin", "cost", "customers", "margin_pct", "direct_cost", "shared_cost")
PRICES = [price("price_u", metered=True), price("price_m")]


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, when: str, *objects: Json) -> int:
    """Import ``objects`` as written at ``when``."""
    path = write(books.paths.store.parent / "objects.jsonl", objects)
    os.utime(path, (at(when), at(when)))
    return import_stripe(books, "stripe-objects", [path]).delivery


def preview(amount: int, start: str, end: str, number: int = 1, **extra: object) -> Json:
    """A preview: usage of the running period in arrears, and the next period of the plan in advance."""
    lines = [
        line(f"il_tmp{number}", amount, start, end, price="price_u"),
        line(f"il_tmp{number}b", 9000, end, "2026-12-31"),
    ]
    made = invoice(f"upcoming_in_{number}", lines, end, status="draft", parent=PARENT, period_end=at(end))
    return made | {"status_transitions": {}} | extra


def usage(ident: str, amount: int, start: str, end: str) -> Json:
    lines = [line(f"il_{ident}", amount, start, end, price="price_u")]
    return invoice(ident, lines, end, parent=PARENT)


def estimated(books: Session) -> list[tuple[int, int]]:
    with books.store.read() as conn:
        rows = conn.execute(
            "SELECT amount, period_end - period_start FROM revenue_event"
            " WHERE estimated AND basis = 'recognised'"
        ).fetchall()
    return [(units // 10**7, days) for units, days in rows]


def test_a_preview_accrues_the_days_so_far_and_the_newest_counts(books: Session) -> None:
    load(books, "2026-11-11", *PRICES, preview(1000, "2026-11-01", "2026-12-01"))
    assert estimated(books) == [(1000, 10)]
    assert by_month(books) == {"2026-11": 1000}
    load(books, "2026-11-21", preview(2000, "2026-11-01", "2026-12-01", 2))
    assert estimated(books) == [(2000, 20)]
    load(books, "2026-11-12", preview(1100, "2026-11-01", "2026-12-01", 3))
    assert estimated(books) == [(2000, 20)]
    with books.store.read() as conn:
        kinds = conn.execute("SELECT id, object FROM stripe_object WHERE object LIKE 'invoice%'").fetchall()
    assert kinds == [("preview:sub_1", "invoice_preview")]


def test_the_invoice_replaces_it_in_any_order(books: Session, tmp_path: Path, clock: Clock) -> None:
    ahead = preview(1000, "2026-10-01", "2026-11-01")
    load(books, "2026-10-20", *PRICES, ahead)
    load(books, "2026-11-02", usage("in_1", 3000, "2026-10-01", "2026-11-01"))
    assert estimated(books) == []
    assert by_month(books) == {"2026-10": 3000}
    other = session(tmp_path / "other", clock)
    load(other, "2026-11-02", *PRICES, usage("in_1", 3000, "2026-10-01", "2026-11-01"))
    load(other, "2026-10-20", ahead)
    assert facts(other) == facts(books)
    assert digest(other) == digest(books)
    load(books, "2026-11-11", preview(500, "2026-11-01", "2026-12-01", 2))
    assert estimated(books) == [(500, 10)]
    before = facts(books)
    derive_all(books.store)
    assert facts(books) == before


def test_a_draft_does_not_replace_it_and_one_that_does_not_add_up_is_a_finding(books: Session) -> None:
    load(books, "2026-10-20", *PRICES, preview(1000, "2026-10-01", "2026-11-01"))
    load(books, "2026-11-02", usage("in_1", 3000, "2026-10-01", "2026-11-01") | {"status": "draft"})
    assert estimated(books) == [(1000, 19)]
    bad = preview(1200, "2026-10-01", "2026-11-01", 2, total_excluding_tax=1)
    load(books, "2026-10-21", bad)
    assert estimated(books) == []
    assert finding_kinds(books) == ["stripe_invoice_lines"]
    load(books, "2026-10-22", preview(1300, "2026-10-01", "2026-11-01", 3))
    assert estimated(books) == [(1300, 21)]
    assert finding_kinds(books) == []


def running(books: Session, **options: Any) -> Table:
    asked = Slice(measures=MEASURES, range=Range(period="2026-11"), **options)
    return Reports(books).table(asked)


def losing(books: Session) -> str:
    """What the overview says about losing customers this month."""
    losses = running(books, having=(Having("margin", "<", Decimal(0)),))
    now = running(books)
    tiles = {label: value for label, value, *_ in tiles_of({"now": now, "trend": now, "losses": losses})}
    return tiles["Losing customers"]


def steady(books: Session) -> None:
    """Usage of 30.00 a month billed in arrears, and 0.20 of cost a day, also in the running month."""
    made = [usage(f"in_{m}", 3000, f"2026-{m:02d}-01", f"2026-{m + 1:02d}-01") for m in (9, 10)]
    for month, days in ((9, 30), (10, 31), (11, 24)):
        for number in range(1, days):
            when, ident = f"2026-{month:02d}-{number:02d}", f"{month}_{number}"
            made += [
                charge(f"ch_{ident}", 50, when),
                movement(f"txn_{ident}", 50, when, f"ch_{ident}", fee=20),
            ]
            made += [{"id": f"re_{ident}", "object": "refund", "charge": f"ch_{ident}", "amount": 50,
                      "currency": "usd", "created": at(when), "status": "succeeded"}]  # fmt: skip
    load(books, "2026-11-24", *PRICES, *made)


def test_a_metered_customer_never_looks_unprofitable_mid_period(books: Session) -> None:
    steady(books)
    table = running(books)
    assert [(u.customer, day_text(u.start), day_text(u.end)) for u in table.unbilled] == [
        ("cus_1", "2026-11-01", "2026-11-25")
    ]
    assert any("unbilled" in warning for warning in table.warnings)
    margin = table.rows[0].values[1]
    assert isinstance(margin, Money)
    assert margin.units < 0  # as it stands it looks like a loss, and is not counted as one
    assert losing(books) == "0"
    assert losers(Reports(books), Slice(range=Range(period="2026-11"))).lose == 0
    assert report_json.loads(report_json.dumps(table)).unbilled == table.unbilled
    assert running(books, cost="effective", revenue="cash").unbilled == ()
    load(books, "2026-11-24", preview(2300, "2026-11-01", "2026-12-01"))
    table = running(books)
    assert table.unbilled == ()
    margin = table.rows[0].values[1]
    assert isinstance(margin, Money)
    assert margin.units > 0
    assert "revenue includes 23.00 USD estimated" in table.warnings
    assert running(books, estimates="out").unbilled != ()


def test_unbilled_days_are_not_judged(books: Session) -> None:
    steady(books)
    judged = ("margin_best", "margin_worst", "verdict")
    reports = Reports(books)

    def rows(period: str, *by: str, **options: Any) -> dict[tuple[str | None, ...], tuple[Any, ...]]:
        asked = Slice(by=by or ("customer",), measures=judged, range=Range(period=period), **options)
        return {row.key: row.values for row in reports.table(asked).rows if "cus_1" in row.key}

    assert rows("2026-11") == {("cus_1",): (None, None, None)}
    assert rows("2026-09..2026-11") == {("cus_1",): (None, None, None)}
    assert rows("2026-10")[("cus_1",)][2] == "safe"
    apart = rows("2026-10..2026-11", "customer", "month")
    assert apart["cus_1", "2026-10"][2] == "safe"
    assert apart["cus_1", "2026-11"] == (None, None, None)
    assert rows("2026-11", having=(parse_having("verdict=loses anyway"),)) == {}
    assert verdicts(reports, Slice(range=Range(period="2026-11"))) == {}
    assert verdicts(reports, Slice(range=Range(period="2026-10")))["cus_1"].word == "safe"
    load(books, "2026-11-24", preview(2300, "2026-11-01", "2026-12-01"))
    assert rows("2026-11")[("cus_1",)][2] == "safe"


def test_a_customer_who_left_is_a_loss_again(books: Session, tmp_path: Path) -> None:
    """The control: long after the last usage nothing is expected, so a loss counts."""
    old = [usage("in_1", 3000, "2026-08-01", "2026-09-01"), charge("ch_1", 50, "2026-11-02")]
    load(books, "2026-11-24", *PRICES, *old, movement("txn_1", 50, "2026-11-02", "ch_1", fee=90))
    assert running(books).unbilled == ()
    assert losing(books) == "1"
    assert losers(Reports(books), Slice(range=Range(period="2026-11"))).lose == 1
