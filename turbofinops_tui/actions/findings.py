"""What wants action: stored findings and those that the books show, one list, each with money at stake.

Stored ones are what imports and syncs kept although something is wrong with it. The others are worked out by
``evaluate`` each time: customers, cohorts and features below their floor, cost and revenue that nobody has,
sources that are behind, amounts without a rate. What a person decided about one is its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from turbofinops_tui.actions import findings_words as words
from turbofinops_tui.actions.bills_check import WORKED_OUT, not_fitting
from turbofinops_tui.actions.margins import streaks
from turbofinops_tui.actions.one_sided import customers_cost, named, no_revenue, one_sided
from turbofinops_tui.economics.money import (
    EXPONENTS,
    Money,
    exact_text,
    parse_decimal,
    rounded_text,
    scale,
    to_units,
)
from turbofinops_tui.economics.periods import Days, Range, day_text, month_of_day, month_text
from turbofinops_tui.economics.types import NumberSettings, Row, Slice, Table
from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.finding_paths import (
    ACCEPTED,
    DONE,
    OPEN,
    PLANNED,
    FindingPath,
    Name,
    finding_id,
    load_paths,
)
from turbofinops_tui.store.findings import Finding, load_findings, load_left_out
from turbofinops_tui.store.settings import all_settings

if TYPE_CHECKING:
    import sqlite3

    from turbofinops_tui.actions.reports import Reports

MARGIN_KINDS = ("customer", "cohort", "feature")
MEASURES = ("revenue", "cost", "margin", "margin_pct")
SINCE_MONTHS = 12
NO_REVENUE, PAYS_ALONE, COSTS_ALONE = "no revenue", "revenue without cost", "cost without revenue"
STALE_DAYS = 60
GRACE_DAYS = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One finding; ``stake`` is the money it is about, None when it is not known."""

    kind: str
    key: str
    source: str
    what: str
    detail: str = ""
    stake: Money | None = None
    since: str = ""
    position: str = ""
    count: int = 1
    path: FindingPath | None = None
    gone: bool = False
    """its cause is no longer there; only its path is"""

    @property
    def name(self) -> Name:
        """What names it, whoever looks and whenever."""
        return self.kind, self.source, self.key

    @property
    def id(self) -> str:
        """Eight hex digits; any beginning that is unique names it."""
        return finding_id(self.name)

    def state(self, today: int) -> str:
        """Where it stands; an acceptance that has run out is open again."""
        if self.path is None:
            return OPEN
        over = self.path.until is not None and today >= self.path.until
        return OPEN if self.path.state == ACCEPTED and over else self.path.state


@dataclass(frozen=True, slots=True)
class Findings:
    """The list on one set of books, the dearest first."""

    items: tuple[Item, ...]
    books: str
    currency: str
    days: Days
    today: int

    def find(self, text: str) -> Item:
        """The finding whose id begins with ``text``; NotFoundError for none, UsageError for several."""
        found = (
            [item for item in self.items if item.id.startswith(text.strip().casefold())]
            if text.strip()
            else []
        )
        if not found:
            raise NotFoundError(f"there is no finding {text!r}", "see `turbofinops findings list --all`")
        if len(found) > 1:
            raise UsageError(f"{text!r} begins {len(found)} ids", "give more of it")
        return found[0]


def base_slice(asked: Slice | None = None) -> Slice:
    """What findings look at: the last whole month unless asked otherwise, saved or under the draft."""
    found = Slice(range=Range("last-month")) if asked is None else asked
    return replace(
        found,
        by=(),
        measures=("cost",),
        having=(),
        sort=(),
        top=None,
        compare="",
        cumulative=False,
        view="saved" if found.view == "saved" else "draft",
    )


