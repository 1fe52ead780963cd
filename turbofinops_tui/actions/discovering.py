"""Which attribute of the spans names the customer: keys whose values match known customers, with coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.economics.links import Directory
from turbofinops_tui.economics.money import Ratio
from turbofinops_tui.economics.spans import Attributes, Span, text_of
from turbofinops_tui.store.customers import load_customers, load_identities
from turbofinops_tui.store.received import file_record
from turbofinops_tui.store.settings import all_settings
from turbofinops_tui.store.spans import every_part
from turbofinops_tui.sync.kept_spans import spans_of
from turbofinops_tui.sync.read.limits import limits_from
from turbofinops_tui.sync.read.otlp import Add, Read

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

MOST_VALUES = 10_000
"""distinct values of one key that are looked up; a key with more names requests, not customers"""
MOST_KEYS = 2_000


@dataclass(slots=True)
class _Key:
    spans: int = 0
    traces: set[str] = field(default_factory=set)
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attribute key of spans or resources."""

    key: str
    place: str
    """``span`` or ``resource``"""
    customers: int
    """known customers among its values"""
    values: int
    """distinct values"""
    matched: str
    """percent of its spans whose value is a known customer, 4 decimals"""
    coverage: str
    """percent of all spans that carry a matching value"""
    traces: str
    """percent of all traces with a span that carries one"""
    used: bool
    """it is in the setting ``evidence.customer_keys``"""


def discover(session: Session, paths: Sequence[Path] = ()) -> list[Candidate]:
    """Attribute keys with values that are known customers, best coverage first.

    From the spans of open days, or from files (nothing of them is stored). Customers that only evidence has
    named are no proof, so confirmed ones count where there are any. DataError for an unreadable file.
    """
    with session.store.read() as conn:
        customers, identities = load_customers(conn), load_identities(conn)
        settings = all_settings(conn)
    confirmed = [customer for customer in customers if customer.confirmed]
    survey = _Survey(Directory(confirmed or customers, identities, ()))
    if paths:
        _from_files(paths, settings, survey.add)
    else:
        with session.store.read() as conn:
            for part in every_part(conn):
                for span in spans_of(part):
                    survey.add(part.trace, span)
    return survey.candidates(settings["evidence.customer_keys"].split(","))


class _Survey:
    """What the keys of many spans hold."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._found: dict[tuple[str, str], _Key] = {}
        self._spans = 0
        self._traces: set[str] = set()

    def add(self, trace: str, span: Span) -> None:
        """Look at one span and its resource."""
        self._spans += 1
        self._traces.add(trace)
        self._note("span", span.attributes, trace)
        self._note("resource", span.source.attributes, trace)

    def _note(self, place: str, attributes: Attributes, trace: str) -> None:
        for key, value in attributes.items():
            text = text_of(value)
            item = self._found.get((place, key))
            if not text or (item is None and len(self._found) >= MOST_KEYS):
                continue
            if item is None:
                item = self._found[place, key] = _Key()
            item.spans += 1
            if text in item.values or len(item.values) < MOST_VALUES:
                item.values[text] = item.values.get(text, 0) + 1
                if self._directory.find("trace", text) is not None:
                    item.traces.add(trace)

    def candidates(self, used: Sequence[str]) -> list[Candidate]:
        """The keys that name anybody."""
        lines = []
        for (place, key), item in self._found.items():
            places = {text: self._directory.find("trace", text) for text in item.values}
            who = {text: at for text, at in places.items() if at is not None}
            hits = sum(item.values[text] for text in who)
            if who and not _by_chance(who, hits, item.spans):
                line = Candidate(
                    key,
                    place,
                    len(set(who.values())),
                    len(item.values),
                    Ratio(hits, item.spans).text(),
                    Ratio(hits, self._spans).text(),
                    Ratio(len(item.traces), len(self._traces)).text(),
                    key in used,
                )
                lines.append((-hits, key, place, line))
        return [line for *_, line in sorted(lines, key=lambda item: item[:3])]


def _by_chance(who: Iterable[str], hits: int, spans: int) -> bool:
    """Numbers of which most are nobody's: a count that now and then is like a customer's number."""
    return 2 * hits < spans and all(text.isascii() and text.isdigit() for text in who)


def _from_files(paths: Iterable[Path], settings: dict[str, str], add: Add) -> None:
    from turbofinops_tui.sync.read.otlp_files import read_file

    limits = limits_from(settings)
    for path in paths:
        record = file_record(path)
        read_file(path, record.bytes, limits, add, Read())
