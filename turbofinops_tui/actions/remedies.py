"""What could be done about a finding, and the money each remedy brings, by the same evaluator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from shlex import quote
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions import findings_words as words
from turbofinops_tui.actions.explaining import literal
from turbofinops_tui.actions.findings import MARGIN_KINDS, Item, base_slice, exact_of
from turbofinops_tui.actions.whatif import Replay, WhatIf, total_of
from turbofinops_tui.economics.money import Money, decimal_text, scale
from turbofinops_tui.economics.periods import Days, Range, day_text, month_of_day, month_text
from turbofinops_tui.economics.scenario import Price, Scenario
from turbofinops_tui.economics.types import Condition, Slice
from turbofinops_tui.errors import TurboError, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

MONTHS_BEFORE = 6
MOST_MODELS = 3
PROPOSALS = 5


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do. ``gain`` is what the margin of the period would be higher, None when unknown."""

    kind: str
    """price, cap, plan, model, attribution, proposal, losers, advice or accept"""
    text: str
    gain: Money | None = None
    margin: Money | None = None
    """the margin of the period with it"""
    command: str = ""
    days: Days | None = None
    books: str = ""

    def frozen(self) -> dict[str, Any]:
        """What a plan keeps: exact, as it was when it was made."""
        found: dict[str, Any] = {"remedy": self.text, "kind": self.kind, "books": self.books}
        if self.days is not None:
            found |= {"from": day_text(self.days.start), "to": day_text(self.days.end)}
        if self.gain is not None:
            found |= {"gain": self.gain.text(), "currency": self.gain.currency}
        if self.margin is not None:
            found["expected"] = self.margin.text()
        return found


def remedies(reports: Reports, item: Item, asked: Slice | None = None) -> list[Remedy]:
    """The remedies of a finding, the one that brings most first; accepting it comes last."""
    base = base_slice(asked)
    found: list[Remedy] = []
    if item.kind == "customer":
        found = list(_of_customer(reports, item, base))
    elif item.kind in MARGIN_KINDS:
        found = list(_of_losers(reports, item, base))
    elif item.kind == "unattributed":
        found = list(_proposals(reports))
    found.sort(key=lambda one: -(one.gain.units if one.gain is not None else 0))
    if words.advice(item.kind):
        found.append(Remedy("advice", words.advice(item.kind)))
    accept = Remedy("accept", "accept it until a date", command=f"findings accept {item.id} --due DATE")
    days, books = base.range.resolve(reports.session.clock.today()), reports.ids().whole
    return [replace(one, days=days, books=books) for one in (*found, accept)]


# --- a customer -------------------------------------------------------------------------------


def _of_customer(reports: Reports, item: Item, base: Slice) -> Iterator[Remedy]:
    replay = Replay(reports, item.key, base)
    now = {name: total_of(replay.now, name) for name in ("revenue", "cost", "ai_cost", "margin")}
    if any(value is None for value in now.values()):
        return
    floor = Fraction(reports.books().settings.watch_floor) / 100
    tried = (_price(replay, floor), _cap(replay, floor), _plan(reports, replay), _models(replay))
    for scenario in (scenario for found in tried for scenario in found):
        remedy = _tried(replay, scenario)
        if remedy is not None and remedy.gain is not None and remedy.gain.units > 0:
            yield remedy
    yield from _attribution(reports, item, base, now["margin"])


def _tried(replay: Replay, scenario: Scenario) -> Remedy | None:
    """The scenario replayed; None when the facts cannot tell."""
    try:
        answer = replay.answer(scenario)
    except TurboError:
        return None
    kind = "plan" if scenario.plan else "price" if scenario.price else "cap" if scenario.caps else "model"
    options = " ".join(quote(word) for word in scenario.words())
    command = f"whatif --customer {quote(replay.ref)} {options}"
    return Remedy(kind, _text(kind, scenario, answer), answer.gain, total_of(answer.then, "margin"), command)


