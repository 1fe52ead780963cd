"""Usage that is not invoiced yet: accrued from previews, replaced by the invoice, else marked unbilled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sync.stripe_shapes import (
    Json,
    at,
    by_month,
    digest,
    facts,
    finding_kinds,
    invoice,
    line,
    price,
    session,
    write,
)
from turbofinops_tui.actions.session import Session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.clock import Clock
from turbofinops_tui.sync.derive import derive_all

PARENT = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
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
            "SELECT amount, period_end - period_start FROM revenue_event WHERE estimated"
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
