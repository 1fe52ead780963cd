"""The step after a change: figures per customer and month as the new books see them, changed cells only.

Runs after imports and edits of rules, customers and settings. Nothing depends on
it being done at once: the marker in the store says whether the figures of the
present books are complete, and the next run writes what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range, day_text, parse_month
from turbofinops_tui.economics.types import Slice, Table, Value
from turbofinops_tui.store.books_id import books_id
from turbofinops_tui.store.figures import Amounts, Cell, figures_due, record_figures
from turbofinops_tui.store.rule_rows import load_rules
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session


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
    months = reports.refresh().facts.months()
    if not months:
        return record_figures(session.store, reports.ids().whole, reports.books().settings.currency, {})
    span = Range(start=day_text(months[0].start), end=day_text(months[-1].end))
    table = reports.table(Slice(by=("customer", "month"), measures=("revenue", "cost"), range=span))
    return record_figures(session.store, table.books.whole, table.currency, _cells(table))


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
