"""``links suggest``: proposals for cost without a customer, and accepting them by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.links import add_rule, register_named
from turbofinops_tui.economics.links import TEMPLATE
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.suggest import Proposal, Proposer
from turbofinops_tui.economics.types import Link, Match, Slice, Value
from turbofinops_tui.errors import NotFoundError
from turbofinops_tui.store.drafts import Edit, adds, apply_edits

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

LEAST_LIKE = 80
"""percent of likeness from which a customer is proposed"""
LEAST_LETTERS = 3
"""two letters are like anything"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal with its number, which is the same as long as the books id is."""

    number: int
    proposal: Proposal
    cost: Money

    @property
    def writes(self) -> str:
        """The command that accepting stands for (raw text)."""
        from shlex import quote

        one = self.proposal
        link = one.link
        if link is None:
            return f"identities add {quote(one.customer)} {quote(one.identity)}"
        name, wanted = link.match.terms[0]
        return f"links add --kind tag --match {quote(f'{name}={wanted}')} --customer {quote(link.customer)}"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All proposals on one set of books."""

    books: str
    nobody: Money
    """shared and unattributed cost of the last 12 months"""
    found: tuple[Suggestion, ...]

    def document(self, top: int | None = None) -> dict[str, Any]:
        """As JSON; ``top`` cuts the list, never the numbers."""
        return {
            "books": self.books,
            "currency": self.nobody.currency,
            "without_customer": self.nobody.text(),
            "suggestions": [
                {
                    "number": item.number, "kind": item.proposal.kind, "cost": item.cost.text(),
                    "confidence": item.proposal.confidence, "key": item.proposal.key,
                    "value": item.proposal.value or None, "customer": item.proposal.customer,
                    "reason": item.proposal.reason, "writes": item.writes,
                }
                for item in self.found[:top]
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TagKey:
    """A tag key that could name the customer."""

    key: str
    cost: Money
    values: int
    known: int
    samples: tuple[str, ...]
    reason: str


def tag_keys(reports: Reports) -> list[TagKey]:
    """The answers to "which tag names the customer?", the likeliest first."""
    proposer, _, code = _proposer(reports)
    found = []
    for rank in proposer.ranks():
        reason = f"{rank.known:,} of {rank.values:,} are customers" if rank.known else ""
        reason = reason or ("sounds like a customer" if rank.named else "")
        found.append(TagKey(rank.key, Money(rank.cost, code), rank.values, rank.known, rank.samples, reason))
    return found


def name_by_tag(reports: Reports, key: str) -> str:
    """One template link: every value of ``key`` names a customer. Returns its id; audited."""
    link = Link("", "tag", Match(((f"tag:{key}", "*"),)), TEMPLATE)
    return add_rule(reports.session, link)


def suggest(reports: Reports, view: str = "saved") -> Suggestions:
    """The proposals on the books of now, under the saved rules or (view ``draft``) those of the draft."""
    proposer, nobody, code = _proposer(reports, view)
    found = tuple(
        Suggestion(number, one, Money(one.cost, code))
        for number, one in enumerate(proposer.proposals(), start=1)
    )
    return Suggestions(reports.ids().whole, Money(nobody, code), found)


def _proposer(reports: Reports, view: str = "saved") -> tuple[Proposer, int, str]:
    """(what proposes, cost without a customer, its currency) on the books of now."""
    from turbofinops_tui.economics.evaluate.kept import directory_of
    from turbofinops_tui.economics.evaluate.uncovered import uncovered

    table = reports.table(Slice(by=(), measures=("cost",)))
    paid = reports.table(Slice(by=("customer",), measures=("revenue",)))
    payers = frozenset(row.key[0] for row in paid.rows if row.key[0] is not None and _positive(row.values[0]))
    books, rules = reports.books(), reports.rules()
    if view != "saved":
        books, rules, _ = reports.drafted()
    nobody, direct = uncovered(books, rules, Slice(), table.days)
    directory = directory_of(books.facts, rules)
    proposer = Proposer(books.index, directory, rules.links, nobody, direct, likeness, payers)
    return proposer, sum(nobody.values()), table.currency


def _positive(value: Value) -> bool:
    return isinstance(value, Money) and value.units > 0


def likeness(text: str, names: Sequence[str]) -> tuple[int, int] | None:
    """The name most like ``text``: by letters, or by words whatever their order."""
    from rapidfuzz import fuzz, process, utils

    if len(text) < LEAST_LETTERS:
        return None
    asked, known = utils.default_process(text.replace("_", " ")), _prepared(tuple(names))
    # by letters: as ``token_sort_ratio``, with the words of all names in order once and for all
    near = process.extractOne(sorted_words(asked), known.ordered, scorer=fuzz.ratio, score_cutoff=LEAST_LIKE)
    best = None if near is None else (int(near[2]), int(near[1]))
    # words in common are less than the same words; without one, letters have said all there is to say
    places = known.sharing(asked)
    some = [known.texts[place] for place in places]
    near = process.extractOne(asked, some, scorer=fuzz.token_set_ratio, score_cutoff=LEAST_LIKE)
    if near is not None and (best is None or int(near[1]) * 9 // 10 > best[1]):
        best = (places[int(near[2])], int(near[1]) * 9 // 10)
    return best


def sorted_words(text: str) -> str:
    """The words of a text in order."""
    return " ".join(sorted(text.split()))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Names as they are compared: lower case, letters, digits and spaces."""

    texts: list[str]
    ordered: list[str]
    """their words in order"""
    by_word: dict[str, list[int]]
    doubled: list[int]
    """names that say a word twice: by words they are others than by letters"""

    def sharing(self, text: str) -> list[int]:
        """Names that may be more like ``text`` by words than by letters, ascending."""
        words = text.split()
        if len(set(words)) < len(words):
            return list(range(len(self.texts)))
        return sorted({at for word in words for at in self.by_word.get(word, ())}.union(self.doubled))


