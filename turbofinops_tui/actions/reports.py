"""Reports: any slice of the store as a ``Table``, on books that are read once per change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.actions.named import NAMED_REPORTS
from turbofinops_tui.actions.session import Session
from turbofinops_tui.economics.types import BooksId, NumberSettings, Rules, Slice, Table
from turbofinops_tui.errors import StoreError
from turbofinops_tui.store.books_id import books_id
from turbofinops_tui.store.rule_rows import load_rules
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    from turbofinops_tui.economics.books import FactBooks

__all__ = ["NAMED_REPORTS", "Reports"]

ATTEMPTS = 5
"""times to begin again when an import changes the facts under an evaluation"""


class Reports:
    """Answers slices; keeps the books of the facts and settings it saw last. One thread at a time."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._books: FactBooks | None = None
        self._ids = BooksId("", "", "", "")
        self._rules = Rules()
        self._settings = NumberSettings()

    def table(self, slice: Slice) -> Table:  # noqa: A002 - the product's word
        """The answer to ``slice`` on the facts, rules and settings of one moment.

        Raises UsageError for words that mean nothing, StoreError when the store cannot be read.
        """
        from turbofinops_tui.economics.evaluate import evaluate

        clock = self.session.clock
        for _ in range(ATTEMPTS):
            books = self.refresh()
            ids = self.ids()
            table = evaluate(
                books, self._rules, slice, today=clock.today(), as_of=clock.stamp(), books_id=ids
            )
            # daily rows are read on demand: they belong to these books only if the facts stood still
            if self.facts_stand():
                return table
        raise StoreError("the facts changed during every attempt", "try again when the imports are done")

    def refresh(self) -> FactBooks:
        """The books of now; what is unchanged since the last call is kept."""
        from turbofinops_tui.store.load_books import read_books

        store = self.session.store
        with store.read() as conn:
            self._rules, settings = load_rules(conn), load_settings(conn)
            ids = books_id(conn, self._rules.id, settings.id)
            known = self._ids
            if (
                self._books is None
                or known is None
                or (known.facts, known.settings) != (ids.facts, ids.settings)
            ):
                self._books = read_books(store, conn, settings)
            self._ids, self._settings = ids, settings
        return self._books

    def facts_stand(self) -> bool:
        """Whether the store still holds the facts of the books at hand."""
        with self.session.store.read() as conn:
            return books_id(conn, "", "").facts == self.ids().facts

    def books(self) -> FactBooks:
        """The books of the last refresh (the first call refreshes)."""
        return self._books if self._books is not None else self.refresh()

    def rules(self) -> Rules:
        """The rules of the last refresh."""
        self.books()
        return self._rules

    def ids(self) -> BooksId:
        """The books id of the last refresh."""
        self.books()
        return self._ids
