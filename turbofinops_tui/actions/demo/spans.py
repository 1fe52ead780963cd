"""The demo's traces: requests through a shared cluster that no tag divides, as a collector writes them.

The cluster ``mesh`` took over from one that is spread by revenue at the start of last month. Bigger plans
call it; of its requests one in 4,096 is kept (``ot=th``), so one trace stands for a customer's day. Health
checks name nobody: their part of the cluster stays unattributed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from turbofinops_tui.actions.demo.business import Calendar, Company, Draw
from turbofinops_tui.economics.periods import month_start
from turbofinops_tui.economics.types import Link, Match
from turbofinops_tui.store.rule_rows import RouteRule

CLUSTER = "mesh"
_GATEWAY = "gateway"
_SEARCH = "search-svc"
_ROUTES = (("POST", "/v1/search", "search"), ("GET", "/v1/reports/{id}", "core"))
"""(method, route, feature)"""
_USERS = ("growth", "scale", "enterprise")
_SAMPLED = "ot=th:fff"
_SECOND = 10**9


def cluster_day(calendar: Calendar) -> int:
    """The first day of the cluster."""
    return month_start(max(calendar.first, calendar.running - 1))


def rules() -> Iterator[Link | RouteRule]:
    """What the traces are read and used by."""
    match = Match((("service", "Kubernetes Engine"), ("tag:cluster", CLUSTER)))
    yield Link("mesh", "trace", match, evidence=(_GATEWAY, _SEARCH))
    for method, route, feature in _ROUTES:
        yield RouteRule(f"route-{feature}", f"{method} {route}", feature)


def traces(companies: Sequence[Company], calendar: Calendar, seed: int) -> Iterator[str]:
    """OTLP/JSON Lines, a message for each service and day."""
    users = [(company, Draw(seed, "traces", company.number)) for company in companies]
    users = [(company, draw) for company, draw in users if company.plan in _USERS]
    for day in range(cluster_day(calendar), calendar.today):
        spans: dict[str, list[str]] = {}
        whole = 0
        for company, draw in users:
            if company.signup <= day and (company.end is None or day < company.end):
                whole += _request(spans, day, company, draw)
        if whole:
            _span(spans, _GATEWAY, (day, 0, 0), day * 86400 * _SECOND, whole // 20, "")
        for service, found in sorted(spans.items()):
            yield _message(service, found)


def _request(spans: dict[str, list[str]], day: int, company: Company, draw: Draw) -> int:
    """A customer's request at the gateway, a search in the service behind it; returns its nanoseconds."""
    method, route, feature = _ROUTES[draw.chance(350)]
    took = company.cents * draw.between(700, 1300)
    start = (day * 86400 + 28800 + draw.below(43200)) * _SECOND
    known = (("customer.id", company.ref), ("http.request.method", method), ("http.route", route))
    words = ",".join(_word(key, value) for key, value in known)
    _span(spans, _GATEWAY, (day, company.number + 1, 0), start, took, words)
    if feature == "search":
        inside = took * draw.between(600, 800) // 1000
        _span(spans, _SEARCH, (day, company.number + 1, 1), start + took // 10, inside, "")
    return took


def _span(
    spans: dict[str, list[str]], service: str, place: tuple[int, int, int], start: int, took: int, words: str
) -> None:
    """A SERVER span: ``place`` is (day, trace, depth)."""
    day, number, depth = place
    trace, own = f"{day:016x}{number:016x}", f"{day:08x}{number:06x}{depth + 1:02x}"
    parent = f'"parentSpanId":"{day:08x}{number:06x}{depth:02x}",' if depth else ""
    spans.setdefault(service, []).append(
        f'{{"traceId":"{trace}","spanId":"{own}",{parent}"traceState":"{_SAMPLED}","name":"{service}","kind":2,'
        f'"startTimeUnixNano":"{start}","endTimeUnixNano":"{start + took}","attributes":[{words}]}}'
    )


def _message(service: str, spans: Sequence[str]) -> str:
    resource = f'{{"attributes":[{_word("service.name", service)}]}}'
    scopes = f'[{{"scope":{{"name":"demo"}},"spans":[{",".join(spans)}]}}]'
    return f'{{"resourceSpans":[{{"resource":{resource},"scopeSpans":{scopes}}}]}}\n'


def _word(key: str, value: str) -> str:
    return f'{{"key":"{key}","value":{{"stringValue":{json.dumps(value)}}}}}'
