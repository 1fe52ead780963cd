"""The draft: edits of the rules held apart, tried out, kept in one transaction or thrown away.

What a draft shows is what keeping it gives: its edits run through the same functions on a copy in
memory, customers that a template newly names included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from turbofinops_tui.actions.links import register_named
from turbofinops_tui.actions.span_preview import SpanPreview, SpanPreviews
from turbofinops_tui.economics.links import Directory, Unregistered, unregistered
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import Customer, Link, Rules
from turbofinops_tui.errors import ConflictError, NotFoundError
from turbofinops_tui.store import digests
from turbofinops_tui.store import drafts as stored
from turbofinops_tui.store.customers import SCOPE, load_customers, load_identities, register_unconfirmed
from turbofinops_tui.store.dimensions import load_live_dimensions
from turbofinops_tui.store.drafts import Draft, Edit, Scratch, Step, adds, edit_text, edits
from turbofinops_tui.store.reading import load_reading
from turbofinops_tui.store.rule_rows import load_routes, load_rules
from turbofinops_tui.store.rule_set_rows import Register, evidence_settings
from turbofinops_tui.store.settings import load_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.books import FactBooks
    from turbofinops_tui.store.open import WriteTxn
    from turbofinops_tui.store.rule_sets import Evidence

__all__ = ["Draft", "Drafts", "Edit", "Outcome", "Step", "adds", "edit_text", "edits"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rules as a draft leaves them; ``customers`` is None unless it registers new ones."""

    rules: Rules
    ids: tuple[str, ...] = ()
    """the rule or identity that each edit is about, in order"""
    customers: tuple[Customer, ...] | None = None
    """all customers, the newly named ones among them"""
    spans: SpanPreview | None = None
    """the evidence as these rules read spans; None where they read them as the saved rules do"""
    stale: bool = False
    """the saved rules changed since the draft was begun: it shows on the new ones, but is not kept so"""


