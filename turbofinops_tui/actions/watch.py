"""``check``: judge cohorts, customers and features over the last complete seven days (numbers.md 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from turbofinops_tui.actions.watching import Watcher, Week, exactly
from turbofinops_tui.economics import watch
from turbofinops_tui.economics.money import decimal_text, exact_text
from turbofinops_tui.economics.periods import Days, day_text, month_of_day, month_text
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.economics.watch import Figures, NotJudged
from turbofinops_tui.errors import UsageError
from turbofinops_tui.store import watch as kept
from turbofinops_tui.store.watch import Alert, Place, Score

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.bridge import Cause
    from turbofinops_tui.store.open import WriteTxn

BRIDGES = 3
"""crossings whose causes are asked for one by one; for more, those of all keys are asked for at once"""
REJUDGED_DAYS = 35
"""days back to which crossings are looked at again for restatements"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A key that is below a floor and did not cross it now."""

    by: str
    key: str
    state: str
    since: int
    """day after the judged days on which it was first seen in that state"""
    figures: Figures
    young: bool = False


@dataclass(slots=True)
class Check:
    """What one check says. ``crossings`` are those of these judged days; ``days`` None: exit 4."""

    days: Days | None
    by: tuple[str, ...]
    currency: str
    provisional: bool = False
    state: str = ""
    crossings: list[Alert] = field(default_factory=list)
    withdrawn: list[Alert] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    estimated: dict[str, str] = field(default_factory=dict)
    """source with monthly dollars -> the month whose daily rate was taken"""
    ends_earlier: int = 0
    score: Score | None = None
    counted: int = 0
    """keys that were judged"""
    books: str = ""


def by_words(text: str) -> tuple[str, ...]:
    """What to judge by, of ``cohort,customer,feature``; UsageError for anything else."""
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    unknown = [word for word in words if word not in watch.BY]
    if unknown or not words:
        raise UsageError(f"check cannot judge by {text!r}", f"use {', '.join(watch.BY)}")
    return words


def check(session: Session, by: Sequence[str] = watch.BY) -> Check:
    """Judge and remember; the same check on the same books again changes nothing.

    What is read-only is judged and not remembered. ``days`` of the answer is None where a material source
    is missing for too long.
    """
    from turbofinops_tui.actions.reports import Reports

    watcher = Watcher(Reports(session))
    sources = watcher.sources()
    judged = watch.judged_days(sources, watcher.today, watcher.settings.check_late_days)
    found = Check(judged.days, tuple(by), watcher.currency, books=watcher.reports.ids().whole)
    found.not_judged = [*judged.late, *watcher.ended(sources)]
    found.ends_earlier = judged.ends_earlier
    if judged.days is not None:
        _Judge(session, watcher, found, judged.days).run()
    return found


