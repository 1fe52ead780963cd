"""Seeded traces with every rule in play, and an independent reading of them, written from the rules' text.

The reference is slow and literal: it keeps every span, looks at every pair, and adds fractions.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

DAY = 86_400 * 10**9
START = 20_725 * DAY
ROUTES = {"/v1/search/{id}": "search", "POST /v1/chat": "chat"}
MEASURES = (
    "calls", "failed_calls", "requests", "duration", "self_time", "input_tokens", "cache_read_tokens",
    "cache_write_tokens", "output_tokens", "reasoning_tokens",
)  # fmt: skip
STATES = (
    "", "ot=th:0", "ot=th:8", "ot=th:c;rv:00000000000001", "dd=s:1,ot=th:5", "ot=p:2", "ot=p:63", "ot=th:zz",
    "ot=p:64", "ot=p:3;th:8", "ot=th:fffffffffffffff", "congo=t61rcWkgMzE",
)  # fmt: skip
CALLS = ("chat", "text_completion", "generate_content", "embeddings")
Json = dict[str, Any]


def attributes(pairs: Json) -> list[Json]:
    """OTLP's list of attributes; whole numbers travel as text, sometimes."""
    found = []
    for key, value in pairs.items():
        if isinstance(value, bool):
            found.append({"key": key, "value": {"boolValue": value}})
        elif isinstance(value, int):
            found.append({"key": key, "value": {"intValue": str(value) if value % 2 else value}})
        else:
            found.append({"key": key, "value": {"stringValue": value}})
    return found


def make(seed: int, traces: int = 12) -> list[tuple[str, Json, Json]]:
    """(service, resource attributes, span as JSON) of seeded traces, in no order."""
    rng = random.Random(seed)  # noqa: S311 - a seeded case
    spans = [item for number in range(traces) for item in _trace(rng, number)]
    rng.shuffle(spans)
    return spans


def _trace(rng: random.Random, number: int) -> Iterator[tuple[str, Json, Json]]:
    trace = f"{rng.getrandbits(120) + 1:032x}"
    begin = START + rng.randrange(2 * DAY) + (DAY - 10**9 if rng.random() < 0.3 else 0)
    ids: list[str] = []
    for _ in range(rng.randrange(1, 9)):
        ident = f"{rng.getrandbits(60) + 1:016x}"
        parent = rng.choice(ids) if ids and rng.random() < 0.9 else ""
        if not ids and rng.random() < 0.2:
            parent = "00000000000000ff"  # a root that never came
        ids.append(ident)
        start = begin + rng.randrange(3 * 10**9)
        span: Json = {
            "traceId": trace.upper() if rng.random() < 0.3 else trace,
            "spanId": ident, "name": "x", "kind": rng.choice((1, 2, 3, 5)),
            "startTimeUnixNano": str(start),
            "endTimeUnixNano": start + rng.randrange(-(10**8), 2 * 10**9),
            "traceState": rng.choice(STATES), "status": {"code": 2} if rng.random() < 0.15 else {},
            "attributes": attributes(_words(rng)),
        }  # fmt: skip
        if parent:
            span["parentSpanId"] = parent
        resource = {"tenant.id": f"r{rng.randrange(2)}"} if rng.random() < 0.15 else {}
        yield rng.choice(("api", "db", "ai")), resource, span


def _words(rng: random.Random) -> Json:
    found: Json = {}
    if rng.random() < 0.25:
        key = rng.choice(("customer.id", "tenant.id", "app.customer_id"))
        found[key] = rng.choice(("acme", "zed", 7))
    if rng.random() < 0.2:
        found["app.feature"] = rng.choice(("chat", "labs"))
    if rng.random() < 0.4:
        found["http.route"] = rng.choice(("/v1/search/{id}", "/v1/chat", "/healthz"))
        found["http.request.method"] = rng.choice(("GET", "POST"))
    if rng.random() < 0.5:
        found |= _ai(rng)
    return found