class Drafts:
    """The draft of one session's store. ``books`` gives the books of now; one thread at a time."""

    def __init__(self, session: Session, books: Callable[[], FactBooks]) -> None:
        self.session = session
        self._books = books
        self._scratch: Scratch | None = None
        self._key: tuple[str, ...] = ()
        self._saved = Rules()
        self._reading = ""
        self._spans = SpanPreviews(session)

    def load(self) -> Draft | None:
        """The draft with its steps, or None."""
        with self.session.own.read() as conn:
            return stored.load_draft(conn)

    def _saved_id(self) -> str:
        with self.session.store.read() as conn:
            return load_rules(conn).id

    def add(self, changes: Sequence[Edit], label: str = "") -> Draft:
        """Append a step; begins a draft when there is none. Refused whole when one edit is refused.

        Raises what the edit would raise on the saved rules (UsageError, ConflictError, NotFoundError).
        """
        outcome = self.outcome(changes)
        named = tuple(
            _named(edit, name)
            for edit, name in zip(changes, outcome.ids[len(outcome.ids) - len(changes) :], strict=True)
        )
        began_on = self._saved_id()
        with self.session.own.write("draft") as txn:
            if stored.load_draft(txn.conn) is None:
                stored.begin(txn, began_on)
            stored.add_step(txn, label or "; ".join(map(edit_text, named)), named)
        return self._required()

    def undo(self) -> Step | None:
        """Take the last step back; None when there is none."""
        draft = self.load()
        return None if draft is None or not draft.steps else self._mark(draft.steps[-1], True)

    def redo(self) -> Step | None:
        """Do the step again that was undone last; None when there is none."""
        draft = self.load()
        return None if draft is None or not draft.undone else self._mark(draft.undone[0], False)

    def _mark(self, step: Step, undone: bool) -> Step:
        with self.session.own.write("draft") as txn:
            stored.set_undone(txn, step, undone)
        return step

    def discard(self) -> Draft | None:
        """Throw the draft away; returns it as it was."""
        draft = self.load()
        if draft is not None:
            with self.session.own.write("discard draft") as txn:
                stored.remove_draft(txn)
        return draft

    def rebase(self) -> Draft:
        """Put the draft on the saved rules of now; raises what an edit raises that no longer fits them."""
        self.outcome()
        began_on = self._saved_id()
        with self.session.own.write("draft") as txn:
            stored.begin(txn, began_on)
        return self._required()

    def keep(self) -> tuple[str, ...]:
        """Write every edit to the saved rules in one audited transaction; returns the ids changed.

        ConflictError when the saved rules changed since the draft was begun: nothing is written.
        """
        from turbofinops_tui.actions.otlp_imports import refresh_spans

        with self.session.store.write("keep draft") as txn:
            draft = stored.load_draft(txn.conn)
            if draft is None:
                raise NotFoundError("there is no draft", "edit a rule in a draft first")
            if load_rules(txn.conn).id != draft.rules:
                raise ConflictError(
                    "the saved rules changed since the draft was begun", "look at it on the new rules first"
                )
            ids = stored.apply_edits(txn, draft.edits, register_named)
            stored.remove_draft(txn)
            txn.audit("keep draft", "draft", draft.rules, None, {"edits": [*map(edit_text, draft.edits)]})
        refresh_spans(self.session)
        return tuple(ids)

    # --- what a draft gives -------------------------------------------------------------------

    def outcome(self, extra: Sequence[Edit] = ()) -> Outcome:
        """The rules under the draft and the edits ``extra`` after it (an editor's, at every key).

        Raises what the first refused edit raises.
        """
        scratch, draft = self._fresh()
        changes = (*(draft.edits if draft is not None else ()), *extra)
        if not changes:
            return Outcome(self._saved, stale=draft is not None and draft.rules != self._saved.id)
        new: list[str] = []

        def register(txn: WriteTxn) -> None:
            new.extend(self._register(txn))

        with scratch.trial() as txn:
            ids = stored.apply_edits(txn, changes, register)
            rules = load_rules(txn.conn)
            spans = self._read_anew(txn, rules, new)
            customers = tuple(load_customers(txn.conn)) if new else None
        stale = draft is not None and draft.rules != self._saved.id
        return Outcome(rules, tuple(ids), customers, spans, stale)

    def _read_anew(self, txn: WriteTxn, rules: Rules, new: list[str]) -> SpanPreview | None:
        """The spans' evidence where the rules read spans in another way; notes the customers it names."""
        reading = load_reading(txn.conn, rules.links)
        if reading.id == self._reading:
            return None
        found = self._spans.of(reading)
        new.extend(found.register(txn))
        return found

    def look(self, work: Callable[[WriteTxn], _T]) -> _T:
        """What ``work`` reads in the rules as the draft leaves them; nothing is stored.

        NotFoundError when there is no draft.
        """
        scratch, draft = self._fresh()
        if draft is None:
            raise NotFoundError("there is no draft", "edit a rule in a draft first")

        def register(txn: WriteTxn) -> None:
            self._register(txn)

        with scratch.trial() as txn:
            stored.apply_edits(txn, draft.edits, register)
            return work(txn)

    def evidence(self) -> Evidence:
        """How spans are read under the draft, routes too; as it is saved without a draft."""
        if self.load() is None:
            with self.session.store.read() as conn:
                return evidence_settings(conn, load_routes(conn))
        return self.look(lambda txn: evidence_settings(txn.conn, load_routes(txn.conn)))

    def trial(self, work: Callable[[WriteTxn, Register], _T]) -> tuple[_T, Outcome]:
        """What ``work`` does to the saved rules (a draft plays no part); nothing is stored.

        ``work`` gets a transaction on a copy, and the registrar of customers that rules newly name.
        """
        scratch, _ = self._fresh()
        new: list[str] = []

        def register(txn: WriteTxn, links: Sequence[Link] | None, spared: frozenset[str]) -> None:
            rules = load_rules(txn.conn)
            if links is not None:
                rules = replace(rules, links=tuple(links))
            found = self._unregistered(txn, rules, same=False)
            names = (item.spelling for item in found if fold(item.spelling) not in spared)
            new.extend(register_unconfirmed(txn, names, "rule"))

        with scratch.trial() as txn:
            result = work(txn, register)
            rules = load_rules(txn.conn)
            spans = self._read_anew(txn, rules, new)
            customers = tuple(load_customers(txn.conn)) if new else None
        return result, Outcome(rules, (), customers, spans)

    def _fresh(self) -> tuple[Scratch, Draft | None]:
        """The copy of the saved rules of now, made anew when they or the customers changed."""
        with self.session.store.read() as conn:
            saved = load_rules(conn)
            reading = load_reading(conn, saved.links).id
            key = (saved.id, load_settings(conn).id, digests.read(conn, SCOPE), reading)
            if self._scratch is None or key != self._key:
                self._scratch = Scratch(self.session.store, conn)
                self._key, self._saved, self._reading = key, saved, reading
            if not self.session.reader:
                return self._scratch, stored.load_draft(conn)
        return self._scratch, self.load()

    def _register(self, txn: WriteTxn) -> list[str]:
        """``links.register_named`` on the dimensions at hand: only what the edits can newly name."""
        rules = load_rules(txn.conn)
        known = set(self._saved.links)
        links = [link for link in rules.links if link not in known]
        same = rules.identities == self._saved.identities
        if same and not any(link.enabled and link.customer == "{value}" for link in links):
            return []
        found = self._unregistered(txn, rules, same)
        return register_unconfirmed(txn, (item.spelling for item in found), "rule")

    def _unregistered(self, txn: WriteTxn, rules: Rules, same: bool) -> list[Unregistered]:
        if not any(link.enabled and link.customer == "{value}" for link in rules.links):
            return []
        books = self._books()
        directory = Directory(
            load_customers(txn.conn), load_identities(txn.conn), books.settings.tag_prefixes
        )
        changed = tuple(link for link in rules.links if link not in self._saved.links)
        links = changed if same else rules.links
        if not unregistered(books.dimensions, links, directory, None, books.index):
            return []
        # rare: somebody is new; the spelling is that of the first delivery, over what is valid now
        with self.session.store.read() as conn:
            dimensions, first = load_live_dimensions(conn)
        return unregistered(dimensions, rules.links, directory, first)

    def _required(self) -> Draft:
        draft = self.load()
        if draft is None:
            raise NotFoundError("there is no draft", "it was kept or discarded meanwhile")
        return draft


def _named(edit: Edit, rule_id: str) -> Edit:
    """``edit`` with the id that was generated for it, so that it stays the same when it is kept."""
    if edit.operation != "add" or edit.rule is None or edit.id:
        return edit
    return replace(edit, id=rule_id, rule=replace(edit.rule, id=rule_id))
