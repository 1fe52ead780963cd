"""Reports: any slice of the store as a ``Table``, on books that are read once per change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from turbofinops_tui.actions.drafts import Drafts, Edit, Outcome
from turbofinops_tui.actions.named import NAMED_REPORTS
from turbofinops_tui.actions.session import Session
from turbofinops_tui.economics.types import BooksId, NumberSettings, Rules, Slice, Table
from turbofinops_tui.economics.view_difference import asked_of_both, table_difference
from turbofinops_tui.errors import StoreError, UsageError
from turbofinops_tui.store.books_id import books_id, whole_id
from turbofinops_tui.store.rule_rows import load_rules
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    from turbofinops_tui.economics.books import FactBooks
    from turbofinops_tui.economics.consequences import Difference

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
        self.drafts = Drafts(session, self.books)
        self._wider: tuple[tuple[str, ...], FactBooks] | None = None

    def table(self, slice: Slice, extra: Sequence[Edit] = ()) -> Table:  # noqa: A002 - the product's word
        """The answer to ``slice`` on the facts, rules and settings of one moment.

        Its view chooses the saved rules, the draft (with the edits ``extra`` after it), or the draft minus
        the saved. Raises UsageError for words that mean nothing and for a draft where there is none,
        StoreError when the store cannot be read.
        """
        for _ in range(ATTEMPTS):
            self.refresh()
            if slice.view == "saved":
                table = self._evaluate(slice, self.books(), self._rules, self.ids())
            else:
                table = self._drafted(slice, extra)
            # daily rows are read on demand: they belong to these books only if the facts stood still
            if self.facts_stand():
                return table
        raise StoreError("the facts changed during every attempt", "try again when the imports are done")

    def difference(self, slice: Slice = Slice(), extra: Sequence[Edit] = ()) -> Difference:  # noqa: A002, B008
        """What the draft (and the edits ``extra`` after it) does to the saved numbers in a slice."""
        self.refresh()
        return self.compare_rules(self.drafts.outcome(extra), slice)

    def compare_rules(self, outcome: Outcome, slice: Slice = Slice()) -> Difference:  # noqa: A002, B008
        """What other rules do to the saved numbers on the slice's days."""
        from turbofinops_tui.economics.evaluate.difference import difference

        books = self._books_of(outcome)
        return difference(books, self._rules, outcome.rules, slice, today=self.session.clock.today())

    def _drafted(self, slice: Slice, extra: Sequence[Edit]) -> Table:  # noqa: A002
        if not extra and self.drafts.load() is None:
            raise UsageError(
                f"--view {slice.view} needs a draft", "edit a rule in a draft first, or use --view saved"
            )
        outcome = self.drafts.outcome(extra)
        facts, settings = self._ids.facts, self._ids.settings
        ids = BooksId(facts, outcome.rules.id, settings, whole_id(facts, outcome.rules.id, settings))
        books = self._books_of(outcome)
        if slice.view == "draft":
            return self._evaluate(slice, books, outcome.rules, ids)
        if slice.compare:
            raise UsageError("--compare does not go with --view difference", "use one of them")
        asked = asked_of_both(slice)
        saved = self._evaluate(asked, self.books(), self._rules, self._ids)
        return table_difference(saved, self._evaluate(asked, books, outcome.rules, ids), slice)

    def _evaluate(self, slice: Slice, books: FactBooks, rules: Rules, ids: BooksId) -> Table:  # noqa: A002
        from turbofinops_tui.economics.evaluate import evaluate

        clock = self.session.clock
        return evaluate(books, rules, slice, today=clock.today(), as_of=clock.stamp(), books_id=ids)

    def _books_of(self, outcome: Outcome) -> FactBooks:
        """The books at hand, with the customers that a draft would register."""
        if outcome.customers is None:
            return self.books()
        key = (self._ids.facts, self._ids.settings, *(customer.ref for customer in outcome.customers))
        if self._wider is None or self._wider[0] != key:
            self._wider = (key, self.books().with_customers(outcome.customers))
        return self._wider[1]

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
