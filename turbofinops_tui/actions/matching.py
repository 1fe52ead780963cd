"""Both one-sided lists with what is likely one customer under two names, by the proposals of ``suggest``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.actions.one_sided import Reference, one_sided
from turbofinops_tui.actions.suggesting import Suggestion, edit_of, suggest
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.store.drafts import Edit

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports


@dataclass(frozen=True, slots=True)
class Name:
    """A reference that one side alone knows, and what it likely is on the other."""

    ref: str
    amount: Money
    likely: str = ""
    proposal: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """What the screen shows, the dearest first."""

    pays: tuple[Name, ...]
    costs: tuple[Name, ...]
    both: int
    paid: Money
    cost: Money


def matching(reports: Reports, asked: Slice) -> Matching:
    """The one-sided references of a slice's days; each name in cost with the payer it is most like."""
    found = one_sided(reports, asked)
    by_value: dict[str, Suggestion] = {}
    for one in suggest(reports).found:
        if one.proposal.kind == "identity":
            by_value.setdefault(fold(one.proposal.value), one)
    costs = tuple(_likely(ref, by_value.get(fold(ref.ref))) for ref in found.costs)
    wanted: dict[str, list[str]] = {}
    for name in costs:
        if name.proposal is not None:
            wanted.setdefault(name.proposal.proposal.customer, []).append(name.ref)
    pays = tuple(
        Name(ref.ref, ref.amount, f"may be {', '.join(wanted[ref.ref])}" if ref.ref in wanted else "")
        for ref in found.pays
    )
    return Matching(pays, costs, found.both, found.total(found.pays), found.total(found.costs))


def _likely(ref: Reference, one: Suggestion | None) -> Name:
    if one is None:
        return Name(ref.ref, ref.amount)
    proposal = one.proposal
    return Name(ref.ref, ref.amount, f"{proposal.customer}, {proposal.confidence} % like", one)


def edits(names: Sequence[Name]) -> list[Edit]:
    """What taking the likely pairs writes: an identity each."""
    return [edit_of(name.proposal.proposal) for name in names if name.proposal is not None]
