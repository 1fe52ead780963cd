"""From one set of rules to another, one rule at a time: so that each edit's effect can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from turbofinops_tui.economics.types import Rules

WORDS = (
    ("classes", "class rule"),
    ("links", "link"),
    ("shared", "shared rule"),
    ("features", "feature rule"),
)
Step = tuple[str, str, Rules]
"""section, id of the rule (or of the identity, ``KIND:VALUE``), and the rules with that edit made"""


def steps(old: Rules, new: Rules) -> list[Step]:
    """Every edit that leads from ``old`` to ``new``, in a fixed order; the last one gives ``new``.

    Rules that go, rules that change in their place, rules that come, then the order of a section.
    """
    found = list(_walk(old, new))
    numbered = [(s, name, replace(r, id=f"{new.id}.{n}")) for n, (s, name, r) in enumerate(found, 1)]
    if numbered:
        numbered[-1] = (*numbered[-1][:2], new)
    return numbered


def more_steps_than(old: Rules, new: Rules, most: int) -> bool:
    """Whether ``steps`` has more than ``most``; stops as soon as that is known (each costs a whole list)."""
    return sum(1 for _ in islice(_walk(old, new), most + 1)) > most


def _walk(old: Rules, new: Rules) -> Iterator[Step]:
    now = old
    for section, _ in WORDS:
        for name, held in _edits(getattr(now, section), getattr(new, section), _rule_id):
            changed: dict[str, Any] = {section: tuple(held)}
            now = replace(now, **changed)
            yield section, name, now
    for name, held in _edits(now.identities, new.identities, _identity):
        now = replace(now, identities=tuple(held))
        yield "identities", name, now


def _rule_id(rule: Any) -> str:
    return str(rule.id)


def _identity(item: Any) -> str:
    return f"{item.kind}:{item.value}"


def _edits(
    old: Sequence[Any], new: Sequence[Any], name: Callable[[Any], str]
) -> Iterator[tuple[str, list[Any]]]:
    wanted = {name(rule): rule for rule in new}
    held = list(old)
    for rule in old:
        if name(rule) not in wanted:
            held = [item for item in held if item is not rule]
            yield name(rule), held
    for place, rule in enumerate(held):
        if wanted[name(rule)] != rule:
            held = [*held[:place], wanted[name(rule)], *held[place + 1 :]]
            yield name(rule), held
    known = {name(rule) for rule in held}
    for place, rule in enumerate(new):
        if name(rule) not in known:
            known.add(name(rule))
            before = {name(item) for item in new[:place]}
            at = max((n for n, item in enumerate(held, 1) if name(item) in before), default=0)
            held = [*held[:at], rule, *held[at:]]
            yield name(rule), held
    if [name(rule) for rule in held] != [name(rule) for rule in new]:
        yield "order", list(new)
