"""The step after a change: figures per customer and month as the new books see them, changed cells only.

Runs after imports and edits of rules, customers and settings. Nothing depends on
it being done at once: the marker in the store says whether the figures of the
present books are complete, and the next run writes what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range, day_text, parse_month
from turbofinops_tui.economics.rule_steps import more_steps_than, steps
from turbofinops_tui.economics.types import NumberSettings, Rules, Slice, Table, Value
from turbofinops_tui.store.books_id import books_id
from turbofinops_tui.store.books_seen import load_opinions
from turbofinops_tui.store.figures import Amounts, Cell, Picture, figures_due, record_picture
from turbofinops_tui.store.rule_rows import load_rules
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.books import FactBooks

FACTS, RULES, SETTINGS = "facts", "rules", "settings"
MOST_EDITS = 40
"""more edits at once are not told apart: their effect is that of the rules together"""


def due(session: Session) -> bool:
    """True when the books are not those whose figures are stored; cheap, reads no facts."""
    with session.store.read() as conn:
        ids = books_id(conn, load_rules(conn).id, load_settings(conn).id)
        return figures_due(conn, ids.whole)


def follow_up(session: Session, reports: Reports | None = None) -> int:
    """Store the figures that the last change moved; returns how many cells changed.

    ``reports`` saves reading the books again when the caller has them.
    """
    if session.read_only:
        return 0
    from turbofinops_tui.actions.otlp_imports import refresh_spans

    refresh_spans(session)
    if not due(session):
        return 0
    if reports is None:
        from turbofinops_tui.actions.reports import Reports

        reports = Reports(session)
    reports.refresh()
    for picture in _between(session, reports):
        record_picture(session.store, picture)
    books = reports.books()
    picture = Picture(
        books.settings.currency, cells_of(reports, books, reports.rules()), reports.rules(), books.settings,
        reports.ids(), _last_cause(session, reports),
    )  # fmt: skip
    if not reports.facts_stand():
        return 0  # an import came between: the next run writes what is missing
    return record_picture(session.store, picture)


def cells_of(reports: Reports, books: FactBooks, rules: Rules) -> dict[Cell, Amounts]:
    """(customer, month) -> (revenue, cost) over all months, under any rules."""
    from turbofinops_tui.economics.evaluate import evaluate

    months = books.facts.months()
    if not months:
        return {}
    span = Range(start=day_text(months[0].start), end=day_text(months[-1].end))
    asked = Slice(by=("customer", "month"), measures=("revenue", "cost"), range=span)
    table = evaluate(books, rules, asked, today=reports.session.clock.today(), as_of="")
    return _cells(table)


def _between(session: Session, reports: Reports) -> Iterator[Picture]:
    """The states between the last known one and now: the new facts under the old opinions, then one edit
    of the rules after the other. So every change of a figure has one cause."""
    known = _opinions(session, reports)
    if known is None:
        return
    rules, settings = known
    books, now = reports.books(), reports.rules()
    edits = steps(rules, now)
    if settings.id != books.settings.id:
        if settings.currency != books.settings.currency:
            return
        old = _books_under(session, settings)
        yield Picture(
            settings.currency, cells_of(reports, old, rules), rules, settings, None, {"what": FACTS}
        )
        if edits:
            cells = cells_of(reports, books, rules)
            yield Picture(settings.currency, cells, rules, books.settings, None, {"what": SETTINGS})
    elif edits:
        cells = cells_of(reports, books, rules)
        yield Picture(settings.currency, cells, rules, settings, None, {"what": FACTS})
    for section, name, held in edits[:-1]:
        cause = {"what": RULES, "section": section, "id": name}
        yield Picture(settings.currency, cells_of(reports, books, held), held, books.settings, None, cause)


def _books_under(session: Session, settings: NumberSettings) -> FactBooks:
    """The facts of now under other settings."""
    from turbofinops_tui.store.load_books import read_books

    with session.store.read() as conn:
        return read_books(session.store, conn, settings)


def _opinions(session: Session, reports: Reports) -> tuple[Rules, NumberSettings] | None:
    """The opinions of the last state, where telling the edits apart is worth it."""
    with session.store.read() as conn:
        known = load_opinions(conn)
    if known is None or more_steps_than(known[0], reports.rules(), MOST_EDITS):
        return None
    return known


def _last_cause(session: Session, reports: Reports) -> dict[str, str]:
    """What made the state of now of the last one in between; empty where that is more than one thing."""
    known = _opinions(session, reports)
    if known is None:
        return {}
    edits = steps(known[0], reports.rules())
    if edits:
        return {"what": RULES, "section": edits[-1][0], "id": edits[-1][1]}
    changed = known[1].id != reports.books().settings.id
    return {"what": SETTINGS if changed else FACTS}


def _cells(table: Table) -> dict[Cell, Amounts]:
    found: dict[Cell, Amounts] = {}
    for row in table.rows:
        customer, month = row.key
        amounts = (_units(row.values[0]), _units(row.values[1]))
        if month is not None and amounts != (0, 0):
            found[customer, parse_month(month)] = amounts
    return found


def _units(value: Value) -> int | None:
    return value.units if isinstance(value, Money) else None