def _ai(rng: random.Random) -> Json:
    found: Json = {}
    if rng.random() < 0.8:
        names = ("chat", "embeddings", "invoke_agent", "execute_tool", "invoke_workflow")
        found["gen_ai.operation.name"] = rng.choice(names)
    old = rng.random() < 0.4
    if rng.random() < 0.8:
        found["gen_ai.usage.prompt_tokens" if old else "gen_ai.usage.input_tokens"] = rng.randrange(200)
        found["gen_ai.usage.completion_tokens" if old else "gen_ai.usage.output_tokens"] = rng.randrange(90)
        if rng.random() < 0.5:
            dot = "cache_read_input_tokens" if old else "cache_read.input_tokens"
            found[f"gen_ai.usage.{dot}"] = rng.randrange(150)
            dot = "cache_creation_input_tokens" if old else "cache_creation.input_tokens"
            found[f"gen_ai.usage.{dot}"] = rng.randrange(40)
        if rng.random() < 0.1:
            found["gen_ai.usage.prompt_tokens"] = 5_000
    found["gen_ai.request.model"] = "m1"
    if rng.random() < 0.5:
        found["gen_ai.response.model"] = "m1-2026"
    if rng.random() < 0.5:
        found["gen_ai.response.id"] = f"resp-{rng.randrange(3)}"
    if rng.random() < 0.1:
        found["error.type"] = "timeout"
    return found


