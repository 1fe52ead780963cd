"""The worked examples of allocation, cost basis, margin and invoices, from files in to a report out.

Each starts from an empty store and goes the way a user's own files go; the ids are
those of the definitions (A2, S17, ...).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.paths import shown_rows
from tests.one_number.program import Program

MONTH = ("--period", "2026-09")


class Bench:
    """A store to be filled with small files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = Program(folder / "root", "2026-11-24")

    def costs(self, rows: Sequence[dict[str, str]], source: str = "bill") -> None:
        """Rows of day, cost and tags (``tag:KEY`` columns)."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        path = self.folder / f"{source}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["day", "currency", *names])
            writer.writeheader()
            for row in rows:
                writer.writerow({"day": "2026-09-10", "currency": "USD"} | row)
        fields = ["day", "currency", *names]
        words = [word for name in fields for word in ("--map", f"{name}={name}")]
        self.program.call("import", "costs", path, "--source", source, *words)

    def revenue(self, amounts: dict[str, str]) -> None:
        """One subscription of September per customer."""
        path = self.folder / "revenue.jsonl"
        rows = [
            {
                "id": f"r-{customer}",
                "customer": customer,
                "kind": "subscription",
                "amount": amount,
                "currency": "USD",
                "occurred_at": "2026-09-01",
                "period_start": "2026-09-01",
                "period_end": "2026-10-01",
            }
            for customer, amount in amounts.items()
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        self.program.call("import", "revenue", path, "--source", "billing")

    def tagged(self) -> None:
        """The usual template link."""
        self.program.call(
            "links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}"
        )

    def cells(self, measure: str, *words: str, by: str = "customer") -> dict[Any, str | None]:
        """One measure by one dimension."""
        answer = self.program.json("report", "--by", by, "--measure", measure, *(words or MONTH))
        return {row[by]: row[measure] for row in answer["rows"]}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize(
    ("revenue", "cost", "margin", "percent"),
    [
        ("49", "51.29", "-2.29", "-4.6735"),
        ("49", "27.80", "21.20", "43.2653"),
        ("29", "8.12", "20.88", "72.0000"),
        ("200", "12000", "-11800.00", "-5900.0000"),
        (None, "5", "-5.00", None),
    ],
)
def test_margin(bench: Bench, revenue: str | None, cost: str, margin: str, percent: str | None) -> None:
    bench.costs([{"cost": cost, "tag:customer": "acme"}])
    bench.tagged()
    if revenue is not None:
        bench.revenue({"acme": revenue})
    row = bench.program.json("report", "customers", *MONTH)["rows"][0]
    assert (row["customer"], row["margin"], row["margin_pct"]) == ("acme", margin, percent)


@pytest.mark.parametrize(
    ("pool", "direct", "shares"),
    [
        ("35", ("30", "30", "10"), ("15.00", "15.00", "5.00")),  # A2
        ("100", ("50", "20", "30"), ("50.00", "20.00", "30.00")),  # A6
    ],
)
def test_a_pool_by_direct_cost(
    bench: Bench, pool: str, direct: tuple[str, ...], shares: tuple[str, ...]
) -> None:
    names = ("a", "b", "c")
    rows = [{"cost": cost, "tag:customer": name} for name, cost in zip(names, direct, strict=True)]
    bench.costs([*rows, {"cost": pool, "tag:pool": "support"}])
    bench.tagged()
    bench.program.call("shared", "add", "--match", "tag:pool=support", "--method", "direct")
    assert bench.cells("shared_cost") == dict(zip(names, shares, strict=True))


def test_a9_fixed_shares_within_each_environment(bench: Bench) -> None:
    rows = [
        {"cost": cost, "tag:env": env, "tag:pool": "all"} for env, cost in (("prod", "0.07"), ("dev", "0.11"))
    ]
    rows += [{"cost": "1", "tag:customer": name} for name in ("a", "b", "c")]
    bench.costs(rows)
    bench.tagged()
    split = [word for part in ("a=60", "b=30", "c=10") for word in ("--split", part)]
    bench.program.call(
        "shared", "add", "--match", "tag:pool=all", "--method", "fixed", *split, "--within", "tag:env"
    )
    answer = bench.program.json("report", "--by", "customer,tag:env", "--measure", "shared_cost", *MONTH)
    found = {
        (row["tag:env"], row["customer"]): Decimal(row["shared_cost"])
        for row in answer["rows"]
        if Decimal(row["shared_cost"])
    }
    for env, whole in (("prod", Decimal("0.07")), ("dev", Decimal("0.11"))):
        parts = {customer: cost for (place, customer), cost in found.items() if place == env}
        assert parts == {"a": whole * 6 / 10, "b": whole * 3 / 10, "c": whole / 10}


def test_a10_parts_shown_under_their_sum(bench: Bench) -> None:
    bench.costs([{"cost": "0.414443", "tag:customer": "a"}, {"cost": "0.585557", "tag:customer": "b"}])
    bench.tagged()
    assert bench.cells("cost") == {"a": "0.414443", "b": "0.585557"}
    shown = shown_rows(bench.program.call("report", "--measure", "cost", "--sort", "customer:asc", *MONTH))
    assert [row[-1] for row in shown] == ["0.41", "0.59"]


FOCUS = [
    "ChargePeriodStart",
    "BillingPeriodStart",
    "BilledCost",
    "EffectiveCost",
    "BillingCurrency",
    "ChargeCategory",
    "ServiceName",
    "ProviderName",
    "CommitmentDiscountStatus",
    "Tags",
]


def _focus(bench: Bench, rows: list[tuple[str, str, str, str, str]]) -> None:
    """(billed, effective, category, commitment status, tags) on 2026-09-10."""
    path = bench.folder / "focus.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FOCUS)
        for billed, effective, category, commitment, tags in rows:
            writer.writerow(
                [
                    "2026-09-10T00:00:00Z", "2026-09-01T00:00:00Z", billed, effective, "USD", category,
                    "Compute", "AWS", commitment, tags,
                ]
            )  # fmt: skip
    bench.program.call("import", "focus", path, "--source", "aws")


def test_a_prepaid_commitment_is_billed_once_and_effective_by_use(bench: Bench) -> None:
    _focus(
        bench,
        [
            ("200000", "0", "Purchase", "", ""),
            ("0", "490", "Usage", "Used", ""),
            ("0", "20", "Usage", "Unused", ""),
            ("0", "720", "Usage", "Used", ""),
        ],
    )
    for basis, total in (("effective", "1230.00"), ("billed", "200000.00")):
        answer = bench.program.json("report", "--by", "month", "--measure", "cost", "--cost", basis, *MONTH)
        assert answer["totals"]["cost"] == total


def test_the_unused_part_of_a_commitment_is_cost_without_a_customer(bench: Bench) -> None:
    _focus(
        bench,
        [
            ("0", "0.75", "Usage", "Used", '{"customer": "acme"}'),
            ("0", "0.25", "Usage", "Unused", ""),
        ],
    )
    bench.tagged()
    assert bench.cells("cost") == {"acme": "0.75", None: "0.25"}


def test_on_demand_above_a_commitment(bench: Bench) -> None:
    _focus(bench, [("0", "1.00", "Usage", "Used", ""), ("0.50", "0.50", "Usage", "", "")])
    for basis, total in (("effective", "1.50"), ("billed", "0.50")):
        answer = bench.program.json("report", "--by", "month", "--measure", "cost", "--cost", basis, *MONTH)
        assert answer["totals"]["cost"] == total


# --- Stripe -------------------------------------------------------------------------------------


def at(text: str) -> int:
    """Unix time of an ISO date, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _line(number: int, amount: int, start: str, end: str, taxes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"il_{number}", "object": "line_item", "amount": amount, "currency": "usd",
        "description": "plan", "discount_amounts": [], "pretax_credit_amounts": [], "taxes": taxes,
        "parent": {
            "type": "subscription_item_details", "invoice_item_details": None,
            "subscription_item_details": {"proration": False, "subscription": "sub_1"},
        },
        "period": {"start": at(start), "end": at(end)},
        "pricing": {"type": "price_details", "price_details": {"price": "price_1", "product": "prod_1"}},
        "quantity": 1, "subscription": "sub_1", "subtotal": amount, "livemode": True, "metadata": {},
        "invoice": "in_1",
    }  # fmt: skip


