"""Who the invented customers are: names, plans, dates and how healthy each one is.

Everything is a pure function of (customers, months, seed, today). Amounts are
integers: prices in cents, ratios in per mille of the price.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from turbofinops_tui.economics.periods import date_of, month_days, month_of_day, month_start
from turbofinops_tui.paths import assets

Kind = Literal["free", "healthy", "ai_heavy", "turned"]
T = TypeVar("T")

TURNED_DAYS = 21
"""days before today on which the turned cohort's AI cost steps up"""


class Draw:
    """A seeded stream of integers; uses only ``random()``, which is stable between Python versions."""

    def __init__(self, *scope: object) -> None:
        self._next = random.Random(":".join(map(str, scope))).random  # noqa: S311 - a demo, not a secret

    def below(self, bound: int) -> int:
        """An integer in ``[0, bound)``."""
        return int(self._next() * bound)

    def between(self, low: int, high: int) -> int:
        """An integer in ``[low, high]``."""
        return low + self.below(high - low + 1)

    def chance(self, per_mille: int) -> bool:
        """True ``per_mille`` times in a thousand."""
        return self.below(1000) < per_mille

    def pick(self, values: Sequence[T]) -> T:
        """One of ``values``."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """``values`` in random order."""
        keyed = sorted((self._next(), index) for index in range(len(values)))
        return [values[index] for _, index in keyed]


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan of the price list; ``ratio`` is the usual direct cost, per mille of the price."""

    name: str
    prices: tuple[int, ...]
    ratio: tuple[int, int]
    share: int
    yearly: bool = False

    @property
    def product(self) -> str:
        """Its Stripe product id."""
        return f"prod_demo_{self.name}"


