"""Row 5: incremental = full after 1,000 random edits over ten million rollup rows, element by element.

Every edit is answered from the ones before it, as a draft is, by one of the five views in turn; after every
``EVERY`` edits and at the end all five are answered, and again on books that remember nothing: they must be
equal in rows, totals and order.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks import big_store, figures, harness
from benchmarks.live_edit import DRIVERS, drivers
from benchmarks.views import VIEWS
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.periods import parse_day

EDITS = 1000
EVERY = 100
MOST_LINKS = 40
DATES = (None, None, None, "2026-03-11", "2026-10-07")
METHODS: tuple[t.Method, ...] = ("keep", "even", "revenue", "direct", "fixed")


class Dice:
    """Random rules after random rules; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 (no secret)
        self.pick = self.random.choice
        self.made = 0

    def after(self, rules: t.Rules) -> t.Rules:
        """The rules after one more edit of a kind by chance."""
        self.made += 1
        kinds = ("add", "add", "edit", "switch", "remove", "move", "pool", "pool", "class")
        links, kind = list(rules.links), self.pick(kinds)
        if len(links) > MOST_LINKS:
            kind = "remove"
        place = self.random.randrange(len(links))
        if kind == "add":
            links.insert(place, self._link(f"edit{self.made}"))
        elif kind == "edit":
            links[place] = self._link(links[place].id)
        elif kind == "switch":
            links[place] = replace(links[place], enabled=not links[place].enabled)
        elif kind == "remove" and len(links) > 1:
            del links[place]
        elif kind == "move":
            links.insert(self.random.randrange(len(links)), links.pop(place))
        elif kind == "pool":
            return replace(rules, shared=self._pools(rules), id=f"edit {self.made}")
        elif kind == "class":
            return replace(rules, classes=self._classes(rules), id=f"edit {self.made}")
        return replace(rules, links=tuple(links), id=f"edit {self.made}")

    def _dates(self) -> dict[str, Any]:
        start = self.pick(DATES)
        return {"start": None if start is None else parse_day(start), "end": None}

    def _link(self, name: str) -> t.Link:
        number = self.random.randrange(2400)
        terms = [("account", f"2000000000{number % 60:02d}"), ("service", f"Service {number % 40}")]
        match = t.Match((*terms, (self.pick(("tag:cluster", "tag:customer")), "*")))
        percent = Decimal(self.pick(("100", "100", "60", "33.333")))
        who = f"c{self.random.randrange(big_store.CUSTOMERS):04d}"
        return t.Link(name, "tag", match, who, self.pick(("", "", "chat")), percent, **self._dates())

    def _pools(self, rules: t.Rules) -> tuple[t.SharedRule, ...]:
        held, place = list(rules.shared), self.random.randrange(DRIVERS)
        method = self.pick(METHODS)
        split = (("c0001", Decimal("0.5")), ("c0002", Decimal("99.5"))) if method == "fixed" else ()
        within = self.pick(((), (), ("account",)))
        held[place] = replace(held[place], method=method, split=split, within=within, **self._dates())
        return tuple(held)

    def _classes(self, rules: t.Rules) -> tuple[t.ClassRule, ...]:
        name = f"class{self.random.randrange(3)}"
        held = {rule.id: rule for rule in rules.classes}
        match = t.Match((("service", f"Service {self.random.randrange(40)}"), ("account", "*7")))
        if held.pop(name, None) is None:
            held[name] = t.ClassRule(name, match, "opex", "lab", **self._dates())
        return tuple(held.values())


def compare(folder: Path, rows: int, count: int) -> str:
    """The line of row 5; CalledProcessError when anything differs."""
    root = big_store.build(folder, rows).parents[1]
    calibration = harness.calibration()
    command = harness.python("-m", "benchmarks.thousand_edits", str(root), str(count))
    sample = harness.measure(harness.Contender("edits", command))
    found = json.loads(sample.out.splitlines()[-1])
    work = f"incremental = full after {count:,} random edits, {rows:,} rollup rows"
    measured = f"equal in all {found['compared']} comparisons of five views"
    figures.note(5, work, "itself", "equal", measured, not found["unequal"], calibration)
    times = f"CPU of an edit: median {found['cpu ms median']} ms"
    return f"### {work.capitalize()}\n\n{measured.capitalize()}; {times}; calibration {calibration:.2f}\n"


def main() -> None:
    """The root of a seeded store, and how many edits: prints one JSON line; exit 1 when something differs."""
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import open_session
    from turbofinops_tui.clock import from_environment
    from turbofinops_tui.economics.evaluate import evaluate
    from turbofinops_tui.paths import resolve

    count = int(sys.argv[2]) if len(sys.argv) > 2 else EDITS
    clock = from_environment({"TURBOFINOPS_TODAY": big_store.TODAY})
    session = open_session(resolve(root=sys.argv[1], environ={}), clock)
    reports, dice = Reports(session), Dice(5)
    books = reports.refresh()

    def answers(facts: t.Books, rules: t.Rules, views: Sequence[t.Slice]) -> list[tuple[Any, Any]]:
        tables = [evaluate(facts, rules, one, today=clock.today(), as_of="") for one in views]
        return [(tuple(table.rows), tuple(table.totals)) for table in tables]

    rules = replace(reports.rules(), id="pooled", shared=drivers())
    times, unequal, every = [], [], list(VIEWS.values())
    for number in range(1, count + 1):
        rules = dice.after(rules)
        start = time.process_time()
        answers(books, rules, [every[number % len(every)]])
        times.append((time.process_time() - start) * 1000)
        if number % EVERY == 0 or number == count:
            if answers(books, rules, every) != answers(books.with_customers(books.customers), rules, every):
                unequal.append(number)
            sys.stderr.write(f"{number} edits, {len(unequal)} unequal\n")
    times.sort()
    found = {
        "edits": count, "compared": -(-count // EVERY), "unequal": unequal,
        "cpu ms median": round(statistics.median(times), 1), "cpu ms p95": round(times[int(count * 0.95)], 1),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(bool(unequal))


if __name__ == "__main__":
    main()