def findings(reports: Reports, asked: Slice | None = None) -> Findings:
    """Every finding on the books of now, and every path that is not at its end."""
    base = base_slice(asked)
    if base.currency == "native":
        raise UsageError("--currency native cannot be ranked", "name a currency")
    whole = reports.table(replace(base, measures=("revenue", "cost", "direct_cost", "shared_cost")))
    with reports.session.store.read() as conn:
        paths = load_paths(conn)
        found = list(_stored(conn))
        if no_revenue(reports):  # nobody loses money as long as nobody knows what is paid
            found += _without_revenue(whole)
        else:
            found += [*_below_floor(reports, base, conn), *_one_sided(reports, base)]
    found += [*_nobodys(reports, whole, base), *_stale(reports), *_unconverted(whole)]
    found += [_item(finding, since) for finding, since in not_fitting(reports)]
    today = reports.session.clock.today()
    listed = [replace(item, path=paths.get(item.name)) for item in found]
    here = {item.name for item in listed}
    left = [words.of_path(path) for name, path in paths.items() if name not in here]
    items = sorted([*listed, *(Item(*item, gone=True) for item in left)], key=_order)
    items = [replace(item, path=paths.get(item.name)) for item in items]
    return Findings(tuple(items), reports.ids().whole, whole.currency, whole.days, today)


def wanting(found: Findings) -> list[Item]:
    """Those on which something is still to do, or to wait for."""
    return [
        item
        for item in found.items
        if (state := item.state(found.today)) != ACCEPTED and (not item.gone or state in (PLANNED, DONE))
    ]


def _order(item: Item) -> tuple[bool, Decimal, str, str]:
    """The dearest first, whatever the currency; without money last."""
    stake = item.stake
    size = Decimal(0) if stake is None else Decimal(abs(stake.units)) / scale(stake.currency)
    return stake is None, -size, item.kind, item.key


# --- what the store keeps ---------------------------------------------------------------------


def _stored(conn: sqlite3.Connection) -> Iterable[Item]:
    for one in load_findings(conn):
        if one.finding.kind not in WORKED_OUT:  # stores of earlier versions kept them
            yield _item(one.finding, one.first_seen[:10])
    for key, source, values, currency, text in load_left_out(conn):
        amount = Money(to_units(parse_decimal(text), currency), currency)
        detail = f"{values:,} different values; take it in with import focus --include-tag {key}"
        yield Item("left-out tag", key, source, f"tag key {key} is left out", detail, amount)


def _item(found: Finding, since: str) -> Item:
    amount = None
    if found.amount and found.currency in EXPONENTS:
        amount = Money(to_units(parse_decimal(found.amount), found.currency), found.currency)
    what = words.title(found.kind, found.key, found.source)
    return Item(
        found.kind, found.key, found.source, what, found.detail, amount, since, found.position, found.count
    )


# --- what the books show ----------------------------------------------------------------------


def _below_floor(reports: Reports, base: Slice, conn: sqlite3.Connection) -> Iterable[Item]:
    values = all_settings(conn)
    least_revenue, least_cost = (Decimal(values[f"floors.{name}"]) for name in ("min_revenue", "min_cost"))
    settings = reports.books().settings
    last = month_of_day(base.range.resolve(reports.session.clock.today()).end - 1)
    months = Range(f"{month_text(last - SINCE_MONTHS + 1)}..{month_text(last)}")
    for kind in MARGIN_KINDS:
        table = reports.table(replace(base, by=(kind,), measures=MEASURES))
        unbilled = {item.customer for item in table.unbilled} if kind == "customer" else set()
        found = [
            row
            for row in table.rows
            if row.key[0] not in (None, "none", *unbilled)
            and below(row, table, settings, (least_revenue, least_cost))
        ]
        if found:
            history = reports.table(replace(base, by=(kind, "month"), measures=("margin",), range=months))
            since = streaks(history)
            for row in found:
                yield _margin_item(kind, row, table, settings, since)


def below(row: Row, table: Table, settings: NumberSettings, least: tuple[Decimal, Decimal]) -> bool:
    """Whether a row is under the floor ``unprofitable`` and large enough to be judged."""
    revenue, cost, margin = (row.values[table.column(name)] for name in MEASURES[:3])
    if not (isinstance(revenue, Money) and isinstance(cost, Money) and isinstance(margin, Money)):
        return False
    one = scale(margin.currency)
    if cost.units < least[1] * one:
        return False
    if revenue.units <= 0 or revenue.units < least[0] * one:
        return margin.units < 0
    return margin.units * 100 < settings.unprofitable_floor * revenue.units


