"""Real words to complete from in the rule editor: what the books, the rules and the kept spans hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

MOST_VALUES = 2000
"""values of one key that completion offers"""
MOST_PARTS = 50
"""kept traces whose attributes are offered as keys, the newest"""
KINDS = ("stripe:", "trace:", "meter:")
"""kinds of identities beside tags"""


@dataclass(frozen=True, slots=True)
class Completions:
    """Match keys with their values, and names; each list sorted."""

    values: dict[str, list[str]] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    """of usage evidence"""
    products: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    """keys that spans carry"""
    traces: list[str] = field(default_factory=list)


def completions(reports: Reports) -> Completions:
    """What the books hold: every dimension and tag key with its values, sorted."""
    books = reports.refresh()
    found: dict[str, set[str]] = {}
    for dimension in books.dimensions:
        for name in ("provider", "account", "service", "category", "source"):
            found.setdefault(name, set()).add(getattr(dimension, name))
        for key, value in dimension.tags.items():
            found.setdefault(f"tag:{key}", set()).add(value)
    rules = reports.rules()
    used = {key.feature for key in books.facts.evidence.keys} - {""}
    features = sorted({link.feature for link in rules.links if link.feature} | used | {"{value}"})
    services = sorted({key.service for key in books.facts.evidence.keys} - {""})
    labels = sorted({k.feature for k in books.facts.evidence.keys if k.feature_kind == "label"} - {""})
    products = sorted(set(books.revenue.labels["product"]) - {""})
    customers = ["{value}", *sorted(customer.ref for customer in books.customers)]
    values = {key: sorted(filter(None, held))[:MOST_VALUES] for key, held in sorted(found.items())}
    attributes, traces = _of_spans(reports)
    return Completions(
        values | {"label": labels}, customers, features, services, products, attributes, traces
    )


def _of_spans(reports: Reports) -> tuple[list[str], list[str]]:
    """Attribute keys and trace ids of the newest kept spans."""
    from turbofinops_tui.errors import TurboError
    from turbofinops_tui.store.spans import newest_parts
    from turbofinops_tui.sync.kept_spans import spans_of

    keys: set[str] = set()
    traces: list[str] = []
    with reports.session.store.read() as conn:
        parts = newest_parts(conn, MOST_PARTS)
    for part in parts:
        traces.append(part.trace)
        try:
            for span in spans_of(part)[:MOST_PARTS]:
                keys |= {*span[9].attributes, *span[10]}
        except TurboError:
            continue  # its day's reading reports what is damaged
    return sorted(keys), sorted(set(traces))


def complete_last(text: str, words: Sequence[str]) -> str | None:
    """Completes the last of several words."""
    head, blank, word = text.rpartition(" ")
    found = complete(word, words)
    return None if found is None else f"{head}{blank}{found}"


def complete(text: str, words: Sequence[str]) -> str | None:
    """The first of ``words`` that begins with ``text``, spelt from there as the word is."""
    folded = text.casefold()
    found = next((word for word in words if word.casefold().startswith(folded)), None) if text else None
    return None if found is None else text + found[len(text) :]


def complete_match(text: str, known: Completions) -> str | None:
    """Completes the last word of a match: its key up to ``=``, then a value of that key."""
    head, blank, word = text.rpartition(" ")
    found = _term(word, known, list(known.values))
    return None if found is None else f"{head}{blank}{found}"


def complete_identity(text: str, known: Completions) -> str | None:
    """Completes ``tag:KEY=VALUE`` from real tags, and the other kinds of identities."""
    tags = [key for key in known.values if key.startswith("tag:")]
    if not text.casefold().startswith("tag:"):
        return complete(text, ("tag:", *KINDS))
    name, equals, value = text.partition("=")
    if not equals:
        return complete(name, [f"{key}=" for key in tags])
    tail = complete(value, known.values.get(name.casefold(), []))
    return None if tail is None else f"{name}={tail}"


def complete_split(text: str, names: Sequence[str]) -> str | None:
    """Completes the name of the last ``NAME=PERCENT``."""
    head, blank, word = text.rpartition(" ")
    found = None if "=" in word else complete(word, [f"{name}=" for name in names])
    return None if found is None else f"{head}{blank}{found}"


def _term(word: str, known: Completions, keys: Sequence[str]) -> str | None:
    name, equals, value = word.partition("=")
    if not equals:
        return complete(name, [f"{key}=" for key in keys])
    held = known.values.get(name.casefold(), [])
    tail = complete(value, [item for item in held if " " not in item])
    return None if tail is None else f"{name}={tail}"
