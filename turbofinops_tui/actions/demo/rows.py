"""The rows of the demo's bills: FOCUS columns, the constant part of a stream, one month of files.

Amounts are integers in micro-dollars (1e-6 USD) until they are written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from turbofinops_tui.actions.demo.ai import AiMonth
from turbofinops_tui.actions.demo.business import Calendar, Draw
from turbofinops_tui.actions.demo.services import Service
from turbofinops_tui.economics.periods import day_text, month_days, month_start

HEADER = (
    "ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,BillingPeriodEnd,BilledCost,EffectiveCost,"
    "ConsumedQuantity,ConsumedUnit,BillingCurrency,ChargeCategory,ServiceCategory,ServiceName,ProviderName,"
    "BillingAccountId,SubAccountId,SkuId,CommitmentDiscountStatus,Tags\n"
)
AI_HEADER = HEADER.replace("\n", ",xModel\n")
"""of AI providers' bills, as our own deliveries of their APIs have it"""
AI_SOURCES = ("openai", "anthropic")
SOURCES = ("aws", "gcp", "azure", "openai", "anthropic", "datadog")
BILLING_ACCOUNTS = {
    "aws": "210000000001", "gcp": "01A2B3-4C5D6E-7F8091", "azure": "ea-8842117",
    "openai": "org-demo", "anthropic": "org_demo", "datadog": "demo",
}  # fmt: skip
_WEEK = (1040, 1070, 1080, 1060, 1040, 840, 870)
DOLLARS_PER = {"USD": 1000, "EUR": 1090, "GBP": 1270}


def header(source: str) -> str:
    """The header of a source's files."""
    return AI_HEADER if source in AI_SOURCES else HEADER


class Stream:
    """One customer's use of one service, or one shared pool: the constant part of its rows."""

    def __init__(self, service: Service, tags: Mapping[str, str], draw: Draw) -> None:
        self.service = service
        self.draw = draw
        self.euro = service.source == "azure"
        quoted = '"' + json.dumps(tags).replace('"', '""') + '"' if tags else ""
        head = f"{service.unit},{'EUR' if self.euro else 'USD'}"
        place = f"{service.category},{service.name},{service.provider},{BILLING_ACCOUNTS[service.source]}"
        self._tail = f"{head},%s,{place},{service.account},{service.sku},%s,{quoted}"
        self._tail += f",{service.model}\n" if service.source in AI_SOURCES else "\n"
        self.usage_tail = self._tail % ("Usage", "")

    def tail(self, category: str, commitment: str = "") -> str:
        """The constant end of a row of another charge category or commitment state."""
        return self._tail % (category, commitment)

    def amount(self, micro: int) -> str:
        """``micro`` dollars in the bill's currency; Azure prints more digits than the store keeps."""
        sign, size = ("-", -micro) if micro < 0 else ("", micro)
        if self.euro:
            size = size * 1000 // DOLLARS_PER["EUR"]
            return f"{sign}{size // 1000000}.{size % 1000000:06d}{size * 7919 % 100000:05d}"
        return f"{sign}{size // 1000000}.{size % 1000000:06d}"

    def row(self, prefix: str, micro: int, tail: str, billed: int | None = None) -> str:
        """One FOCUS row; ``billed`` differs from the effective cost for committed use."""
        cost = self.amount(micro)
        paid = cost if billed is None else self.amount(billed)
        quantity = abs(micro) * 1000 // self.service.price
        return f"{prefix}{paid},{cost},{quantity // 1000}.{quantity % 1000:03d},{tail}"

    def days(self, prefixes: Mapping[int, str], daily: Sequence[tuple[int, int]], out: list[str]) -> int:
        """Append a row for each (day, usual micro-dollars); returns their sum with noise and weekends."""
        total, tail = 0, self.usage_tail
        for day, micro in self.amounts(daily):
            total += micro
            out.append(self.row(prefixes[day], micro, tail))
        return total

    def amounts(self, daily: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """(day, micro-dollars) with noise and weekends."""
        below = self.draw.below
        return [(day, usual * _WEEK[(day + 3) % 7] * (900 + below(200)) // 1000000) for day, usual in daily]

    def token_row(self, prefix: str, unit: str, tokens: int, nano: int) -> str:
        """A row of one token class: ``nano`` dollars (1e-9), the tokens in millions."""
        cost = f"{nano // 10**9}.{nano % 10**9:09d}"
        quantity = f"{tokens // 10**6}.{tokens % 10**6:06d}"
        return f"{prefix}{cost},{cost},{quantity},{unit}{self.usage_tail}"


class MonthBills:
    """The bills of one month while they are written."""

    def __init__(self, month: int, calendar: Calendar) -> None:
        start, end = month_start(month), month_start(month) + month_days(month)
        self.start, self.full = start, end
        # Bills end with yesterday; Azure's comes a day later still.
        self.ends = {source: min(end, calendar.today - (source == "azure")) for source in SOURCES}
        self.lines: dict[str, list[str]] = {source: [] for source in SOURCES}
        self.ai = AiMonth(calendar)
        self.delivered = self.ends["aws"] - start
        """days that are billed, at most 0 for a month that only begins"""
        period = f"{day_text(start)}T00:00:00Z,{day_text(end)}T00:00:00Z"
        self.prefixes = {
            day: f"{day_text(day)}T00:00:00Z,{day_text(day + 1)}T00:00:00Z,{period},"
            for day in range(start, end)
        }

    def days(self, source: str, first: int, end: int) -> range:
        """The delivered days of ``source`` inside ``[first, end)``."""
        return range(max(first, self.start), min(end, self.ends[source]))
