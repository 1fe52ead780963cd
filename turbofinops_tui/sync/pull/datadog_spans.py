"""Datadog's indexed spans as usage evidence: requests and durations by service and customer, day by day.

``POST /api/v2/spans/analytics/aggregate`` sees what retention filters kept, for as long as they keep it: a
biased part of the traffic, marked so wherever it counts (facts: ai_datadog_otel.md 4.4). 300 requests an hour
are allowed; a day takes one, and is asked again until it is three days old.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from turbofinops_tui.economics.periods import day_text, parse_day
from turbofinops_tui.economics.usage import USAGE_MEASURES, EvidenceKey, EvidenceRow
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.json_api import Json
from turbofinops_tui.sync.runner import Ask, Cursors, Fetched, FetchedEvidence, Item

PATH = "/api/v2/spans/analytics/aggregate"
PERMISSION = "apm_read"
EXPORT, FEED = "spans", "datadog"
RETAINED_DAYS = 15
"""what Datadog's own retention filter keeps"""
FINAL_DAYS = 3
QUERY = "@span.kind:(server OR consumer)"
"""entry spans, as of traces of one's own"""
MOST_SERVICES, MOST_CUSTOMERS = 100, 1_000
NONE, ALL = "(none)", "(all)"
"""what Datadog is asked to call spans without a facet, and the sum over a facet"""
_COMPUTE = [
    {"aggregation": "count", "type": "total"},
    {"aggregation": "sum", "metric": "@duration", "type": "total"},
]


def items(name: str, today: int, ask: Ask, cursors: Cursors) -> list[Item]:
    """The days to ask for, oldest first: whole ones that Datadog still has and that may have changed."""
    first = max(today - RETAINED_DAYS, ask.since or 0)
    return [
        Item(key, EXPORT, "", f"{name} spans of {day_text(day)}")
        for day in range(first, today)
        if not cursors.get(key := f"{EXPORT}/{day_text(day)}", {}).get("final")
    ]


def body_of(day: int, customer: str, feature: str, query: str) -> Json:
    """The question for one UTC day."""
    facets: list[Json] = [{"facet": "service", "limit": MOST_SERVICES, "missing": NONE}]
    facets.append({"facet": customer, "limit": MOST_CUSTOMERS, "missing": NONE, "total": ALL})
    if feature:
        facets.append({"facet": feature, "limit": MOST_SERVICES, "missing": NONE})
    asked = {"from": f"{day_text(day)}T00:00:00Z", "to": f"{day_text(day + 1)}T00:00:00Z", "query": query}
    attributes = {"compute": _COMPUTE, "filter": asked, "group_by": facets}
    return {"data": {"type": "aggregate_request", "attributes": attributes}}


def fetched(
    item: Item, source: str, today: int, facets: tuple[str, str], answer: Json, old: Cursors
) -> Fetched | None:
    """The answer for a day as evidence; None when it is what it was. DataError when Datadog broke off."""
    day = parse_day(item.key.partition("/")[2])
    where = f"Datadog spans of {day_text(day)}"
    meta = read.optional(answer.get("meta"), where)
    if read.text(meta.get("status")) == "timeout":
        raise DataError(f"{where}: Datadog broke off in time", "the same command asks again")
    rows, notes = rows_of(answer, day, facets, where)
    digest = sha256(repr(rows).encode()).hexdigest()
    cursor = {"digest": digest, "final": day <= today - FINAL_DAYS}
    if dict(old.get(item.key, {})) == cursor:
        return None
    notes += [
        f"{where}: {read.text(one.get('title'))}" for one in read.rows(meta.get("warnings") or [], where)
    ]
    evidence = FetchedEvidence(f"{FEED}:{source}:{day_text(day)}", FEED, tuple(rows))
    return Fetched((), EXPORT, (), cursor, notes=tuple(notes), evidence=evidence)


def rows_of(
    answer: Json, day: int, facets: tuple[str, str], where: str
) -> tuple[list[EvidenceRow], list[str]]:
    """Rows by service, customer and feature, and notes; what a limit cut off has no customer."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    whole: dict[str, list[int]] = {}
    for by, figures in _buckets(answer, where):
        service, customer, feature = (_named(by, name) for name in ("service", *facets))
        if by.get(facets[0]) == ALL:
            _add(whole.setdefault(service, [0, 0]), figures)
        else:
            _add(sums.setdefault((service, customer, feature), [0, 0]), figures)
    notes = []
    for service, total in sorted(whole.items()):
        told = [sum(held[at] for key, held in sums.items() if key[0] == service) for at in (0, 1)]
        if total[0] > told[0]:
            rest = [total[0] - told[0], max(0, total[1] - told[1])]
            _add(sums.setdefault((service, "", ""), [0, 0]), rest)
            notes.append(f"{where}: {rest[0]:,} spans of {service} are beyond {MOST_CUSTOMERS:,} customers")
    return [_row(day, key, held) for key, held in sorted(sums.items()) if any(held)], notes


def _buckets(answer: Json, where: str) -> Iterator[tuple[Mapping[str, Any], list[int]]]:
    """(facet -> value, [spans, nanoseconds]).

    Recorded answers call the figures ``compute``, Datadog's own package calls them ``computes``.
    """
    for bucket in read.rows(answer.get("data") or [], where):
        told = read.optional(bucket.get("attributes"), where)
        figures = read.optional(told.get("compute") or told.get("computes"), where)
        found = [
            max(0, round(read.amount(figures.get(name) or 0, f"{where} {name}"))) for name in ("c0", "c1")
        ]
        yield read.optional(told.get("by"), where), found


def _named(by: Mapping[str, Any], facet: str) -> str:
    text = read.text(by.get(facet)) if facet else ""
    return "" if text in (NONE, ALL) else text


def _add(held: list[int], figures: list[int]) -> None:
    held[0] += figures[0]
    held[1] += figures[1]


def _row(day: int, key: tuple[str, str, str], held: list[int]) -> EvidenceRow:
    service, customer, feature = key
    told = {"requests": held[0], "duration": held[1]}
    measures = tuple(told.get(name, 0) for name in USAGE_MEASURES)
    own = EvidenceKey(
        FEED, service, customer_kind="trace" if customer else "", customer=customer,
        feature_kind="label" if feature else "", feature=feature,
    )  # fmt: skip
    return EvidenceRow(day, own, measures)  # type: ignore[arg-type]
