"""What is said beside the lists of rules: whose an identity or a trace id is, and the keys of evidence.

They have no place in an order and no dates; each is edited in the draft by edits of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from turbofinops_tui.actions.drafts import Edit
from turbofinops_tui.actions.links import identity_id
from turbofinops_tui.store.evidence_rules import KEYS

if TYPE_CHECKING:
    from turbofinops_tui.economics.types import Identity
    from turbofinops_tui.store.rule_sets import Evidence

Texts = Mapping[str, str]
KEYS_ID = "evidence"
_NAMES = tuple(name.partition(".")[2] for name in KEYS)


@dataclass(frozen=True, slots=True)
class Named:
    """An identity (``KIND:VALUE``) or a trace id, and the customer it means; without an id a new one."""

    kind: Literal["identity", "trace id"]
    id: str = ""
    customer: str = ""

    @property
    def section(self) -> Literal["identities", "traces"]:
        """Where its edits go."""
        return "identities" if self.kind == "identity" else "traces"


@dataclass(frozen=True, slots=True)
class Keys:
    """Attributes of spans that name customer and feature, and scopes that leave cached tokens out."""

    customer_keys: tuple[str, ...] = ()
    feature_keys: tuple[str, ...] = ()
    exclusive_scopes: tuple[str, ...] = ()
    id: str = KEYS_ID


Said = Named | Keys


def said_rules(identities: Sequence[Identity], evidence: Evidence) -> list[Said]:
    """Identities that a person said, the keys, the trace ids; those that sources tell are facts."""
    found: list[Said] = [
        Named("identity", identity_id(item), item.customer) for item in identities if item.origin == "rule"
    ]
    found.append(Keys(evidence.customer_keys, evidence.feature_keys, evidence.exclusive_scopes))
    return found + [Named("trace id", name, who) for name, who in evidence.traces]


def texts_of(said: Said) -> dict[str, str]:
    """Every field in words."""
    if isinstance(said, Keys):
        return {"kind": "keys"} | {name: " ".join(getattr(said, name)) for name in _NAMES}
    return {"kind": said.kind, said.kind.partition(" ")[0]: said.id, "customer": said.customer, "take": "no"}


def edits_of(said: Said, texts: Texts) -> list[Edit]:
    """The edits that the fields stand for; none when they say what is so already."""
    if isinstance(said, Keys):
        values = {name: tuple(texts.get(name, "").replace(",", " ").split()) for name in _NAMES}
        return [
            Edit("set", "evidence", key, value=",".join(values[name]))
            for key, name in zip(KEYS, _NAMES, strict=True)
            if values[name] != getattr(said, name)
        ]
    name, customer = texts.get(said.kind.partition(" ")[0], "").strip(), texts.get("customer", "").strip()
    if (name, customer) == (said.id, said.customer):
        return []
    gone = [Edit("drop", said.section, said.id)] if said.id and said.id != name else []
    taken = said.kind == "identity" and (said.id == name or texts.get("take") == "yes")
    return [*gone, Edit("reassign" if taken else "say", said.section, name, customer=customer)]


def drop(said: Said) -> Edit | None:
    """The edit that takes it away; None for the keys, which are only emptied."""
    return None if isinstance(said, Keys) else Edit("drop", said.section, said.id)