@lru_cache(maxsize=2)
def _prepared(names: tuple[str, ...]) -> _Prepared:
    from rapidfuzz import utils

    texts = [utils.default_process(fold(name).replace("_", " ")) for name in names]
    by_word: dict[str, list[int]] = {}
    doubled = []
    for at, text in enumerate(texts):
        words = text.split()
        for word in dict.fromkeys(words):
            by_word.setdefault(word, []).append(at)
        if len(set(words)) < len(words):
            doubled.append(at)
    return _Prepared(texts, [sorted_words(text) for text in texts], by_word, doubled)


def accept(reports: Reports, numbers: Iterable[int]) -> list[str]:
    """Write the proposals of these numbers in one audited transaction; returns ids of rules and identities.

    Identities go first, so that a template makes no customer of a value that is somebody's.
    """
    from turbofinops_tui.actions.otlp_imports import refresh_spans

    known = {item.number: item for item in suggest(reports).found}
    chosen: list[Suggestion] = []
    for number in dict.fromkeys(numbers):
        if number not in known:
            raise NotFoundError(f"there is no suggestion {number}", "see `turbofinops links suggest`")
        chosen.append(known[number])
    chosen.sort(key=lambda item: item.proposal.kind != "identity")
    edits = [edit_of(item.proposal) for item in chosen]
    with reports.session.store.write("accept suggestions") as txn:
        ids = apply_edits(txn, edits, register_named)
        for item, name in zip(chosen, ids, strict=True):
            facts = {"confidence": item.proposal.confidence, "writes": item.writes}
            section = "identity" if item.proposal.kind == "identity" else "links"
            txn.audit("accept suggestion", section, name, None, facts)
    refresh_spans(reports.session)
    return ids


def edit_of(proposal: Proposal) -> Edit:
    """What accepting a proposal writes."""
    link = proposal.link
    if link is not None:
        return adds(link)
    return Edit("say", "identities", proposal.identity, customer=proposal.customer)
