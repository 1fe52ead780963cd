"""Keys of findings and of what-if; keymap.py joins them with the rest of the table."""

from __future__ import annotations

from turbofinops_tui.key_command import Command

FINDING_GRIDS = _FINDINGS = ("findings",)
"""screens with tables"""
FINDINGS_TOO = (
    "change.undo", "change.redo", "draft.view", "draft.keep", "draft.discard", "period.back",
    "period.forward", "view.slice",
)  # fmt: skip
"""keys of the money screens that findings have as well"""

FINDING_COMMANDS: tuple[Command, ...] = (
    Command("findings.accept", "a", "accept", "Accept",
            "Accept a finding until a day; a proposal goes into the draft (marked ones together)",
            "Change", "findings", _FINDINGS, footer=2),
    Command("findings.plan", "p", "plan_finding", "Plan",
            "Who does what until when; the expected margin is kept",
            "Change", "findings", _FINDINGS, footer=3),
    Command("findings.done", "c", "finish", "Done", "It is done: the product judges it four weeks later",
            "Change", "findings", _FINDINGS, footer=4),
    Command("findings.note", "n", "note", "Note", "Write something down about it",
            "Change", "findings", _FINDINGS, footer=5),
    Command("findings.go", "o", "go_there", "Go there",
            "Open the customer, the rules or the source it is about",
            "View", "findings", _FINDINGS, footer=6),
    Command("findings.edit", "e", "edit_proposal", "Edit", "Open the proposal in the rule editor",
            "Change", "findings", _FINDINGS),
    Command("findings.skip", "z", "skip", "Skip", "Put the proposal away",
            "Change", "findings", _FINDINGS),
    Command("findings.all", "A", "everything", "All", "Accepted ones and those whose cause is gone, too",
            "Table", "findings", _FINDINGS),
    Command("customer.whatif", "w", "whatif", "What if",
            "Another price, plan, model or AI cap, replayed over the months", "View", "customer",
            ("customer",), footer=4),
    Command("screen.findings", "7,exclamation_mark", "go('findings')", "Findings",
            "What wants action, with the money at stake", "App"),
)  # fmt: skip
