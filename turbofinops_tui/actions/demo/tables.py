"""The demo's small tables: customers with identities, and daily exchange rates."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from turbofinops_tui.actions.demo.business import Calendar, Company, Draw
from turbofinops_tui.actions.demo.costs import alias, tenant
from turbofinops_tui.economics.periods import date_of, day_text

_SIZES = {"free": "self-serve", "starter": "self-serve", "team": "smb", "growth": "mid-market"}


def customers_csv(companies: Sequence[Company]) -> str:
    """The customers file of interface.md: reference, name, plan, sign-up, identities, attributes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["customer", "name", "plan", "signup_at", "identity", "identity_2", "region", "industry", "segment"]
    )
    for company in companies:
        other = f"tag:customer={alias(company)}" if alias(company) != company.ref else ""
        writer.writerow(
            [
                company.ref,
                company.name,
                company.plan,
                day_text(company.signup),
                f"tag:tenant={tenant(company)}",
                other,
                company.region,
                company.industry,
                _SIZES.get(company.plan, "enterprise"),
            ]
        )
    return text.getvalue()


class RateTable:
    """Units of each currency per euro on every weekday, as the ECB publishes them (4 decimals)."""

    def __init__(self, calendar: Calendar, seed: int) -> None:
        draw = Draw(seed, "rates")
        self.days: dict[int, tuple[int, int]] = {}
        dollar, pound = 10900, 8600
        for day in range(calendar.start - 14, calendar.today + 1):
            if date_of(day).weekday() < 5:
                dollar = _step(dollar, 10900, draw)
                pound = _step(pound, 8600, draw)
                self.days[day] = dollar, pound

    def dollars(self, currency: str, day: int) -> tuple[int, int]:
        """(numerator, denominator) of US dollars per unit of ``currency`` on ``day``."""
        if currency == "USD":
            return 1, 1
        while day not in self.days:
            day -= 1
        dollar, pound = self.days[day]
        return (dollar, 10000) if currency == "EUR" else (dollar, pound)

    def csv(self) -> str:
        """The ECB's own history format, newest first."""
        lines = ["Date,USD,GBP,\n"]
        for day in sorted(self.days, reverse=True):
            dollar, pound = self.days[day]
            lines.append(f"{day_text(day)},{_four(dollar)},{_four(pound)},\n")
        return "".join(lines)


def _step(rate: int, middle: int, draw: Draw) -> int:
    """A daily move of at most 0.4 %, pulled back towards ``middle``."""
    return rate + (middle - rate) // 60 + draw.between(-40, 40) * rate // 10000


def _four(rate: int) -> str:
    return f"{rate // 10000}.{rate % 10000:04d}"
