"""Rules as a file: export, plan and apply (interface.md, Rules file).

A plan is what applying gives: the same function writes to a copy in memory and to the store.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turbofinops_tui.actions.links import register_named
from turbofinops_tui.economics.money import Money
from turbofinops_tui.errors import DataError
from turbofinops_tui.files.rules_merge import merged_text
from turbofinops_tui.files.rules_text import fields_of, rules_text
from turbofinops_tui.files.rules_yaml import load_rule_set
from turbofinops_tui.files.yaml_nodes import MAX_BYTES
from turbofinops_tui.store import rule_set_rows
from turbofinops_tui.store.rule_set_rows import RuleChange

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.economics.consequences import Coverage, Difference
    from turbofinops_tui.store.rule_rows import Rule
    from turbofinops_tui.store.rule_sets import RuleSet

__all__ = [
    "Plan",
    "RuleChange",
    "apply_file",
    "change_words",
    "export_file",
    "export_text",
    "plan_file",
    "read_file",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rules file changes, and what that does to the numbers."""

    changes: tuple[RuleChange, ...]
    difference: Difference

    def document(self) -> dict[str, Any]:
        """The JSON of interface.md; nobody's cost has ``null``, cost out of the margin a name in brackets."""
        found = self.difference
        return {
            "changes": [_change(change) for change in self.changes],
            "moved": [
                {"from": item.source, "to": item.target, "cost": item.cost.text()} for item in found.moved
            ],
            "flips": [
                {"customer": item.key, "was": item.was.text(), "now": item.now.text()} for item in found.flips
            ],
            "cohorts": [
                {"cohort": item.key, "was": item.was.text(), "now": item.now.text()} for item in found.cohorts
            ],
            "coverage": {"before": coverage_text(found.before), "after": coverage_text(found.after)},
            **({"notes": list(found.notes)} if found.notes else {}),
        }


def read_file(path: str) -> RuleSet:
    """The rules of a file; DataError with file and line, or OSError."""
    return load_rule_set(_text(Path(path)), path)


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        body = stream.read(MAX_BYTES + 1)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise DataError("this is not UTF-8", "save it as UTF-8", file=str(path), line=line) from None


def export_text(session: Session, *, draft: bool = False) -> str:
    """All rules in the form of the file, as for a new one; ``draft``: as the draft leaves them."""
    return rules_text(_rules(session, draft))


def export_file(session: Session, path: str, *, draft: bool = False) -> bool:
    """Write all rules to a file; over an existing one its comments stay. False: it said so already."""
    rules = _rules(session, draft)
    target = Path(path)
    before = _text(target) if target.exists() else None
    after = rules_text(rules) if before is None else merged_text(before, rules, path)
    if after == before:
        return False
    _write(target, after)
    return True


def _rules(session: Session, draft: bool) -> RuleSet:
    if draft:
        from turbofinops_tui.actions.reports import Reports

        return Reports(session).drafts.look(lambda txn: rule_set_rows.load_rule_set(txn.conn))
    with session.store.read() as conn:
        return rule_set_rows.load_rule_set(conn)


def _write(target: Path, text: str) -> None:
    """Write beside and put in place, so that no half file is ever there."""
    target = target.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def plan_file(reports: Reports, rules: RuleSet) -> Plan:
    """What applying ``rules`` would do; nothing is written. Raises what applying would raise."""
    reports.refresh()
    changes, outcome = reports.drafts.trial(
        lambda txn, register: rule_set_rows.replace_rules(txn, rules, register)
    )
    return Plan(tuple(changes), reports.compare_rules(outcome))


def apply_file(session: Session, rules: RuleSet) -> tuple[RuleChange, ...]:
    """Make the sections that ``rules`` has what it says, in one audited transaction.

    Spans of open days are then read by the rules of now.
    """
    from turbofinops_tui.actions.otlp_imports import refresh_spans

    with session.store.write("apply rules") as txn:
        changes = rule_set_rows.replace_rules(txn, rules, register_named)
        if changes:
            txn.audit("apply rules", "rules", Path(rules.file).name, None, {"changes": len(changes)})
    refresh_spans(session)
    return tuple(changes)


# --- words --------------------------------------------------------------------------------------


def coverage_text(part: Coverage) -> str | None:
    """Coverage as a percent with four decimals, None when there is no cost."""
    return None if part.ratio is None else part.ratio.text()


def parts_text(part: Coverage) -> str:
    """The three parts for the eye: ``71 % direct, 22 % shared, 7 % unattributed``."""
    from turbofinops_tui.economics.split import largest_remainder

    if part.cost.units <= 0 or min(part.direct.units, part.shared.units, part.unattributed.units) < 0:
        return "no cost" if part.cost.units == 0 else f"{coverage_text(part)} % direct"
    shares = largest_remainder(100, [part.direct.units, part.shared.units, part.unattributed.units])
    return ", ".join(f"{n} % {w}" for n, w in zip(shares, ("direct", "shared", "unattributed"), strict=True))


def change_words(change: RuleChange) -> tuple[str, str]:
    """What happens, and its details, for the eye (raw): ``edit links vip``, ``percent: 60 -> 50``."""
    return f"{change.kind} {change.section} {change.id}", "; ".join(_details(change))


def _details(change: RuleChange) -> list[str]:
    old, new = _fields(change.before), _fields(change.after)
    if change.kind == "move":
        return ["to another place of the order"]
    if change.kind in ("add", "remove"):
        return [f"{name}: {value}" for name, value in (new or old).items() if name != "id"]
    return [
        f"{name}: {old.get(name, '-')} -> {new.get(name, '-')}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _fields(rule: Rule | str | None) -> dict[str, str]:
    if rule is None:
        return {}
    return {"value": rule} if isinstance(rule, str) else dict(fields_of(rule))


def _change(change: RuleChange) -> dict[str, Any]:
    return {
        "change": change.kind, "section": change.section, "id": change.id,
        "before": _fields(change.before) or None, "after": _fields(change.after) or None,
    }  # fmt: skip


def money_moved(plan: Plan) -> Money:
    """How much changes hands in all, credits counted by their size."""
    units = sum(abs(item.cost.units) for item in plan.difference.moved)
    return Money(units, plan.difference.currency)