def _invoice(
    lines: list[dict[str, Any]], finalised: str, net: int, total: int, currency: str, paid: bool
) -> dict[str, Any]:
    when = at(finalised)
    found = [{**line, "currency": currency} for line in lines]
    return {
        "id": "in_1", "object": "invoice", "livemode": True, "status": "paid" if paid else "open",
        "created": when, "effective_at": when, "currency": currency, "customer": "cus_1",
        "lines": {"object": "list", "data": found, "has_more": False},
        "total": total, "total_excluding_tax": net, "subtotal": net, "amount_due": total,
        "amount_paid": total if paid else 0, "amount_remaining": 0 if paid else total,
        "status_transitions": {
            "finalized_at": when, "paid_at": when if paid else None, "voided_at": None,
            "marked_uncollectible_at": None,
        },
        "amount_shipping": 0, "shipping_cost": None, "starting_balance": 0, "metadata": {},
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
    }  # fmt: skip


def _import_objects(bench: Bench, objects: list[dict[str, Any]]) -> None:
    price = {
        "id": "price_1", "object": "price", "livemode": True, "product": "prod_1", "currency": "usd",
        "created": at("2018-01-01"), "type": "recurring",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": None},
    }  # fmt: skip
    customer = {
        "id": "cus_1", "object": "customer", "livemode": True, "created": at("2018-01-01"), "name": "Acme",
        "metadata": {"customer_ref": "acme"},
    }  # fmt: skip
    path = bench.folder / "objects.jsonl"
    path.write_text("".join(json.dumps(o) + "\n" for o in [price, customer, *objects]), encoding="utf-8")
    bench.program.call("import", "stripe-objects", path)