def _text(kind: str, scenario: Scenario, answer: WhatIf) -> str:
    if kind in ("price", "plan") and scenario.price is not None:
        monthly = f"{scenario.price.text()} {answer.now.currency} a month"
        return f"plan {scenario.plan}: {monthly}" if kind == "plan" else f"price {monthly}"
    if kind == "cap":
        return f"cap AI at {decimal_text(scenario.caps[0][1])} {answer.now.currency} a month"
    return f"model {scenario.models[0][0]} → {scenario.models[0][1]}"


def _price(replay: Replay, floor: Fraction) -> Iterable[Scenario]:
    """The price that brings the margin to the healthy floor: what is paid now and what is missing."""
    revenue, cost = total_of(replay.now, "revenue"), total_of(replay.now, "cost")
    if revenue is None or cost is None or floor >= 1:
        return []
    paid = _subscribed(replay)
    one = scale(revenue.currency)
    months = len({row.key[1] for row in replay.now.rows}) or 1
    other = revenue.units - paid
    wanted = Fraction(cost.units) / (1 - floor)
    for _ in range(4):
        monthly = (wanted - other) / months / one
        price = Price(monthly=_rounded(monthly, ROUND_CEILING))
        answer = replay.answer(Scenario(price))
        then = {name: total_of(answer.then, name) for name in ("revenue", "cost")}
        if then["revenue"] is None or then["cost"] is None:
            return []
        # cost that is shared by revenue follows the price: go on until the floor is reached
        needed = Fraction(then["cost"].units) / (1 - floor)
        if then["revenue"].units >= needed:
            break
        wanted = needed + (needed - then["revenue"].units) / 2
    return [Scenario(price)]


def _subscribed(replay: Replay) -> int:
    """Store units of the customer's subscriptions in the period."""
    where = (*replay.slice.where, Condition("kind", "subscription"))
    asked = replace(replay.slice, by=("customer",), measures=("revenue",), where=where)
    rows = [row for row in replay.reports.table(asked).rows if row.key[0] == replay.ref]
    return sum(value.units for row in rows if isinstance(value := row.values[0], Money))