def _margin_item(
    kind: str, row: Row, table: Table, settings: NumberSettings, since: Mapping[str | None, str]
) -> Item:
    values = dict(zip(table.slice.measures, row.values, strict=True))
    revenue, margin = values["revenue"], values["margin"]
    if not (isinstance(revenue, Money) and isinstance(margin, Money)):
        raise TypeError("only rows with a margin are below their floor")
    target = int(settings.unprofitable_floor * max(0, revenue.units) / 100)
    key = str(row.key[0])
    detail = f"margin {exact_of(margin)}, revenue {exact_of(revenue)}"
    stake = Money(target - margin.units, margin.currency)
    return Item(kind, key, "", words.title(kind, key, ""), detail, stake, since.get(row.key[0], ""))


def exact_of(amount: Money) -> str:
    """``-47.59 USD``: rounded to the minor unit for the eye."""
    return f"{rounded_text(amount.units, amount.currency)} {amount.currency}"


def _without_revenue(whole: Table) -> Iterable[Item]:
    """Cost of customers while there is no revenue at all."""
    cost = customers_cost(whole) if whole.totals else None
    if cost is not None and cost.units > 0:
        yield Item(
            NO_REVENUE, "", "", words.title(NO_REVENUE, "", ""), "what they pay is not known yet", cost
        )


def _one_sided(reports: Reports, base: Slice) -> Iterable[Item]:
    """References that only revenue, or only tags, know: often one customer under two names."""
    found = one_sided(reports, base)
    for kind, references in ((PAYS_ALONE, found.pays), (COSTS_ALONE, found.costs)):
        if references:
            detail, count = f"{len(references):,}: {named(references)}", len(references)
            total = found.total(references)
            yield Item(kind, "", "", words.title(kind, "", ""), detail, total, count=count)


def _nobodys(reports: Reports, whole: Table, base: Slice) -> Iterable[Item]:
    """Cost without a customer; cost and revenue without a feature, where there are features."""
    values = (
        {name: whole.totals[0].values[whole.column(name)] for name in whole.slice.measures}
        if whole.totals
        else {}
    )
    cost, direct, shared = (values.get(name) for name in ("cost", "direct_cost", "shared_cost"))
    if isinstance(cost, Money) and isinstance(direct, Money) and isinstance(shared, Money):
        left = cost - direct - shared
        if left.units > 0:
            part = f"{left.units * 100 // max(1, cost.units)} % of all cost"
            yield Item("unattributed", "", "", words.title("unattributed", "", ""), part, left)
    features = reports.table(replace(base, by=("feature",), measures=("revenue", "cost")))
    named = any(row.key[0] is not None for row in features.rows)
    for row in features.rows if named else ():
        for at, kind in ((0, "unmapped revenue"), (1, "unmapped cost")):
            value = row.values[at]
            if row.key[0] is None and isinstance(value, Money) and value.units > 0:
                yield Item(kind, "", "", words.title(kind, "", ""), "no feature takes it", value)


def _stale(reports: Reports) -> Iterable[Item]:
    """Sources whose newest day is older than their kind's usual delay and a day of grace."""
    from turbofinops_tui.economics.evaluate.states import delays, states

    today, books = reports.session.clock.today(), reports.books()
    lags = delays(books)
    for state in states(books, Days(today - STALE_DAYS, today), today, ()):
        # the watermark lies a delay before the newest day: what is due by now is missing after both
        newest = state.start - 1 + lags.get(state.source, 0)
        if state.state == "missing" and newest < today - lags.get(state.source, 0) - GRACE_DAYS:
            since = day_text(newest + 1)
            detail = f"nothing since {since}"
            what = words.title("stale source", state.source, "")
            yield Item("stale source", state.source, "", what, detail, None, since)


def _unconverted(whole: Table) -> Iterable[Item]:
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for lost in whole.unconverted:
        key = (lost.source, lost.side, lost.amount.currency)
        units, first = sums.get(key, (0, lost.day))
        sums[key] = (units + lost.amount.units, min(first, lost.day))
    for (source, side, currency), (units, first) in sorted(sums.items()):
        what = words.title("no exchange rate", currency, source)
        detail = f"{exact_text(units, currency)} {currency} of {side} is in no total: import rates"
        yield Item(
            "no exchange rate",
            f"{side} {currency}",
            source,
            what,
            detail,
            Money(units, currency),
            day_text(first),
        )