class _Judge:
    """One judgement of one window against what the store remembers."""

    def __init__(self, session: Session, watcher: Watcher, found: Check, days: Days) -> None:
        self.session, self.watcher, self.found = session, watcher, found
        self.days = days
        self.week = watcher.week(self.days, found.by)
        self.settings = watcher.settings
        self.paid = watcher.paid_before()
        self.began: dict[str, int] = {}
        for day in self.paid.values():
            cohort = month_text(month_of_day(day))
            self.began[cohort] = min(day, self.began.get(cohort, day))
        self._asked: Counter[str] = Counter()
        self._whole: dict[str, Sequence[Cause]] = {}

    def run(self) -> None:
        """Fill in the answer, and write what is new."""
        found, week, day = self.found, self.week, self.days.end
        found.provisional = self.watcher.provisional(self.days)
        found.left_out = dict(sorted(week.left_out.items()))
        found.not_judged += week.notes
        found.estimated = {source: month_text(month) for source, month in week.estimated.items()}
        self._rejudge()
        with self.session.own.read() as conn:
            before = kept.states_before(conn, day)
            known = {(a.by, a.key): a for a in kept.load_alerts(conn, day, day + 1)}
        before |= {place: (since, state) for place, since, state in self._corrected(before)}
        now = self._states()
        alerts = self._alerts(before, now, known)
        scores = self._scores()
        self._remember(before, now, alerts, known, scores)
        self._answer(before, now)

    # --- states -------------------------------------------------------------------------------

    def _states(self) -> dict[Place, str]:
        """The state of every key that is asked for and big enough."""
        return {
            (by, key): watch.state_of(figures, self.settings)
            for (by, key), figures in sorted(self.week.figures.items())
            if by in self.found.by and watch.counts(figures, self.settings, self.watcher.currency)
        }

    def young(self, place: Place, end: int) -> bool:
        """Whether a key is too young to alert on."""
        by, key = place
        if by == "customer":
            return watch.is_young(self.paid.get(key), end)
        if by == "cohort":
            return watch.is_young(self.began.get(key), end)
        return False

    def _alerts(
        self, before: Mapping[Place, tuple[int, str]], now: Mapping[Place, str], known: Mapping[Place, Alert]
    ) -> list[Alert]:
        """The crossings of these days; one that is known keeps what it said when it was found.

        One that an earlier day found on the same days (a source was late) is not told again.
        """
        found, today = [], day_text(self.watcher.today)
        for place, state in now.items():
            was = before.get(place, (0, None))[1]
            if not watch.worsened(was, state) or self.young(place, self.days.end):
                continue
            old = known.get(place)
            if old is not None and not old.withdrawn_at and (old.was, old.now) == (was, state):
                found += [old] if old.found_at[:10] >= today else []
            else:
                found.append(self._alert(place, str(was), state))
        return found

    def _alert(self, place: Place, was: str, state: str) -> Alert:
        by, key = place
        figures, floor = self.week.figures[place], watch.floor_of(state, self.settings)
        return Alert(
            by, key, self.days.end, was, state, figures.revenue, figures.cost, self.watcher.currency,
            decimal_text(floor), self.found.provisional, self._causes(by, key),
            self.watcher.parts(self.week, by, key), self.found.books,
        )  # fmt: skip

    def _causes(self, by: str, key: str) -> tuple[tuple[str, str], ...]:
        """Why the margin differs from that of the seven days before: the bridge of the key."""
        self._asked[by] += 1
        many = self._asked[by] > BRIDGES
        if many and by not in self._whole:
            self._whole[by] = self._bridge(by, None)
        rows = [row for row in (self._whole[by] if many else self._bridge(by, key)) if row.key == key]
        rows.sort(key=lambda row: (-abs(row.units), row.cause))
        return tuple((row.cause, exact_text(row.units, self.watcher.currency)) for row in rows)

    def _bridge(self, by: str, key: str | None) -> Sequence[Cause]:
        """The causes of one key, or of all keys, by what is judged: without who is left out."""
        from turbofinops_tui.economics.evaluate.bridging import causes

        reports, days, cohort_of = self.watcher.reports, self.days, self.week.cohort_of
        out = [
            c for c in self.week.left_out if by == "feature" or (key or cohort_of.get(c)) == cohort_of.get(c)
        ]
        where = [exactly("customer", customer, True) for customer in out if by != "customer"]
        where += [exactly("source", source, True) for source in self.watcher.monthly]
        where += [exactly(by, key)] if key is not None else []
        return causes(
            reports.books(), reports.rules(), Days(days.start - watch.WINDOW, days.start), days,
            today=self.watcher.today, by=by, options=Slice(where=tuple(where)),
        ).rows  # fmt: skip

    # --- restatements -------------------------------------------------------------------------

    def _rejudge(self) -> None:
        """Look again at earlier crossings on the books of now; find those that are there no more."""
        day = self.days.end
        with self.session.own.read() as conn:
            alerts = kept.load_alerts(conn, day - REJUDGED_DAYS, day + 1)
        self.corrections: list[tuple[Alert, str | None]] = []
        weeks: dict[int, Week] = {day: self.week}
        for alert in alerts:
            if alert.withdrawn_at or alert.by not in self.found.by or alert.books == self.found.books:
                continue
            days = Days(alert.day - watch.WINDOW, alert.day)
            if alert.day not in weeks:
                weeks[alert.day] = self.watcher.week(days, self.found.by)
            self._look_again(alert, weeks[alert.day])

    def _look_again(self, alert: Alert, week: Week) -> None:
        place = (alert.by, alert.key)
        if alert.key in week.left_out:
            return
        figures = week.figures.get(place, Figures())
        counted = watch.counts(figures, self.settings, self.watcher.currency)
        state = watch.state_of(figures, self.settings) if counted else None
        if state is not None and watch.SEVERITY[state] >= watch.SEVERITY[alert.now]:
            return
        parts = self.watcher.parts(week, alert.by, alert.key)
        why = self._why(alert, parts, figures)
        stamp = self.session.clock.stamp()
        self.found.withdrawn.append(replace(alert, withdrawn_at=stamp, withdrawn_why=why))
        self.corrections.append((self.found.withdrawn[-1], None if state == alert.was else state))

    def _why(self, alert: Alert, parts: Mapping[str, int], figures: Figures) -> str:
        currency = alert.currency
        if currency != self.watcher.currency:
            return f"the reporting currency is {self.watcher.currency} now"
        text = partial(exact_text, currency=currency)
        moved = watch.changes(alert.parts, parts)
        told = [
            f"{name} {text(alert.parts.get(name, 0))} -> {text(parts.get(name, 0))}" for name, _ in moved[:4]
        ]
        if not told:
            return "the floors or the minimum to count were changed"
        more = f" and {len(moved) - 4} more" if len(moved) > 4 else ""
        margin = f"{text(alert.margin)} -> {text(figures.margin)} {currency}"
        return f"restated: {', '.join(told)}{more}; margin {margin}"

    def _corrected(self, before: Mapping[Place, tuple[int, str]]) -> list[tuple[Place, int, str]]:
        """States of earlier days as the withdrawals make them."""
        found = []
        for alert, state in self.corrections:
            place = (alert.by, alert.key)
            if alert.day < self.days.end and before.get(place, (0, ""))[0] == alert.day:
                found.append((place, alert.day, state or alert.was))
        return found

    # --- scores -------------------------------------------------------------------------------

    def _scores(self) -> list[Score]:
        """Of the whole and of every cohort: revenue of healthy customers in the trailing days."""
        day = self.days.end
        table = self.watcher.table(("customer",), ("revenue",), Days(day - watch.TRAILING, day))
        sums: dict[str, list[int]] = {"": [0, 0]}
        for row in table.rows:
            customer = row.key[0]
            if customer is None or customer in self.week.left_out:
                continue
            figures = self.week.figures.get(("customer", customer), Figures())
            revenue = getattr(row.values[0], "units", 0)
            healthy = watch.state_of(figures, self.settings) == "healthy"
            cohort = self.week.cohort_of.get(customer)
            for scope in ("", *([f"cohort:{cohort}"] if cohort else [])):
                held = sums.setdefault(scope, [0, 0])
                held[0] += revenue if healthy else 0
                held[1] += revenue
        return [
            Score(scope, day, healthy, revenue, self.watcher.currency)
            for scope, (healthy, revenue) in sorted(sums.items())
            if revenue > 0
        ]

    # --- writing ------------------------------------------------------------------------------

    def _remember(
        self,
        before: Mapping[Place, tuple[int, str]],
        now: Mapping[Place, str],
        alerts: Sequence[Alert],
        known: Mapping[Place, Alert],
        scores: Sequence[Score],
    ) -> None:
        self.found.crossings = list(alerts)
        self.found.score = next((score for score in scores if not score.scope), None)
        if self.session.read_only:
            return
        changed = {place: state for place, state in now.items() if before.get(place, (0, ""))[1] != state}
        same = [place for place in now if place not in changed]
        day = self.days.end
        if not self._is_new(changed, same, alerts, scores):
            self.found.crossings = [known.get((a.by, a.key), a) for a in alerts]
            return
        with self.session.own.write("check") as txn:
            for alert, state in self.corrections:
                kept.withdraw_alert(txn, alert, alert.withdrawn_why)
                kept.set_state(txn, (alert.by, alert.key), alert.day, state)
            written = kept.save_states(txn, day, changed, same)
            self.found.crossings = [
                self._keep(txn, alert, known.get((alert.by, alert.key))) for alert in alerts
            ]
            fresh = kept.save_scores(txn, scores)
            after = {"judged": [day_text(self.days.start), day_text(self.days.end - 1)], "states": written}
            txn.audit("check", "watch", "", None, after | {"scores": fresh, "alerts": len(alerts)})

    def _is_new(
        self,
        changed: Mapping[Place, str],
        same: Sequence[Place],
        alerts: Sequence[Alert],
        scores: Sequence[Score],
    ) -> bool:
        """Whether anything would be written."""
        day = self.days.end
        with self.session.own.read() as conn:
            on_day = kept.states_on(conn, day)
            scored = {score.scope for score in kept.load_scores(conn, day, day + 1)}
        return (
            bool(self.corrections)
            or any(on_day.get(place) != state for place, state in changed.items())
            or any(place in on_day for place in same)
            or any(not alert.id for alert in alerts)
            or any(score.scope not in scored for score in scores)
        )

    def _keep(self, txn: WriteTxn, alert: Alert, old: Alert | None) -> Alert:
        if alert.id:
            return alert
        if old is not None:
            kept.raise_again(txn, old, alert)
        else:
            kept.save_alert(txn, alert)
        stored = kept.load_alerts(txn.conn, alert.day, alert.day + 1)
        return next(item for item in stored if (item.by, item.key) == (alert.by, alert.key))

    def _answer(self, before: Mapping[Place, tuple[int, str]], now: Mapping[Place, str]) -> None:
        """What stands below a floor without having crossed it now, and the worst state of all."""
        found, crossed = self.found, {(alert.by, alert.key) for alert in self.found.crossings}
        found.counted = len(now)
        found.state = watch.worst(now.values())
        for place, state in now.items():
            if state == "healthy" or place in crossed:
                continue
            since, was = before.get(place, (self.days.end, state))
            since = since if was == state else self.days.end
            young = self.young(place, self.days.end)
            found.standing.append(Standing(*place, state, since, self.week.figures[place], young))