def _months(bench: Bench, year: int) -> dict[str, str | None]:
    words = ("--from", f"{year}-01-01", "--to", f"{year + 1}-01-01", "--where", "customer=acme")
    found = bench.cells("revenue", *words, by="month")
    return {month: amount for month, amount in found.items() if Decimal(amount or 0)}


@pytest.mark.parametrize(
    ("behaviour", "amount", "total"), [("exclusive", 3100, 3410), ("inclusive", 3410, 3410)]
)
def test_s17_tax_is_never_revenue(bench: Bench, behaviour: str, amount: int, total: int) -> None:
    taxes = [{"amount": 310, "tax_behavior": behaviour, "taxable_amount": 3100}]
    line = _line(1, amount, "2019-01-15", "2019-02-15", taxes)
    _import_objects(bench, [_invoice([line], "2019-01-15", 3100, total, "usd", False)])
    assert _months(bench, 2019) == {"2019-01": "17.00", "2019-02": "14.00"}


def test_s13_a_line_without_a_period_books_on_its_day(bench: Bench) -> None:
    lines = [
        _line(1, 3100, "2019-01-15", "2019-02-15", []),
        _line(2, 500, "2019-01-15", "2019-01-15", []),
    ]
    _import_objects(bench, [_invoice(lines, "2019-01-15", 3600, 3600, "usd", False)])
    assert _months(bench, 2019) == {"2019-01": "22.00", "2019-02": "14.00"}


def test_s16_arrears_spread_over_the_period_they_were_used_in(bench: Bench) -> None:
    line = _line(1, 9200, "2024-10-01", "2025-01-01", [])
    _import_objects(bench, [_invoice([line], "2024-11-01", 9200, 9200, "usd", False)])
    assert _months(bench, 2024) == {"2024-10": "31.00", "2024-11": "30.00", "2024-12": "31.00"}


@pytest.mark.parametrize("settled", [3300, 3301])
def test_s21_an_invoice_converts_at_its_own_settlement(bench: Bench, settled: int) -> None:
    line = _line(1, 3000, "2019-01-15", "2019-02-15", [])
    when = at("2019-01-15")
    objects = [
        _invoice([line], "2019-01-15", 3000, 3000, "eur", True),
        {
            "id": "inpay_1", "object": "invoice_payment", "livemode": True, "created": when,
            "currency": "eur", "invoice": "in_1", "amount_paid": 3000, "amount_requested": 3000,
            "status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
            "status_transitions": {"paid_at": when, "canceled_at": None},
        },
        {
            "id": "ch_1", "object": "charge", "livemode": True, "created": when, "currency": "eur",
            "amount": 3000, "amount_captured": 3000, "amount_refunded": 0, "captured": True, "paid": True,
            "balance_transaction": "txn_1", "customer": "cus_1", "payment_intent": "pi_1",
            "status": "succeeded", "refunded": False, "disputed": False, "metadata": {},
        },
        {
            "id": "txn_1", "object": "balance_transaction", "amount": settled, "fee": 0, "net": settled,
            "fee_details": [], "created": when, "available_on": when, "currency": "usd", "type": "charge",
            "reporting_category": "charge", "source": "ch_1", "status": "available", "exchange_rate": None,
        },
    ]  # fmt: skip
    _import_objects(bench, objects)
    answer = bench.program.json(
        "report", "--by", "month", "--measure", "revenue", "--from", "2019-01-01", "--to", "2019-03-01"
    )
    assert Decimal(answer["totals"]["revenue"]) == Decimal(settled) / 100
    assert sum(Decimal(row["revenue"]) for row in answer["rows"]) == Decimal(settled) / 100