def message(spans: Iterable[tuple[str, Json, Json]]) -> Json:
    """An export request."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes({"service.name": service} | resource)},
                "scopeSpans": [{"scope": {"name": "s"}, "spans": [span]}],
            }
            for service, resource, span in spans
        ]
    }


# --- the reference ------------------------------------------------------------------------------

Cells = dict[tuple[int, str, str, str, str], dict[str, Fraction]]
"""(day, service, model, customer, feature) -> measure -> exact figure"""


def expected(spans: Sequence[tuple[str, Json, Json]], links: Mapping[str, str] | None = None) -> Cells:
    """What the rules say of these spans; models stand beside token measures alone.

    ``links``: trace id -> its customer, where the spans name none.
    """
    traces: dict[str, dict[str, Json]] = {}
    for service, resource, span in spans:
        words = {}
        for item in span["attributes"]:
            (value,) = item["value"].values()
            words[item["key"]] = value
        entry = {**span, "words": words, "service": service, "resource": resource}
        traces.setdefault(span["traceId"].lower(), {}).setdefault(span["spanId"], entry)
    cells: Cells = {}
    for ident, trace in traces.items():
        _count(trace, cells, (links or {}).get(ident, ""))
    kept = {key: {m: v for m, v in row.items() if v} for key, row in cells.items()}
    return {key: row for key, row in kept.items() if row}


def _count(trace: dict[str, Json], cells: Cells, linked: str) -> None:
    calls = _calls(trace)
    for span in trace.values():
        start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
        day, weight = start // DAY, _weight(span["traceState"])
        who, what = _customer(trace, span) or linked, _feature(trace, span)
        row = cells.setdefault((day, span["service"], "", who, what), dict.fromkeys(MEASURES, Fraction(0)))
        if span["kind"] in (2, 5):
            row["requests"] += weight
            row["duration"] += weight * max(0, end - start)
        row["self_time"] += weight * _self_time(trace, span, start, end)
        if span["spanId"] in calls:
            model = span["words"].get("gen_ai.response.model") or span["words"].get(
                "gen_ai.request.model", ""
            )
            key = (day, span["service"], model, who, what)
            row = cells.setdefault(key, dict.fromkeys(MEASURES, Fraction(0)))
            for name, figure in _tokens(span).items():
                row[name] += weight * figure


def _weight(state: str) -> Fraction:
    for member in state.split(","):
        name, _, value = member.strip().partition("=")
        if name == "ot":
            found = dict(part.split(":", 1) for part in value.split(";") if ":" in part)
            text = found.get("th", "")
            if 1 <= len(text) <= 14 and all(c in "0123456789abcdefABCDEF" for c in text):
                return Fraction(2**56, 2**56 - int(text + "0" * (14 - len(text)), 16))
            if found.get("p", "").isdigit() and int(found["p"]) <= 63:
                return Fraction(0 if found["p"] == "63" else 2 ** int(found["p"]))
    return Fraction(1)


def _above(trace: dict[str, Json], span: Json) -> Iterator[Json]:
    while (up := trace.get(span.get("parentSpanId", ""))) is not None:
        yield up
        span = up


def _walk(trace: dict[str, Json], span: Json, own: dict[str, str]) -> str:
    for one in (span, *_above(trace, span)):
        if own[one["spanId"]]:
            return own[one["spanId"]]
    agreed = {value for value in own.values() if value}
    return agreed.pop() if len(agreed) == 1 else ""


def _customer(trace: dict[str, Json], span: Json) -> str:
    keys = ("customer.id", "tenant.id", "app.customer_id")

    def own(one: Json) -> str:
        both = [one["words"].get(key) for key in keys] + [one["resource"].get(key) for key in keys]
        return next((str(value) for value in both if value not in (None, "")), "")

    return _walk(trace, span, {ident: own(one) for ident, one in trace.items()})


def _feature(trace: dict[str, Json], span: Json) -> str:
    def own(one: Json) -> str:
        words = one["words"]
        route = words.get("http.route", "")
        with_method = f"{words.get('http.request.method', '')} {route}"
        return words.get("app.feature") or ROUTES.get(route) or ROUTES.get(with_method, "")

    return _walk(trace, span, {ident: own(one) for ident, one in trace.items()})


def _self_time(trace: dict[str, Json], span: Json, start: int, end: int) -> int:
    edges = sorted({start, max(start, end), *_edges(trace, span, start, end)})
    free = 0
    for low, high in pairwise(edges):
        inside = any(
            child.get("parentSpanId") == span["spanId"]
            and int(child["startTimeUnixNano"]) <= low
            and high <= int(child["endTimeUnixNano"])
            for child in trace.values()
        )
        free += 0 if inside else high - low
    return free


def _edges(trace: dict[str, Json], span: Json, start: int, end: int) -> Iterator[int]:
    for child in trace.values():
        if child.get("parentSpanId") == span["spanId"]:
            for name in ("startTimeUnixNano", "endTimeUnixNano"):
                if start < int(child[name]) < end:
                    yield int(child[name])


def _usage(span: Json) -> bool:
    return any(key.startswith("gen_ai.usage.") for key in span["words"])


def _calls(trace: dict[str, Json]) -> set[str]:
    def call(span: Json) -> bool:
        name = span["words"].get("gen_ai.operation.name")
        return name in CALLS or (name is None and _usage(span))

    def agent(span: Json) -> bool:
        return span["words"].get("gen_ai.operation.name") == "invoke_agent" and _usage(span)

    def below(span: Json) -> list[Json]:
        return [one for one in trace.values() if any(up is span for up in _above(trace, one))]

    counted = [span for span in trace.values() if call(span)]
    counted += [
        span for span in trace.values()
        if agent(span) and not any(call(one) or agent(one) for one in below(span))
    ]  # fmt: skip
    chosen = {span["spanId"] for span in counted}
    for ident in {span["words"].get("gen_ai.response.id") for span in counted} - {None}:
        same = [span for span in counted if span["words"].get("gen_ai.response.id") == ident]
        top = [span for span in same if not any(up in same for up in _above(trace, span))]
        kept = min(top, key=lambda span: (int(span["startTimeUnixNano"]), span["spanId"]))
        chosen -= {span["spanId"] for span in same} - {kept["spanId"]}
    return chosen


def _tokens(span: Json) -> dict[str, int]:
    words = span["words"]
    if not _usage(span):
        failed = span["status"].get("code") == 2 or "error.type" in words
        return {"failed_calls" if failed else "calls": 1}

    def first(*names: str) -> int:
        return int(next((words[f"gen_ai.usage.{n}"] for n in names if f"gen_ai.usage.{n}" in words), 0))

    given = first("input_tokens", "prompt_tokens")
    read = first("cache_read.input_tokens", "cache_read_input_tokens")
    write = first("cache_creation.input_tokens", "cache_creation_input_tokens")
    return {
        "calls": 1, "input_tokens": given if given < read + write else given - read - write,
        "cache_read_tokens": read, "cache_write_tokens": write,
        "output_tokens": first("output_tokens", "completion_tokens"),
    }  # fmt: skip


def expected_without_routes(spans: Sequence[tuple[str, Json, Json]]) -> Cells:
    """As ``expected``, for a store that maps no route."""
    bare = []
    for service, resource, span in spans:
        words = [item for item in span["attributes"] if item["key"] != "http.route"]
        bare.append((service, resource, {**span, "attributes": words}))
    return expected(bare)
