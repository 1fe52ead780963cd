"""Four weeks after something was done about a finding: did it work? Asked of the same evaluator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.explaining import literal
from turbofinops_tui.actions.finding_steps import WAIT_DAYS
from turbofinops_tui.actions.findings import MARGIN_KINDS, Findings, Item, base_slice
from turbofinops_tui.actions.whatif import total_of
from turbofinops_tui.economics.money import Money, parse_decimal, to_units
from turbofinops_tui.economics.periods import Range, day_text, parse_day
from turbofinops_tui.economics.types import Condition
from turbofinops_tui.store.finding_paths import DONE, NO_EFFECT, WORKED, WORSE, FindingPath, save_path

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with the margins of the four weeks before and after."""

    state: str
    outcome: dict[str, Any]


def judged(reports: Reports, found: Findings) -> Findings:
    """The list with every verdict that is due; stored (and audited) where the store may be written."""
    due = [(item, verdict) for item in found.items if (verdict := judge(reports, item, found)) is not None]
    if not due:
        return found
    after = {item.name: _with(item.path, verdict) for item, verdict in due if item.path is not None}
    if not (reports.session.read_only or reports.session.reader):
        with reports.session.store.write("judge findings") as txn:
            for path in after.values():
                save_path(txn, "judge", path)
    items = tuple(replace(item, path=after.get(item.name, item.path)) for item in found.items)
    return replace(found, items=items)


def _with(path: FindingPath, verdict: Judgement) -> FindingPath:
    return replace(path, state=verdict.state, outcome=verdict.outcome)


def judge(reports: Reports, item: Item, found: Findings) -> Judgement | None:
    """The verdict of a finding that was done, once its four weeks are over and no day of them is missing."""
    path = item.path
    if path is None or path.state != DONE or path.done_day is None:
        return None
    if found.today < path.done_day + WAIT_DAYS:
        return None
    if item.kind not in MARGIN_KINDS:
        return _by_stake(item, path)
    after = _margin(reports, item, path.done_day, path.done_day + WAIT_DAYS)
    before = _margin(reports, item, path.done_day - WAIT_DAYS, path.done_day)
    if after is None or before is None:
        return None
    return by_margins(before, after, expected_gain(path))


def expected_gain(path: FindingPath) -> Fraction:
    """What the plan was to bring in four weeks, in store units; 0 when it promised no figure."""
    plan = path.plan
    if not ("gain" in plan and "from" in plan):
        return Fraction(0)
    units = to_units(parse_decimal(plan["gain"]), plan["currency"])
    return Fraction(units * WAIT_DAYS, max(1, parse_day(plan["to"]) - parse_day(plan["from"])))


def by_margins(before: Money, after: Money, gain: Fraction) -> Judgement:
    """worked: at least half of what was promised (of the loss, where nothing was) came in; worse: a tenth
    of it or more was lost on top; else no effect."""
    wanted = gain if gain > 0 else Fraction(max(0, -before.units))
    change = after.units - before.units
    if change > 0 and 2 * change >= wanted:
        state = WORKED
    elif change < 0 and -10 * change >= wanted:
        state = WORSE
    else:
        state = NO_EFFECT
    outcome = {
        "before": before.text(), "after": after.text(), "change": (after - before).text(),
        "currency": after.currency,
    }  # fmt: skip
    return Judgement(state, outcome)


def _margin(reports: Reports, item: Item, start: int, end: int) -> Money | None:
    """The finding's margin in days; None while some are missing or there is no margin."""
    base = base_slice()
    asked = replace(
        base, by=(item.kind,), measures=("margin",), range=Range(start=day_text(start), end=day_text(end)),
        where=(Condition(item.kind, literal(item.key)),),
    )  # fmt: skip
    table = reports.table(asked)
    if any(state.state == "missing" for state in table.states):
        return None
    rows = [row for row in table.rows if row.key[0] == item.key]
    if not rows:
        whole = total_of(table, "margin")
        return None if whole is None else Money(0, table.currency)
    value = rows[0].values[0]
    return value if isinstance(value, Money) else None


def _by_stake(item: Item, path: FindingPath) -> Judgement:
    """Findings without a margin: gone is worked, more money is worse."""
    if item.gone:
        return Judgement(WORKED, {"after": "gone"})
    text = path.plan.get("stake")
    if text is None or item.stake is None:
        return Judgement(NO_EFFECT, {"after": "still there"})
    before = to_units(parse_decimal(text), item.stake.currency)
    state = WORSE if item.stake.units > before else NO_EFFECT
    return Judgement(state, {"before": text, "after": item.stake.text(), "currency": item.stake.currency})
