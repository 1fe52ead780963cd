"""MRR movements of a slice: new, expansion, contraction, churn and reactivation, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.economics.mrr import Change
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.errors import UsageError

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

__all__ = ["movements"]


def movements(reports: Reports, slice: Slice) -> list[Change]:  # noqa: A002 - the product's word
    """Every movement in the days and under the filters of a slice, by day and customer.

    Units are at the store scale of the slice's currency; two currencies never add, so ``native`` is refused.
    """
    from turbofinops_tui.economics.evaluate.plan import pieces
    from turbofinops_tui.economics.evaluate.recurring import mrr_changes

    if slice.currency == "native":
        raise UsageError("movements need one currency", "give one, such as --currency USD")
    books = reports.refresh()
    days = slice.range.resolve(reports.session.clock.today())
    currency = slice.currency or books.settings.currency
    return mrr_changes(slice, pieces(books, reports.rules(), slice, days), days, currency)
