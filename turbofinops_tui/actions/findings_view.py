"""Findings as the screen lists them: the queue with proposals in it, and steps on many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.finding_steps import Said, take, undo
from turbofinops_tui.actions.findings import Findings, Item, base_slice, findings, wanting
from turbofinops_tui.actions.judging import judged
from turbofinops_tui.actions.remedies import planned_remedy
from turbofinops_tui.actions.suggesting import Suggestion, edit_of, suggest
from turbofinops_tui.economics.money import Money, parse_decimal, to_units
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Link, Slice
from turbofinops_tui.store.drafts import Edit
from turbofinops_tui.store.finding_paths import ACCEPTED, FindingPath, Name

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session

MOST_PROPOSALS = 25
PROPOSAL = "proposal"
Change = tuple[str, Callable[[Any, Any], Any], Callable[[Any, Any], Any]]
"""(what it did, do, undo); both take (session, reports)"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the queue: a finding, or a proposal that would give cost to a customer."""

    item: Item
    state: str
    proposal: Suggestion | None = None

    @property
    def owner(self) -> str:
        """Who takes care of it."""
        return self.item.path.owner if self.item.path else ""

    @property
    def due(self) -> str:
        """The day by which, or until which it is accepted."""
        path = self.item.path
        day = None if path is None else path.until if path.state == ACCEPTED else path.due
        return "" if day is None else day_text(day)


@dataclass(frozen=True, slots=True)
class Queue:
    """What the screen shows; ``hidden``: accepted ones and those whose cause is gone."""

    lines: tuple[Line, ...]
    hidden: int
    found: Findings


def queue(reports: Reports, asked: Slice, everything: bool = False) -> Queue:
    """The findings, the dearest first, with proposals below the cost that nobody has."""
    found = findings(reports, asked)
    if asked.view == "saved":  # what was done is judged by what is, never by a draft
        found = judged(reports, found)
    # a skipped proposal is shown as itself, not as a finding whose cause is gone
    shown = [item for item in (found.items if everything else wanting(found)) if item.kind != PROPOSAL]
    proposals = _proposals(reports, found, everything, asked.view)
    lines: list[Line] = []
    placed = False
    for item in shown:
        lines.append(Line(item, item.state(found.today)))
        if item.kind == "unattributed":
            lines += proposals
            placed = True
    lines += [] if placed else proposals
    return Queue(tuple(lines), sum(item.kind != PROPOSAL for item in found.items) - len(shown), found)


def _proposals(reports: Reports, found: Findings, everything: bool, view: str) -> list[Line]:
    """Proposals not skipped (a skipped one has a path of its own), saved or under the draft."""
    paths = {item.name: item.path for item in found.items}
    lines = []
    for one in suggest(reports, view).found:
        name = name_of(one)
        path = paths.get(name)
        if path is not None and not everything:
            continue
        proposal = one.proposal
        target = "{value}" if proposal.kind == "template" else proposal.customer
        what = (
            f"{proposal.kind}: tag {proposal.key}{f'={proposal.value}' if proposal.value else ''} → {target}"
        )
        item = Item(
            name[0],
            name[2],
            name[1],
            what,
            f"{proposal.confidence} % sure: {proposal.reason}",
            one.cost,
            path=path,
        )
        lines.append(Line(item, "skipped" if path is not None else PROPOSAL, one))
    return lines[:MOST_PROPOSALS]


def name_of(one: Suggestion) -> Name:
    """What names a proposal, whatever its number is."""
    proposal = one.proposal
    return PROPOSAL, "", f"{proposal.kind} {proposal.key}={proposal.value}→{proposal.customer}"


def edits_of(lines: Sequence[Line]) -> list[Edit]:
    """What accepting proposals writes; identities first: a template then makes nobody of them."""
    chosen = [line.proposal for line in lines if line.proposal is not None]
    chosen.sort(key=lambda one: one.proposal.kind != "identity")
    return [edit_of(one.proposal) for one in chosen]


def rule_of(line: Line) -> Link | None:
    """The link that a proposal would write, for the rule editor; None for an identity."""
    return line.proposal.proposal.link if line.proposal is not None else None


def plan_words(plan: dict[str, Any]) -> tuple[str, str]:
    """What is planned, and the margin it was to bring, rounded for the eye."""
    code = str(plan.get("currency", ""))
    units = to_units(parse_decimal(str(plan["expected"])), code)
    return str(plan.get("remedy", "")), money_text(Money(units, code), 0)


def sum_of(lines: Sequence[Line]) -> list[Money]:
    """What the lines are about, per currency: customers, cohorts and features overlap, so it is no total."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.item.stake is not None:
            code = line.item.stake.currency
            sums[code] = sums.get(code, 0) + line.item.stake.units
    return [Money(units, code) for code, units in sorted(sums.items())]


def step_change(
    lines: Sequence[Line], step: str, said: Said, asked: Slice, number: str | None = None
) -> Change:
    """One step on every line, to be done and undone."""
    items = [line.item for line in lines]
    before: dict[Name, FindingPath | None] = {}
    words = {"ack": "acknowledged", "plan": "planned", "done": "done", "accept": "accepted", "note": "noted"}
    what = f"{words[step]}: {items[0].what}" if len(items) == 1 else f"{len(items)} findings {words[step]}"

    def do(session: Session, reports: Reports) -> None:
        before.clear()
        for item in items:
            remedy = planned_remedy(reports, item, base_slice(asked), number) if step == "plan" else None
            _, before[item.name] = take(session, item, step, said, remedy)

    def back(session: Session, _: object) -> None:
        for name, path in before.items():
            undo(session, name, path)

    return what, do, back


def skip_change(lines: Sequence[Line]) -> Change:
    """Put proposals away: they come back with ``undo`` or under all findings."""
    what, do, back = step_change(lines, "accept", Said(), Slice())
    return what.replace("accepted", "skipped").replace("findings", "proposals"), do, back