def _rounded(value: Fraction, rounding: str) -> Decimal:
    """To three leading digits, no finer than cents: a price that a person would set."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    step = Decimal(1).scaleb(max(-2, exact.adjusted() - 2)) if exact else Decimal("0.01")
    return max(Decimal(0), (exact / step).to_integral_value(rounding) * step)


def _cap(replay: Replay, floor: Fraction) -> Iterable[Scenario]:
    """The AI cost a month that still leaves a healthy margin, or what was usual before."""
    revenue, cost, ai = (total_of(replay.now, name) for name in ("revenue", "cost", "ai_cost"))
    if revenue is None or cost is None or ai is None or ai.units <= 0:
        return []
    months = len({row.key[1] for row in replay.now.rows}) or 1
    less = cost.units - revenue.units * (1 - floor)
    left = (ai.units - less) / months / scale(ai.currency)
    if left <= 0:
        usual = _usual_ai(replay)
        left = Fraction(usual, scale(ai.currency))
        if usual <= 0 or usual * months >= ai.units:
            return []
    return [Scenario(caps=(("ai_cost", _rounded(left, ROUND_FLOOR)),))]


def _usual_ai(replay: Replay) -> int:
    """Median AI cost of the months before, store units."""
    last = month_of_day(replay.now.days.start) - 1
    months = Range(f"{month_text(last - MONTHS_BEFORE + 1)}..{month_text(last)}")
    table = replay.reports.table(replace(replay.slice, measures=("ai_cost",), range=months))
    values = sorted(
        value.units
        for row in table.rows
        if row.key[0] == replay.ref and isinstance(value := row.values[0], Money) and value.units > 0
    )
    return values[(len(values) - 1) // 2] if values else 0


def _plan(reports: Reports, replay: Replay) -> Iterable[Scenario]:
    """The next dearer plan: what its customers pay in the middle."""
    where = (*replay.all.where, Condition("kind", "subscription"))
    asked = replace(replay.all, by=("plan", "customer"), measures=("revenue",), where=where)
    paid: dict[str, list[int]] = {}
    own = ""
    for row in reports.table(asked).rows:
        plan, customer = row.key
        if customer == replay.ref:
            own = plan or ""
        value = row.values[0]
        if plan and customer is not None and isinstance(value, Money) and value.units > 0:
            paid.setdefault(plan, []).append(value.units)
    months = len(replay.now.days.months()) or 1
    mine = _subscribed(replay)
    middle = {plan: sorted(units)[(len(units) - 1) // 2] for plan, units in paid.items()}
    dearer = sorted((units, plan) for plan, units in middle.items() if plan != own and units > mine)
    for units, plan in dearer[:1]:
        monthly = _rounded(Fraction(units, months * scale(replay.currency)), ROUND_FLOOR)
        yield Scenario(Price(monthly=monthly), plan=plan)


def _models(replay: Replay) -> Iterable[Scenario]:
    """Models of the same seller in place of the dearest one; what has no price is left out later."""
    where = replay.slice.where
    asked = replace(replay.slice, by=("model", "provider"), measures=("cost",), where=where)
    costs = [
        (value.units, row.key)
        for row in replay.reports.table(asked).rows
        if row.key[0] and isinstance(value := row.values[0], Money) and value.units > 0
    ]
    if not costs:
        return
    old, provider = max(costs, key=lambda pair: (pair[0], str(pair[1])))[1]
    known = sorted({d.model for d in replay.books.dimensions if d.model and d.provider == provider} - {old})
    for new in known[:MOST_MODELS]:
        yield Scenario(models=((str(old), new),))


def _attribution(reports: Reports, item: Item, base: Slice, margin: Money | None) -> Iterator[Remedy]:
    """What the kindest split of shared cost would bring, when the loss hangs on it."""
    from turbofinops_tui.actions.verdicts import verdicts

    judged = verdicts(reports, replace(base, by=("customer",), measures=("margin",))).get(item.key)
    if judged is None or margin is None or judged.best.units <= margin.units:
        return
    best = max(judged.margins, key=lambda pair: pair[1].units)
    how = "without any shared cost" if best[0] == "keep" else f"with shared cost by {best[0]}"
    text = f"fix attribution: {judged.word}; {how} at best"
    yield Remedy("attribution", text, judged.best - margin, judged.best, "shared list")


# --- cohorts, features, cost without a customer -----------------------------------------------


def _of_losers(reports: Reports, item: Item, base: Slice) -> Iterator[Remedy]:
    """Who loses inside a cohort or feature, and what it would be without their losses."""
    where = (*base.where, Condition(item.kind, literal(item.key)))
    asked = replace(base, by=("customer",), measures=("margin",), where=where)
    table = reports.table(asked)
    losses = [
        (value, row.key[0])
        for row in table.rows
        if row.key[0] is not None and isinstance(value := row.values[0], Money) and value.units < 0
    ]
    if not losses:
        return
    losses.sort(key=lambda pair: (pair[0].units, str(pair[1])))
    gain = Money(-sum(value.units for value, _ in losses), table.currency)
    whole = total_of(table, "margin")
    names = ", ".join(f"{name} {exact_of(value)}" for value, name in losses[:3])
    text = f"bring the {len(losses)} customers that lose in it to zero: {names}"
    yield Remedy("losers", text, gain, None if whole is None else whole + gain, "report customers")


def _proposals(reports: Reports) -> Iterator[Remedy]:
    """The first proposals, general ones first: they name customers, the margin of all stays."""
    from turbofinops_tui.actions.suggesting import suggest

    for one in suggest(reports).found[:PROPOSALS]:
        text = f"{one.proposal.reason} ({exact_of(one.cost)} in 12 months)"
        yield Remedy("proposal", text, None, None, f"links suggest --accept {one.number}")


def planned_remedy(reports: Reports, item: Item, asked: Slice, number: str | None = None) -> Remedy | None:
    """The remedy that a plan means: the ``number``-th, or the first; None when there is none to plan."""
    offered = [one for one in remedies(reports, item, asked) if one.kind != "accept"]
    if number is None:
        return offered[0] if offered else None
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(offered)):
        raise UsageError(f"there is no remedy {number}", f"see `turbofinops findings show {item.id}`")
    return offered[int(number) - 1]
