"""Reports: any slice of the store as a ``Table``, on books that are read once per change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    from turbofinops_tui.actions.span_preview import SpanPreview
    from turbofinops_tui.economics.books import FactBooks
    from turbofinops_tui.economics.books.evidence import EvidenceSource
    from turbofinops_tui.economics.consequences import Difference

__all__ = ["NAMED_REPORTS", "Reports"]

BOOKS_KEPT = 2
"""variants of the books that a draft asks for: with its customers, and with its evidence"""
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
        self._wider: dict[tuple[str, ...], FactBooks] = {}

    def table(self, slice: Slice, extra: Sequence[Edit] = ()) -> Table:  # noqa: A002 - the product's word
        """The answer to ``slice`` on the facts, rules and settings of one moment.

        Its view chooses the saved rules, the draft (with the edits ``extra`` after it), or the draft minus
        the saved. Raises UsageError for words that mean nothing and for a draft where there is none,
        StoreError when the store cannot be read.
        """
        for _ in range(ATTEMPTS):
            self.refresh()
            if slice.view == "saved":
                table = self._scored(self._evaluate(slice, self.books(), self._rules, self.ids()))
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

        books, today = self._books_of(outcome, resolved=False), self.session.clock.today()
        if outcome.spans is None:
            return difference(books, self._rules, outcome.rules, slice, today=today)
        anew = self._books_of(outcome)
        found = difference(books, self._rules, outcome.rules, slice, today=today, resolved=anew)
        return replace(found, notes=outcome.spans.notes)

    def drafted(self, view: str = "draft") -> tuple[FactBooks, Rules, BooksId]:
        """Books, rules and books id as the draft leaves them; UsageError for ``view`` when there is none."""
        self._required(view)
        outcome = self.drafts.outcome()
        return self._books_of(outcome), outcome.rules, self._ids_of(outcome)

    def _ids_of(self, outcome: Outcome) -> BooksId:
        settings = self._ids.settings
        facts = self._ids.facts if outcome.spans is None else outcome.spans.key
        return BooksId(facts, outcome.rules.id, settings, whole_id(facts, outcome.rules.id, settings))

    def _required(self, view: str) -> None:
        if self.drafts.load() is None:
            raise UsageError(
                f"--view {view} needs a draft", "edit a rule in a draft first, or use --view saved"
            )

    def _drafted(self, slice: Slice, extra: Sequence[Edit]) -> Table:  # noqa: A002
        if not extra:
            self._required(slice.view)
        outcome = self.drafts.outcome(extra)
        notes = () if outcome.spans is None else outcome.spans.notes
        ids = self._ids_of(outcome)
        books = self._books_of(outcome)
        if slice.view == "draft":
            table = self._evaluate(slice, books, outcome.rules, ids)
            return replace(table, warnings=(*table.warnings, *notes))
        if slice.compare:
            raise UsageError("--compare does not go with --view difference", "use one of them")
        asked = asked_of_both(slice)
        saved = self._evaluate(asked, self.books(), self._rules, self._ids)
        table = table_difference(saved, self._evaluate(asked, books, outcome.rules, ids), slice)
        return replace(table, warnings=(*table.warnings, *notes))

    def _scored(self, table: Table) -> Table:
        """``table`` with the scores that ``check`` has stored, where the measure is asked for."""
        asked = table.slice
        names = {*asked.measures, *(s.name for s in asked.sort), *(h.measure for h in asked.having)}
        if "score" not in names:
            return table
        from turbofinops_tui.actions.scores import with_scores

        return with_scores(self.session, table)

    def _evaluate(self, slice: Slice, books: FactBooks, rules: Rules, ids: BooksId) -> Table:  # noqa: A002
        from turbofinops_tui.economics.evaluate import evaluate

        clock = self.session.clock
        return evaluate(books, rules, slice, today=clock.today(), as_of=clock.stamp(), books_id=ids)

    def _books_of(self, outcome: Outcome, *, resolved: bool = True) -> FactBooks:
        """The books at hand, with the customers that a draft would register.

        ``resolved``: and with the evidence as the draft's rules read the spans.
        """
        spans = outcome.spans if resolved and outcome.spans is not None and outcome.spans.days else None
        if outcome.customers is None and spans is None:
            return self.books()
        books = self.books()
        customers = books.customers if outcome.customers is None else outcome.customers
        parts = ("" if spans is None else spans.key, *(customer.ref for customer in customers))
        key = (self._ids.facts, self._ids.settings, *parts)
        if key not in self._wider:
            while len(self._wider) >= BOOKS_KEPT:
                self._wider.pop(next(iter(self._wider)))
            self._wider[key] = books.with_customers(customers, _evidence(books, spans))
        return self._wider[key]

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


def _evidence(books: FactBooks, spans: SpanPreview | None) -> EvidenceSource | None:
    """The evidence of the books with the rows of a preview in the place of their days."""
    if spans is None:
        return None
    from turbofinops_tui.actions.span_preview import FEED
    from turbofinops_tui.economics.books.patched_evidence import PatchedEvidence

    return PatchedEvidence(books.facts.evidence.source, FEED, spans.days, spans.rows)
