"""The demo's bills: daily FOCUS rows per customer and service, month by month.

What customers use directly sets the size of everything else: the shared
clusters, the untagged rest, staging, tax and credits follow it in fixed
proportions, so that coverage reads about 71 % direct, 22 % shared, 7 % unattributed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from turbofinops_tui.actions.demo.ai import MODELS
from turbofinops_tui.actions.demo.business import Calendar, Company, Draw
from turbofinops_tui.actions.demo.pools import Pools
from turbofinops_tui.actions.demo.rows import DOLLARS_PER, MonthBills, Stream
from turbofinops_tui.actions.demo.services import AI, SERVICES, Service, services_of

METER = "meter"
"""the source of meter rows: JSON Lines"""
_RAMP = (250, 550, 800)
_TAIL_DAYS = 21
_BURST = 5


@dataclass(frozen=True, slots=True)
class Bill:
    """One provider's rows of one billing period as lines of CSV under ``rows.header``, or the meter's."""

    source: str
    month: int
    rows: str


def alias(company: Company) -> str:
    """The value under which the bills know the company: one in nine has another one than its reference."""
    return f"{company.ref}-prod" if company.number % 9 == 4 else company.ref


def tenant(company: Company) -> str:
    """The company's id on Google Cloud labels."""
    return f"t-{company.number:04d}"


class Usage:
    """One company's direct use: its streams and what each costs on a day."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company = company
        self.draw = Draw(seed, "drift", company.number)
        self.price = company.cents * 10 * DOLLARS_PER[company.currency]
        shares = services_of(company, seed)
        self.flat = self.draw.between(2_500_000, 14_000_000) if company.kind == "free" else 0
        self.streams = [
            (Stream(SERVICES[name], _tags(company, SERVICES[name]), Draw(seed, name, company.number)), share)
            for name, share in shares
        ]
        self.ai = sum(SERVICES[name].category == AI for name, _ in shares)

    def monthly(self, stream: Stream, share: int, month: int, drift: int) -> int:
        """Usual micro-dollars of a stream in a month of 30 days."""
        company = self.company
        usual = (self.flat or self.price * company.ratio // 1000) * share // 1000 * drift // 1000
        if company.kind == "ai_heavy" and stream.service.category == AI and month >= company.onset:
            step = month - company.onset
            ramp = _RAMP[step] if step < len(_RAMP) else 1000
            usual += self.price * (company.peak - company.ratio) // 1000 * ramp // 1000 // self.ai
        return usual

    def rows(self, month: int, bill: MonthBills, calendar: Calendar) -> int:
        """Append the month's rows to the bills; returns their micro-dollars."""
        company, total = self.company, 0
        drift = self.draw.between(930, 1070)
        gone = calendar.today if company.end is None else company.end
        for stream, share in self.streams:
            usual = self.monthly(stream, share, month, drift) // 30
            turned = company.kind == "turned" and stream.service.category == AI
            step = self.price * company.peak // 1000 // self.ai // 30 if turned else 0
            days = bill.days(stream.service.source, company.signup, gone + _TAIL_DAYS)
            daily = [
                (
                    day,
                    usual // 4 if day >= gone else usual + (step if day >= calendar.turned_on else 0),
                )
                for day in days
            ]
            if stream.service.model:
                total += self._metered(stream, daily, bill)
            else:
                total += stream.days(bill.prefixes, daily, bill.lines[stream.service.source])
        return total

    def _metered(self, stream: Stream, daily: list[tuple[int, int]], bill: MonthBills) -> int:
        """Calls to a model: the meter tells them, the bill only their sum over everybody.

        Whoever does not live on AI uses it in bursts, every few days.
        """
        if self.company.kind in ("healthy", "free"):
            daily = [
                (day, usual * _BURST) for day, usual in daily if (day + self.company.number) % _BURST == 0
            ]
        found, service = stream.amounts(daily), stream.service
        bill.ai.add(self.company.ref, service.feature, MODELS[service.model], service.account, found)
        return sum(micro for _, micro in found)


def _tags(company: Company, service: Service) -> dict[str, str]:
    value = tenant(company) if service.tag == "tenant" else alias(company)
    tags = {service.tag: value, "env": "prod"}
    return tags | ({"feature": service.feature} if service.feature else {})


def bills(companies: Sequence[Company], calendar: Calendar, seed: int) -> Iterator[Bill]:
    """Every provider's bill of every month, and the meter's rows, oldest first."""
    usages = [Usage(company, seed) for company in companies]
    pools = Pools(calendar, seed)
    models = [Stream(service, {}, Draw(seed)) for service in SERVICES.values() if service.model]
    for month in range(calendar.first, calendar.running + 1):
        bill = MonthBills(month, calendar)
        if bill.delivered <= 0:
            continue
        direct = sum(usage.rows(month, bill, calendar) for usage in usages)
        pools.rows(direct // bill.delivered, bill)
        _ai_bills(bill, models, seed)
        yield from (Bill(source, month, "".join(lines)) for source, lines in bill.lines.items() if lines)
        yield Bill(METER, month, "".join(bill.ai.meter))


def _ai_bills(bill: MonthBills, models: Sequence[Stream], seed: int) -> None:
    """What the AI providers charge for each model: no row names a customer."""
    for stream in models:
        service = stream.service
        for day, unit, tokens, nano in bill.ai.billed(MODELS[service.model], seed):
            row = stream.token_row(bill.prefixes[day], unit, tokens, nano)
            bill.lines[service.source].append(row)
