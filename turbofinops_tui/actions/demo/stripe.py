"""The demo's Stripe account: objects as the API lists them, version 2026-10-28.endive.

Subscriptions per customer with one invoice a period (or a year for enterprise),
add-ons, AI use billed in arrears, discounts, VAT, trials, payments with their
balance transactions, a few refunds and open invoices. All amounts are minor units.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from turbofinops_tui.actions.demo.business import PLANS, Calendar, Company, Draw, add_months
from turbofinops_tui.actions.demo.stripe_objects import (
    Line,
    charge,
    customer,
    invoice,
    invoice_payment,
    moment,
    price,
    product,
    refund,
    subscription,
    transaction,
)
from turbofinops_tui.actions.demo.tables import RateTable
from turbofinops_tui.economics.money import half_up

ADDON, USAGE = "prod_demo_autopilot", "prod_demo_ai_usage"
_PRODUCTS = {plan.product: plan.name.title() for plan in PLANS.values()} | {
    ADDON: "Autopilot add-on",
    USAGE: "AI usage",
}


class Ledger:
    """Writes the objects of every company; ``objects`` yields them in a stable order."""

    def __init__(self, companies: Sequence[Company], calendar: Calendar, rates: RateTable, seed: int) -> None:
        self.companies = [company for company in companies if company.kind != "free"]
        self.calendar, self.rates, self.seed = calendar, rates, seed
        self.prices: dict[str, dict[str, Any]] = {}
        self.out: list[dict[str, Any]] = []
        self.number = 0

    def objects(self) -> Iterator[str]:
        """Every object as one line of JSON."""
        created = self.calendar.start - 30
        for company in self.companies:
            self._company(company)
        head = [product(key, name, created) for key, name in _PRODUCTS.items()]
        for found in (*head, *self.prices.values(), *self.out):
            yield json.dumps(found, separators=(",", ":"), ensure_ascii=False)

    def _price(self, company: Company, item: str, cents: int, usage_type: str = "licensed") -> str:
        yearly = usage_type == "licensed" and company.yearly
        interval = "year" if yearly else "month"
        name = item.removeprefix("prod_demo_")
        key = f"price_demo_{name}_{company.currency.lower()}_{cents}_{interval}"
        if key not in self.prices:
            self.prices[key] = price(
                key, item, cents, company.currency, interval, usage_type, self.calendar.start - 30
            )
        return key

    def _company(self, company: Company) -> None:
        draw = Draw(self.seed, "stripe", company.number)
        step = 12 if company.yearly else 1
        self.out.append(customer(company))
        items = [(PLANS[company.plan].product, company.cents * step)]
        if company.addon_cents:
            items.append((ADDON, company.addon_cents * step))
        self.out.append(subscription(company, self._price(company, *items[0]), self.calendar.today))
        if company.trial_days:
            self._invoice(company, draw, company.signup, [self._line(company, items[0], 0, trial=True)], 0)
        count = 0
        while True:
            start = add_months(company.paid_from, count * step)
            if start > self.calendar.today or (company.end is not None and start >= company.end):
                break
            end = add_months(company.paid_from, (count + 1) * step)
            lines = [self._line(company, item, count, days=(start, end)) for item in items]
            if company.metered and count:
                lines += self._usage(company, draw, start)
            self._invoice(company, draw, start, lines, count)
            count += 1
        if company.metered and company.yearly:
            self._monthly_usage(company, draw)

    def _line(
        self,
        company: Company,
        item: tuple[str, int],
        count: int,
        days: tuple[int, int] = (0, 0),
        trial: bool = False,
    ) -> Line:
        name, cents = item
        discount = cents // 5 if company.discount and count < 3 and not company.yearly else 0
        start, end = (company.signup, company.paid_from) if trial else days
        return Line(
            price=self._price(company, name, cents),
            product=name,
            text=f"Trial period for {_PRODUCTS[name]}" if trial else f"1 × {_PRODUCTS[name]}",
            amount=0 if trial else cents,
            discount=0 if trial else discount,
            tax=0 if trial else half_up((cents - discount) * company.vat, 100),
            start=start,
            end=end,
        )

    def _usage(self, company: Company, draw: Draw, day: int) -> list[Line]:
        """AI use of the month before, in arrears; only companies billed from the first of a month have it."""
        if company.yearly:
            return []
        return [self._usage_line(company, draw, add_months(day, -1), day)]

    def _usage_line(self, company: Company, draw: Draw, start: int, end: int) -> Line:
        amount = company.cents * draw.between(90, 190) // 1000
        return Line(
            price=self._price(company, USAGE, 4, "metered"),
            product=USAGE,
            text="AI usage (per 1K tokens)",
            amount=amount,
            discount=0,
            tax=half_up(amount * company.vat, 100),
            start=start,
            end=end,
        )

    def _monthly_usage(self, company: Company, draw: Draw) -> None:
        """A yearly contract still bills its use every month."""
        count = 1
        while (day := add_months(company.paid_from, count)) <= self.calendar.today:
            line = self._usage_line(company, draw, add_months(company.paid_from, count - 1), day)
            self._invoice(company, draw, day, [line], count)
            count += 1

    def _invoice(self, company: Company, draw: Draw, day: int, lines: list[Line], count: int) -> None:
        self.number += 1
        number = self.number
        at = moment(day, draw.below(10 * 3600))
        terms = company.yearly
        # A card pays at once, a transfer weeks later: the last ones of those are still open.
        paid_at = moment(day + draw.between(9, 27), 36000) if terms else at + 60
        due = sum(line.amount - line.discount + line.tax for line in lines)
        paid = paid_at <= moment(self.calendar.today, 43200)
        self.out.append(invoice(number, company, lines, at, paid_at if paid else None, count == 0))
        if paid and due:
            refunded = 0
            if company.kind == "healthy" and not terms and draw.chance(8):
                refunded = due * draw.pick((15, 20, 50)) // 100
            self._payment(number, company, due, paid_at, refunded)

    def _payment(self, number: int, company: Company, due: int, paid_at: int, refunded: int) -> None:
        self.out.append(invoice_payment(number, company, due, paid_at))
        back_at = paid_at + 5 * 86400
        if back_at > moment(self.calendar.today, 43200):
            refunded = 0
        self.out.append(charge(number, company, due, paid_at, refunded))
        settled = self._settled(due, company.currency, paid_at)
        fee = min(500, settled * 8 // 1000) if company.yearly else settled * 29 // 1000 + 30
        self.out.append(
            transaction(f"txn_demo_{number}", f"ch_demo_{number}", settled, paid_at, "charge", fee)
        )
        if refunded:
            self.out.append(refund(number, company, refunded, back_at))
            back = -self._settled(refunded, company.currency, back_at)
            self.out.append(
                transaction(f"txn_demo_r{number}", f"re_demo_{number}", back, back_at, "refund", 0)
            )

    def _settled(self, minor: int, currency: str, at: int) -> int:
        """``minor`` in US cents at the table rate of its day, as the bank pays it out."""
        numerator, denominator = self.rates.dollars(currency, at // 86400)
        return half_up(minor * numerator, denominator)
