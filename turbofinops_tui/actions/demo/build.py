"""Write the demo's files and send them through the importers, as a person would their own."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.actions.demo.ai import prices
from turbofinops_tui.actions.demo.business import Calendar, Company, make_companies
from turbofinops_tui.actions.demo.costs import METER, bills
from turbofinops_tui.actions.demo.rows import SOURCES, header
from turbofinops_tui.actions.demo.spans import rules as trace_rules
from turbofinops_tui.actions.demo.spans import traces
from turbofinops_tui.actions.demo.stripe import Ledger
from turbofinops_tui.actions.demo.tables import RateTable, customers_csv
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range, day_text, month_text
from turbofinops_tui.economics.types import ClassRule, FeatureRule, Link, Match, SharedRule, Slice
from turbofinops_tui.errors import ConflictError
from turbofinops_tui.paths import FILE_MODE, Paths, make_private_directory, resolve

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.rule_rows import Rule

Progress = Callable[[str], None]
_NAMES = {METER: "meter.jsonl.gz"}


@dataclass(frozen=True, slots=True)
class Demo:
    """A finished demo: where it lies, and what there is to be found in it."""

    store: Path
    turned_cohort: str
    """first-revenue month of the cohort that turned unprofitable"""
    turned_on: str
    """the day it did"""
    losers: tuple[str, ...]
    """customers that lose money in the last whole month, the worst first"""

    def json_text(self) -> str:
        """The document of interface.md, pure ASCII."""
        return json.dumps(
            {
                "store": str(self.store),
                "turned_cohort": self.turned_cohort,
                "turned_on": self.turned_on,
                "losers": list(self.losers),
            }
        )


def place(chosen: Paths | None) -> tuple[Paths, Path | None]:
    """Where the demo goes, and the directory to throw away afterwards (None: the user chose the place).

    A fresh private directory, or ``chosen`` when no store is there yet (ConflictError otherwise).
    """
    if chosen is None:
        folder = Path(tempfile.mkdtemp(prefix="turbofinops-demo-"))
        return resolve(root=str(folder), environ={}), folder
    if chosen.store.exists():
        raise ConflictError(
            f"there is a store at {chosen.store} already", "give the demo an empty place, or none at all"
        )
    return chosen, None


def throw_away(folder: Path) -> None:
    """Remove a demo that ``place`` made room for."""
    shutil.rmtree(folder, ignore_errors=True)


def make(paths: Paths, clock: Clock, customers: int, months: int, seed: int, progress: Progress) -> Demo:
    """Write the files, import them, set the rules, and look up who loses."""
    from turbofinops_tui.actions.figures import follow_up
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import open_session

    calendar = Calendar(clock.today(), months)
    companies = make_companies(customers, calendar, seed)
    folder = make_private_directory(paths.store.parent / "demo-files")
    session = open_session(paths, clock, yes=True)
    try:
        progress("revenue")
        _revenue(session, folder, companies, calendar, seed)
        _rules(session, calendar)
        for source, file in _bill_files(folder, companies, calendar, seed).items():
            progress(source)
            _import_bill(session, source, file)
        progress("traces")
        _traces(session, folder, companies, calendar, seed)
        progress("margins")
        reports = Reports(session)
        losers = _losers(reports)
        follow_up(session, reports)
        turned = month_text(calendar.turned_month), day_text(calendar.turned_on)
        return Demo(paths.store, *turned, losers)
    finally:
        session.store.close()


def _write(path: Path, data: bytes) -> Path:
    """A private file; gzip without a time stamp, so that the same demo has the same digests."""
    if path.suffix == ".gz":
        data = gzip.compress(data, 1, mtime=0)
    path.touch(FILE_MODE)
    path.write_bytes(data)
    return path


def _bill_files(folder: Path, companies: list[Company], calendar: Calendar, seed: int) -> dict[str, Path]:
    """source -> its file: all billing periods in one, as a first export of the whole history has them."""
    texts: dict[str, list[str]] = {source: [header(source)] for source in SOURCES} | {METER: [""]}
    for bill in bills(companies, calendar, seed):
        texts[bill.source].append(bill.rows)
    return {
        source: _write(folder / _NAMES.get(source, f"{source}.csv.gz"), text.encode())
        for source, parts in texts.items()
        if len(parts) > 1 and (text := "".join(parts))
    }


def _revenue(session: Session, folder: Path, companies: list[Company], calendar: Calendar, seed: int) -> None:
    """Customers first, so that nobody is new when payments and bills name them; then rates and Stripe."""
    from turbofinops_tui.actions.revenue_imports import import_customers, import_rates
    from turbofinops_tui.actions.stripe_imports import import_stripe

    rates = RateTable(calendar, seed)
    lines = "\n".join(Ledger(companies, calendar, rates, seed).objects()) + "\n"
    import_customers(session, _write(folder / "customers.csv", customers_csv(companies).encode()))
    import_rates(session, _write(folder / "rates.csv", rates.csv().encode()))
    import_stripe(session, "stripe-objects", [_write(folder / "stripe.jsonl.gz", lines.encode())])


def _import_bill(session: Session, source: str, file: Path) -> None:
    from turbofinops_tui.actions.imports import import_focus
    from turbofinops_tui.actions.usage_imports import import_calls

    if source == METER:
        import_calls(session, METER, [file])
    else:
        import_focus(session, [file], source)


def _traces(session: Session, folder: Path, companies: list[Company], calendar: Calendar, seed: int) -> None:
    from turbofinops_tui.actions.otlp_imports import import_otlp

    text = "".join(traces(companies, calendar, seed))
    if text:  # somebody uses the cluster
        import_otlp(session, [_write(folder / "traces.jsonl.gz", text.encode())])


def _rules(session: Session, calendar: Calendar) -> None:
    from turbofinops_tui.actions.links import add_rule
    from turbofinops_tui.actions.rules_files import apply_file
    from turbofinops_tui.store.rule_sets import RuleSet

    for rule in rules():
        add_rule(session, rule)
    apply_file(session, RuleSet(prices=tuple(prices(calendar)), file="prices.yaml"))


def rules() -> Iterator[Rule]:
    """The opinions of the demo: what is opex, whose the tags are, how shared cost is spread."""
    yield ClassRule("staging", Match((("tag:env", "staging|dev"),)), "opex", "staging")
    yield ClassRule("ci", Match((("tag:env", "ci"),)), "opex", "internal")
    yield ClassRule("research", Match((("tag:team", "research"),)), "opex", "research")
    for key in ("customer", "tenant"):
        yield Link(f"by-{key}", "tag", Match(((f"tag:{key}", "*"),)), customer="{value}")
    yield Link("by-feature", "feature", Match((("tag:feature", "*"),)), feature="{value}")
    yield from trace_rules()
    yield SharedRule("clusters", Match((("tag:cluster", "shared"),)), "revenue")
    yield SharedRule("observability", Match((("provider", "datadog"),)), "direct")
    yield SharedRule("support", Match((("service", "AWS Support"),)), "direct")
    parts = {"core": 63, "search": 15, "copilot": 18, "autopilot": 4}
    core = tuple((feature, Decimal(percent)) for feature, percent in parts.items())
    for plan in ("starter", "team", "growth", "scale", "enterprise"):
        yield FeatureRule(f"plan-{plan}", f"prod_demo_{plan}", core)
    yield FeatureRule("autopilot", "prod_demo_autopilot", (("autopilot", Decimal(100)),))
    yield FeatureRule("ai-usage", "prod_demo_ai_usage", (("copilot", Decimal(100)),))


def _losers(reports: Reports) -> tuple[str, ...]:
    """Whoever the evaluation itself says loses money in the last whole month, the worst first."""
    table = reports.table(Slice(measures=("margin",), range=Range("last-month")))
    found = [
        (value.units, row.key[0])
        for row in table.rows
        if row.key[0] is not None and isinstance(value := row.values[0], Money) and value.units < 0
    ]
    return tuple(customer for _, customer in sorted(found, key=lambda pair: (pair[0], pair[1])))
