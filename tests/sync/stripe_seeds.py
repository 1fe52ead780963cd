"""Seeded Stripe data of the awkward kinds, with the stories that it tells as plain values."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.sync.stripe_shapes import (
    Json,
    charge,
    dispute,
    invoice,
    line,
    movement,
    note,
    payment,
    price,
    refund,
)

PRICES = [
    price("price_m"),
    price("price_u", metered=True),
    price("price_o", recurring=False),
]
CURRENCIES = ("usd", "eur", "jpy", "kwd")


@dataclass
class Story:
    """One invoice with everything that happened to it, as plain values."""

    customer: str
    total: int
    net: int
    lines: list[tuple[str, int, str, str]]
    """(kind, net, first day, day after the last)"""
    payments: list[tuple[str, int]] = field(default_factory=list)
    refunds: list[tuple[str, int, bool]] = field(default_factory=list)
    """(day, gross, covered by a credit note), in order of time"""
    disputes: list[tuple[str, int, int]] = field(default_factory=list)
    """(day, gross, sign)"""
    notes: list[tuple[str, int, int, str]] = field(default_factory=list)
    """(day, line index, net, day of its void or empty)"""
    written_off: tuple[str, int] | None = None
    """(day, open amount)"""
    later: list[tuple[str, int]] = field(default_factory=list)
    """what was paid of the open amount afterwards"""
    voided: str = ""


@dataclass
class World:
    """All objects of one seed and the stories that they tell."""

    objects: list[Json] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    loose: list[tuple[str, str, int, str]] = field(default_factory=list)
    """(customer, day, minor, kind) of charges without an invoice"""
    fees: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    """(customer, month, currency)"""


def generate(seed: int, invoices: int = 25) -> World:
    """A world of ``invoices`` invoices and a few charges of their own."""
    draw = random.Random(seed)  # noqa: S311 (test data)
    world = World(objects=list(PRICES))
    for number in range(invoices):
        _invoice(world, draw, f"{seed}_{number}")
    for number in range(4):
        _loose(world, draw, f"{seed}_{number}")
    draw.shuffle(world.objects)
    return world


def day_text(start: str, days: int) -> str:
    """The day ``days`` after ``start``."""
    return (datetime.fromisoformat(start) + timedelta(days=days)).date().isoformat()


def _line(draw: random.Random, ident: str, currency: str, first: str) -> tuple[Json, str, int, str, str]:
    kind = draw.choice(("subscription", "subscription", "usage", "one_time"))
    days = draw.choice((0, 1, 9, 28, 30, 31, 90, 365)) if kind != "one_time" else draw.choice((0, 30))
    start = day_text(first, draw.choice((-31, -3, 0, 0, 0, 12)))
    end = day_text(start, days)
    amount = draw.randrange(-4000, 90000) * (10 if currency == "kwd" else 1)
    discount = draw.choice((0, 0, abs(amount) // 7))
    inclusive = draw.choice((0, 0, abs(amount) // 11)) * (1 if amount > 0 else 0)
    exclusive = draw.choice((0, 0, abs(amount) // 10)) * (1 if amount > 0 else 0)
    taxes = ((inclusive, "inclusive"),) * bool(inclusive) + ((exclusive, "exclusive"),) * bool(exclusive)
    names = {"subscription": "price_m", "usage": "price_u", "one_time": "price_o"}
    parent = "subscription_item_details" if kind != "one_time" else "invoice_item_details"
    made = line(ident, amount, start, end, parent=parent, price=names[kind], taxes=taxes, discount=discount)
    return made, kind, amount - discount - inclusive, start, end


def _invoice(world: World, draw: random.Random, ident: str) -> None:
    customer, currency = f"cus_{draw.randrange(8)}", draw.choice(CURRENCIES)
    finalized = day_text("2025-01-01", draw.randrange(500))
    made = [_line(draw, f"il_{ident}_{i}", currency, finalized) for i in range(draw.randrange(1, 5))]
    whole = invoice(
        f"in_{ident}", [item[0] for item in made], finalized, customer=customer, currency=currency
    )
    lines = [(kind, net, start, end) for _, kind, net, start, end in made]
    if draw.random() < 0.2:
        cost = draw.randrange(1, 900)
        whole["shipping_cost"] = {"amount_subtotal": cost, "amount_total": cost}
        whole["total"] += cost
        whole["total_excluding_tax"] += cost
        lines.append(("one_time", cost, finalized, finalized))
    story = Story(customer, whole["total"], whole["total_excluding_tax"], lines)
    world.objects.append(whole)
    world.stories.append(story)
    if whole["total"] <= 0 or draw.random() < 0.1:
        _unpaid(whole, 0)
        if draw.random() < 0.5 and whole["total"] > 0:
            _void(world, draw, whole, story, finalized)
    elif draw.random() < 0.25:
        _write_off(world, draw, whole, story, finalized)
    else:
        _paid(world, draw, whole, story, finalized)


def _unpaid(whole: Json, paid: int) -> None:
    whole |= {"status": "open", "amount_paid": paid, "amount_remaining": whole["total"] - paid}
    whole["status_transitions"]["paid_at"] = None


def _void(world: World, draw: random.Random, whole: Json, story: Story, finalized: str) -> None:
    story.voided = day_text(finalized, draw.randrange(0, 60))
    if draw.random() < 0.4:
        _note(world, draw, whole, story, day_text(finalized, draw.randrange(5)), voidable=False)
    whole |= {"status": "void"}
    whole["status_transitions"]["voided_at"] = int(
        datetime.fromisoformat(story.voided).replace(tzinfo=UTC).timestamp()
    )


def _pay(world: World, draw: random.Random, whole: Json, story: Story, amount: int, day: str) -> Json:
    """One payment with its charge and movement; returns the charge."""
    name = f"{whole['id']}_{len(story.payments) + len(story.later)}"
    paid = charge(
        f"ch_{name}", amount, day, f"pi_{name}", customer=whole["customer"], currency=whole["currency"]
    )
    world.objects += [payment(f"inpay_{name}", whole["id"], amount, day, f"pi_{name}"), paid]
    _moved(world, draw, f"txn_{name}", amount, day, paid["id"], whole["customer"])
    return paid


def _moved(world: World, draw: random.Random, ident: str, amount: int, day: str, of: str, who: str) -> Json:
    fee = draw.randrange(0, 400)
    moved = movement(ident, amount * 2, day, of, fee=fee)
    world.objects.append(moved)
    if fee:
        world.fees[who, day[:7], "USD"] += fee
    return moved


def _write_off(world: World, draw: random.Random, whole: Json, story: Story, finalized: str) -> None:
    """Partly paid, marked uncollectible, sometimes paid later in full."""
    before = draw.choice((0, whole["total"] // 3))
    if before:
        story.payments.append((finalized, before))
        _pay(world, draw, whole, story, before, finalized)
    marked = day_text(finalized, draw.randrange(1, 80))
    left = whole["total"] - before
    story.written_off = (marked, left)
    _unpaid(whole, before)
    moves = whole["status_transitions"]
    moves["marked_uncollectible_at"] = int(datetime.fromisoformat(marked).replace(tzinfo=UTC).timestamp())
    whole["status"] = "uncollectible"
    if draw.random() < 0.6:
        days = sorted(draw.sample(range(1, 90), 2))
        parts = [left // 2, left - left // 2]
        for gap, part in zip(days, parts, strict=True):
            day = day_text(marked, gap)
            if part:
                story.later.append((day, part))
                _pay(world, draw, whole, story, part, day)
        whole |= {"status": "paid", "amount_paid": whole["total"], "amount_remaining": 0}
        moves["paid_at"] = int(
            datetime.fromisoformat(day_text(marked, days[1])).replace(tzinfo=UTC).timestamp()
        )


def _paid(world: World, draw: random.Random, whole: Json, story: Story, finalized: str) -> None:
    """Paid in one to three parts (the last may be too much); then what takes it back."""
    parts = draw.choice((1, 1, 2, 3))
    cuts = sorted(draw.randrange(0, whole["total"] + 1) for _ in range(parts - 1))
    edges = [0, *cuts, whole["total"]]
    charges = []
    for number, (low, high) in enumerate(pairwise(edges)):
        extra = draw.choice((0, 0, 0, 37)) if number == parts - 1 else 0
        amount, day = high - low + extra, day_text(finalized, number * 4)
        if amount > 0:
            charges.append((_pay(world, draw, whole, story, amount, day), amount, day))
            story.payments.append((day, amount))
    if not charges or story.net <= 0:
        return
    fate = draw.random()
    if fate < 0.35:
        _refunds(world, draw, whole, story, charges)
    if 0.25 < fate < 0.45:
        _dispute(world, draw, whole, story, charges[-1])
    if 0.45 < fate < 0.75:
        _note(world, draw, whole, story, day_text(finalized, draw.randrange(70)), voidable=True)


def _refunds(
    world: World, draw: random.Random, whole: Json, story: Story, charges: list[tuple[Json, int, str]]
) -> None:
    found = []
    for number, (paid, amount, day) in enumerate(charges):
        for part in range(draw.randrange(0, 3)):
            when = day_text(day, draw.randrange(1, 100))
            gross = max(1, amount // 3)
            status = draw.choice(("succeeded", "succeeded", "succeeded", "failed"))
            ident = f"re_{whole['id']}_{number}_{part}"
            world.objects.append(refund(ident, paid["id"], gross, when, status, currency=whole["currency"]))
            if status == "succeeded":
                _moved(world, draw, f"txn_{ident}", -gross, when, ident, story.customer)
                found.append((when, ident, gross))
    story.refunds += [(when, gross, False) for when, _, gross in sorted(found)]


def _dispute(
    world: World, draw: random.Random, whole: Json, story: Story, paid: tuple[Json, int, str]
) -> None:
    of, amount, day = paid
    taken = day_text(day, draw.randrange(1, 60))
    ident = f"dp_{whole['id']}"
    steps = [(taken, -1)]
    if draw.random() < 0.5:
        steps.append((day_text(taken, draw.randrange(5, 70)), 1))
    moves = []
    for number, (when, sign) in enumerate(steps):
        fee = 1500 if sign < 0 else 0
        moves.append(movement(f"txn_{ident}_{number}", sign * amount * 2, when, ident, fee=fee))
        world.fees[story.customer, when[:7], "USD"] += fee
        story.disputes.append((when, amount, sign))
    made = dispute(ident, of["id"], amount, moves, "won" if len(steps) > 1 else "lost")
    world.objects.append(made | {"currency": whole["currency"]})


def _note(world: World, draw: random.Random, whole: Json, story: Story, day: str, *, voidable: bool) -> None:
    named = [(i, item[1]) for i, item in enumerate(story.lines[: len(whole["lines"]["data"])]) if item[1] > 3]
    if not named:
        return
    index, net = draw.choice(named)
    part = draw.randrange(1, net)
    made = note(f"cn_{whole['id']}", whole["id"], [(whole["lines"]["data"][index]["id"], part)], day)
    gone = day_text(day, draw.randrange(1, 40)) if voidable and draw.random() < 0.4 else ""
    made["currency"] = whole["currency"]
    if gone:
        made |= {
            "status": "void",
            "voided_at": int(datetime.fromisoformat(gone).replace(tzinfo=UTC).timestamp()),
        }
    world.objects.append(made)
    story.notes.append((day, index, part, gone))


def _loose(world: World, draw: random.Random, ident: str) -> None:
    customer, day, amount = f"cus_{draw.randrange(8)}", day_text("2025-01-01", draw.randrange(400)), 1234
    made = charge(f"ch_l{ident}", amount, day, customer=customer, currency="eur")
    back = day_text(day, 9)
    world.objects += [made, refund(f"re_l{ident}", made["id"], 200, back, currency="eur")]
    world.loose += [(customer, day, amount, "one_time"), (customer, back, -200, "refund")]
    _moved(world, draw, f"txn_l{ident}", amount, day, made["id"], customer)