PLANS = {
    plan.name: plan
    for plan in (
        Plan("starter", (7900, 9900), (180, 290), 230),
        Plan("team", (29900, 39900, 59900), (210, 320), 330),
        Plan("growth", (99000, 149000, 249000), (190, 300), 230),
        Plan("scale", (390000, 490000, 790000), (190, 300), 140),
        Plan("enterprise", (900000, 1250000, 1600000, 2400000, 3200000), (170, 270), 70, yearly=True),
    )
}
FLAT = ("starter", "team", "growth")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the demo: ``months`` whole months, then the running one up to (not including) today."""

    today: int
    months: int

    @property
    def running(self) -> int:
        """The month of today."""
        return month_of_day(self.today)

    @property
    def first(self) -> int:
        """The first whole month."""
        return self.running - self.months

    @property
    def start(self) -> int:
        """The first day with data."""
        return month_start(self.first)

    @property
    def turned_on(self) -> int:
        """The day on which the turned cohort becomes unprofitable."""
        return self.today - TURNED_DAYS

    @property
    def turned_month(self) -> int:
        """First-revenue month of the cohort that turns."""
        return self.first + max(0, self.months - 8)


@dataclass(frozen=True, slots=True)
class Company:
    """One invented customer. Days are day numbers; ``cents`` is its monthly price in ``currency``."""

    number: int
    ref: str
    name: str
    industry: str
    region: str
    currency: str
    plan: str
    cents: int
    signup: int
    trial_days: int
    end: int | None
    """the day its contract ended, None while it lasts"""
    kind: Kind
    ratio: int
    """direct cost, per mille of the price"""
    peak: int = 0
    """AI-heavy: direct cost once its AI use has grown; turned: cost on top after the step"""
    onset: int = 0
    """AI-heavy: month in which its AI use starts to grow"""
    metered: bool = False
    """AI use is billed in arrears, so it pays for what it uses"""
    addon_cents: int = 0
    discount: bool = False
    vat: int = 0
    """exclusive VAT, percent"""
    yearly: bool = False
    """billed a year ahead"""

    @property
    def paid_from(self) -> int:
        """First day of its first paid period."""
        return self.signup + self.trial_days


def slug(text: str) -> str:
    """``text`` as a lower-case ASCII reference: ``Søndergård Optics`` -> ``sondergard-optics``."""
    plain = text.translate(str.maketrans("øØłŁıæ", "oOlLia"))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-")


def _names(count: int, draw: Draw) -> list[tuple[str, str]]:
    """``count`` different (name, industry) pairs."""
    book = json.loads((assets() / "demo" / "names.json").read_text(encoding="utf-8"))
    order = draw.shuffled(book["trades"])
    roots = draw.shuffled(book["roots"])
    names = []
    for number in range(count):
        # Every root once before any comes back: a screen of names reads as different companies.
        turn, place = divmod(number, len(roots))
        trade = order[(place + turn) % len(order)]
        again = turn // len(order)
        name = f"{roots[place]} {trade}" + (f" {again + 1}" if again else "")
        names.append((name, book["industries"].get(trade, book["other_industry"])))
    return names


def _months_of(count: int, calendar: Calendar, draw: Draw) -> list[int]:
    """The start month of each company; the first few belong to the cohort that turns."""
    turned = max(1, count * 45 // 1000)
    others = [
        month
        for month in range(calendar.first, calendar.running + 1)
        if (calendar.months <= 3 or month != calendar.turned_month)
        and (month < calendar.running or calendar.today - month_start(month) > 2)
    ]
    months = [calendar.turned_month] * turned
    while len(months) < count:
        months.append(others[0] if draw.chance(300) else draw.pick(others))
    return months


def _plan_of(draw: Draw, names: Sequence[str]) -> Plan:
    plans = [PLANS[name] for name in names]
    point = draw.below(sum(plan.share for plan in plans))
    for plan in plans:
        point -= plan.share
        if point < 0:
            return plan
    return plans[-1]


def _place(draw: Draw) -> tuple[str, str, int]:
    """(region, currency, VAT percent)."""
    region = draw.pick(("us", "us", "us", "us", "us", "eu", "eu", "eu", "uk", "apac"))
    if region == "eu":
        return region, "EUR" if draw.chance(600) else "USD", draw.pick((19, 20, 21))
    if region == "uk":
        return region, "GBP" if draw.chance(600) else "USD", 20
    return region, "USD", 0


def _company(number: int, names: tuple[str, str], month: int, calendar: Calendar, seed: int) -> Company:
    draw = Draw(seed, "company", number)
    turned = month == calendar.turned_month
    free = not turned and draw.chance(80)
    plan = _plan_of(draw, FLAT if turned else tuple(PLANS))
    region, currency, vat = _place(draw)
    last = calendar.today - 1 if month == calendar.running else month_start(month) + month_days(month) - 1
    late = 4 if turned else min(27, last - month_start(month))
    trial = 14 if not turned and not free and plan.name in FLAT and draw.chance(350) else 0
    signup = month_start(month) + draw.below(late + 1)
    if month_of_day(signup + trial) == calendar.turned_month:
        trial = 0  # nobody slips into the cohort that turns by the end of a trial
    metered = not turned and plan.name in ("scale", "enterprise") and draw.chance(450)
    end = _churn(draw, plan, calendar, signup + trial) if not turned else None
    return Company(
        number=number,
        ref=slug(names[0]),
        name=names[0],
        industry=names[1],
        region=region,
        currency="USD" if free else currency,
        plan="free" if free else plan.name,
        cents=0 if free else draw.pick(plan.prices),
        signup=month_start(month) if metered else signup,
        trial_days=trial,
        end=end,
        kind="free" if free else "turned" if turned else "healthy",
        ratio=draw.between(*plan.ratio),
        peak=draw.between(850, 1050) if turned else 0,
        metered=metered and not free,
        addon_cents=draw.pick((4900, 9900)) if plan.name in ("team", "growth") and draw.chance(300) else 0,
        discount=not turned and draw.chance(60),
        vat=vat,
        yearly=plan.yearly or (end is None and not turned and draw.chance(350)),
    )


def _churn(draw: Draw, plan: Plan, calendar: Calendar, paid_from: int) -> int | None:
    """The end of the contract of about one in ten, at least four billing months after its start."""
    months = (calendar.today - paid_from) // 31
    if plan.yearly or months < 6 or not draw.chance(110):
        return None
    return add_months(paid_from, draw.between(4, months - 1))


def add_months(day: int, count: int) -> int:
    """``day`` moved by whole months, clamped to the month's last day (Stripe's billing anchor)."""
    date = date_of(day)
    month = date.year * 12 + date.month - 1 + count
    return month_start(month) + min(date.day, month_days(month)) - 1


def _cohort(company: Company) -> int:
    return month_of_day(company.paid_from)


def _make_heavy(company: Company, peak: int, calendar: Calendar, draw: Draw) -> Company:
    onset = calendar.running - draw.between(2, 9)
    return replace(company, kind="ai_heavy", peak=peak, onset=onset, metered=False, end=None, discount=False)


def _with_heavy_users(companies: list[Company], calendar: Calendar, seed: int) -> list[Company]:
    """Turn about one in ten flat-rate customers into AI-heavy ones, never so many that a cohort loses."""
    draw = Draw(seed, "heavy")
    wanted = len(companies) * 95 // 1000
    room: dict[int, int] = {}
    for company in companies:
        if company.kind == "healthy" and company.end is None:
            room[_cohort(company)] = room.get(_cohort(company), 0) + company.cents * 350 // 1000
    result = list(companies)
    order = draw.shuffled([c for c in companies if c.kind == "healthy" and c.plan in (*FLAT, "scale")])
    # The loudest case comes first: a scale customer on a flat price with more than twice its price in AI.
    order.sort(key=lambda company: company.plan != "scale")
    loudest = True
    for company in order:
        if wanted == 0:
            break
        scale = company.plan == "scale"
        peak = 2400 if scale else draw.between(1200, 2300)
        loss = company.cents * (peak + 150 - 1000 + 350) // 1000
        fits = loss <= room.get(_cohort(company), 0) and calendar.today - company.paid_from >= 60
        if not fits or (scale and not loudest):
            continue
        loudest = loudest and not scale
        room[_cohort(company)] -= loss
        result[company.number] = _make_heavy(company, peak, calendar, draw)
        wanted -= 1
    return result


def make_companies(count: int, calendar: Calendar, seed: int) -> list[Company]:
    """All companies by number: the first ones are the cohort that turns."""
    draw = Draw(seed, "names")
    names = _names(count, draw)
    months = _months_of(count, calendar, draw)
    companies = [_company(n, names[n], months[n], calendar, seed) for n in range(count)]
    return _with_heavy_users(companies, calendar, seed)
