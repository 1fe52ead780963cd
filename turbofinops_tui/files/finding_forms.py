"""Findings as JSON, and the path of one as Markdown to hand on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.store.finding_paths import FindingPath

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PathStep:
    """One audited step: when, who, what, and the path as it was after it."""

    at: str
    who: str
    action: str
    after: Mapping[str, Any]


def step_of(at: str, who: str, action: str, after: str) -> PathStep:
    """From a row of the audit log."""
    found = json.loads(after) if after else {}
    return PathStep(at, who, action, found if isinstance(found, dict) else {})


def path_record(path: FindingPath | None) -> Json:
    """Owner, days, note, plan and outcome of a path; all missing without one."""
    days = ("due", "until", "done_day")
    found: Json = {"owner": None, "due": None, "until": None, "done": None, "note": None}
    if path is not None:
        names = {"due": "due", "until": "until", "done_day": "done"}
        found |= {
            names[name]: None if getattr(path, name) is None else day_text(getattr(path, name))
            for name in days
        }
        found |= {"owner": path.owner or None, "note": path.note or None}
    return found | {
        "plan": (path.plan or None) if path else None,
        "outcome": (path.outcome or None) if path else None,
    }


def markdown(head: Json, remedies: Sequence[Json], steps: Sequence[PathStep]) -> str:
    """The remediation path: what is wrong, what could be done, what was decided, what came of it."""
    lines = [f"# {_cell(head['what'])}", ""]
    stake = f"{head['amount']} {head['currency']}" if head["amount"] else "not known"
    facts = [
        ("Finding", head["id"]), ("State", head["state"]), ("At stake", stake),
        ("Since", head["since"] or "not known"),
        ("Owner", head["owner"] or "nobody"), ("Due", head["due"] or "no day"), ("Detail", head["detail"]),
        ("Where", head["position"]), ("Note", head["note"]), ("Accepted until", head["until"]),
        ("Period", f"{head['days']['from']} to {head['days']['to']}"), ("Books", head["books"]),
    ]  # fmt: skip
    lines += ["| | |", "|---|---|", *(f"| {name} | {_cell(value)} |" for name, value in facts if value)]
    if remedies:
        lines += ["", "## Remedies", "", "| # | what | brings | margin then |", "|---:|---|---:|---:|"]
        lines += [
            f"| {one['number']} | {_cell(one['text'])} | {one['gain'] or ''} | {one['margin'] or ''} |"
            for one in remedies
        ]
    if head["plan"]:
        lines += ["", "## Plan", "", *_pairs(head["plan"])]
    if head["outcome"]:
        lines += ["", f"## Outcome: {_cell(head['state'])}", "", *_pairs(head["outcome"])]
    if steps:
        lines += ["", "## Steps", "", "| when (UTC) | who | step | state after |", "|---|---|---|---|"]
        lines += [
            f"| {step.at} | {_cell(step.who)} | {_cell(step.action)} | {_cell(step.after.get('state', ''))} |"
            for step in steps
        ]
    return "\n".join([*lines, ""])


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"- {_cell(name)}: {_cell(value)}" for name, value in values.items()]


def _cell(value: object) -> str:
    """Text that cannot break out of a table or begin markup."""
    text = " ".join(str(value).split())
    for char in "\\`*_{}[]<>|#":
        text = text.replace(char, f"\\{char}")
    return text
