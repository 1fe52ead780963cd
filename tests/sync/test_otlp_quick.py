"""The fast reading of OTLP/JSON gives the very spans of the careful one, or leaves the message to it."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sync import otlp_cases
from tests.sync.otlp_bytes import protobuf
from turbofinops_tui.economics.spans import Asked, Packed, Scalar, Source, Span
from turbofinops_tui.store.spans import Part
from turbofinops_tui.sync.kept_spans import part_of, spans_of
from turbofinops_tui.sync.read import otlp_quick
from turbofinops_tui.sync.read.otlp import NotTraces, Read, loads, read_message
from turbofinops_tui.sync.read.otlp_proto import parse_message, read_proto

Found = tuple[list[tuple[str, Any]], Read]
ASKED = Asked.of(("customer.id", "tenant.id", "http.route", "naïve/key"), ("customer.id", "tenant", "na"))


def plain(span: Span) -> tuple[Any, ...]:
    source = span.source
    return (*span[:9], tuple(source[:2]), list(source.attributes.items()), list(span.attributes.items()))


def quick(raw: bytes) -> Found | None:
    found: list[tuple[str, Any]] = []
    read = Read()
    done = otlp_quick.read_quick(raw, lambda trace, span: found.append((trace, plain(span))), read)
    assert done or not found
    return (found, read) if done else None


def careful(raw: bytes) -> Found | None:
    found: list[tuple[str, Any]] = []
    read = Read()
    try:
        read_message(loads(raw), lambda trace, span: found.append((trace, plain(span))), read)
    except NotTraces:
        return None
    return found, read


def texts(seed: int) -> bytes:
    """A message as exporters write it: times as text."""
    message = otlp_cases.message(otlp_cases.make(seed, 6))
    for resource in message["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                span["endTimeUnixNano"] = str(max(span["endTimeUnixNano"], 0))
                span["traceId"] = span["traceId"].lower()
    return json.dumps(message).encode()


@pytest.mark.parametrize("seed", range(6))
def test_an_ordinary_message_is_read_fast_and_alike(seed: int) -> None:
    raw = texts(seed)
    found = quick(raw)
    assert found is not None
    assert found[0]
    assert found == careful(raw)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("traceId", "0" * 32), ("spanId", "0" * 16), ("parentSpanId", "0" * 16), ("spanId", "A" * 16),
        ("spanId", "g" * 16), ("spanId", "b" * 15), ("traceId", "b" * 31), ("startTimeUnixNano", "0"),
        ("startTimeUnixNano", ""), ("endTimeUnixNano", "+5"), ("endTimeUnixNano", "1_0"), ("kind", "2"),
        ("startTimeUnixNano", "18446744073709551616"), ("startTimeUnixNano", "0" * 20 + "5"),
        ("endTimeUnixNano", "18446744073709551616"), ("startTimeUnixNano", "-5"), ("traceState", None),
    ],
)  # fmt: skip
def test_an_odd_span_is_left_to_the_careful_reading(field: str, value: str | None) -> None:
    message = json.loads(texts(2))
    message["resourceSpans"][0]["scopeSpans"][0]["spans"][0][field] = value
    raw = json.dumps(message).encode()
    assert quick(raw) is None
    assert careful(raw) is not None


MARKS = (
    b"\x00", b"\n", b"\\", b"\\u12", b"\\ud800", b"\\u0041", b"\xff", b"\xc3\xa9", b'"', b"{", b"}", b"[",
    b"]", b",", b":", b"0", b"-", b".5", b"e3", b"NaN", b"null", b"true", b" ", b"F", b"18446744073709551616",
)  # fmt: skip


def test_damage_is_read_alike_or_left_to_the_careful_reading() -> None:
    rng = random.Random(3)  # noqa: S311 - seeded damage
    raw = texts(1)
    taken = 0
    for _ in range(1_500):
        place, mark = rng.randrange(len(raw)), rng.choice(MARKS)
        damaged = raw[:place] + mark + raw[place + rng.choice((0, 1, len(mark), 9)) :]
        found = quick(damaged)
        if found is not None:
            taken += 1
            assert found == careful(damaged), damaged[max(place - 40, 0) : place + 40]
    assert taken > 200


@pytest.mark.parametrize(
    "value",
    [
        "18446744073709551616",
        "-9223372036854775809",
        "1" + "0" * 300,
        "1.5",
        "true",
        '"x"',
        "null",
        "[1]",
        "{}",
    ],
)
def test_any_value_is_read_alike(value: str) -> None:
    more = b'"attributes": [{"key": "customer.id", "value": {"a": %s}}, {' % value.encode()
    raw = texts(0).replace(b'"attributes": [{', more)
    found = quick(raw)
    assert found is not None
    assert found == careful(raw)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[{"key":"customer.id","value":{"intValue":7}},{"key":"x","value":{}}]', {"customer.id"}),
        ('[{"key" :\t"\\u0063ustomer.id","value":{"stringValue":"a"}}]', {"customer.id"}),
        ('[{"key":"naïve\\/key","value":{"boolValue":true}}]', {"naïve/key"}),
        ('[{"key":"x","value":{"stringValue":"customer.id"}}]', set()),
        ('[{"key":"http.route","value":{"stringValue":"/"}}]', set()),
        ('[{"key":"customer.id","value":{"stringValue":"%s"}}]' % ("x" * 300), set()),
        ('[{"key":"customer.id"}]', set()),
        ("null", set()),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_picked(text: str, names: set[str]) -> None:
    held = otlp_quick.PackedJson(text.encode())
    assert set(held.pick(ASKED)) == names


def test_only_the_first_attributes_of_very_many_count() -> None:
    items = [{"key": f"k{n}", "value": {"intValue": n}} for n in range(200)]
    for place, names in ((0, {"customer.id"}), (150, set())):
        held = [*items]
        held.insert(place, {"key": "customer.id", "value": {"stringValue": "a"}})
        assert set(otlp_quick.PackedJson(json.dumps(held).encode()).pick(ASKED)) == names


@pytest.mark.parametrize("seed", range(3))
def test_kept_spans_come_back_as_they_were(seed: int) -> None:
    raw = texts(seed)
    for form in ("quick", "careful", "binary"):
        spans: list[Span] = []
        add = lambda _, span, spans=spans: spans.append(span)  # noqa: E731
        if form == "quick":
            assert otlp_quick.read_quick(raw, add, Read())
        elif form == "careful":
            read_message(loads(raw), add, Read())
        else:
            read_proto(parse_message(protobuf(json.loads(raw))), add, Read())
        part = part_of("a" * 32, 1, spans)
        assert [plain(span) for span in spans_of(part)] == [plain(span) for span in spans]
        for before, after in zip(spans, spans_of(part), strict=True):
            if isinstance(before.attributes, Packed) and isinstance(after.attributes, Packed):
                assert before.attributes.pick(ASKED) == after.attributes.pick(ASKED)


def test_parts_of_earlier_versions_are_read() -> None:
    import zstandard

    rows = [["service", "scope", {"a": "b"}]], [["1" * 16, "", 5, 4, 2, 1, 1, True, False, 0, {"c": 7}]]
    body = zstandard.ZstdCompressor(level=1).compress(json.dumps(rows).encode())
    (span,) = spans_of(Part("a" * 32, 1, 0, 0, body))
    assert plain(span)[-3:] == (("service", "scope"), [("a", "b")], [("c", 7)])


def test_prompts_and_events_of_binary_spans_are_not_kept() -> None:
    message = json.loads(texts(0))
    span = message["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    span["attributes"] += otlp_cases.attributes({"gen_ai.prompt": "secret" * 2_000, "kept": "yes"})
    big: list[Span] = []
    read_proto(parse_message(protobuf(message)), lambda _, found: big.append(found), Read())
    held = next(found for found in big if found.attributes.get("kept") == "yes")
    assert "gen_ai.prompt" not in held.attributes
    assert b"secret" not in part_of("a" * 32, 1, [held]).body


def test_spans_are_packed_and_unpacked_in_several_threads_at_once() -> None:
    source = Source("service", "", {})
    words: dict[str, Scalar] = {str(number): "word " * 40 + str(number**5) for number in range(40)}
    spans = [Span(f"{n:016x}", "", 10, 5, 2, 1, 1, True, False, source, words) for n in range(60)]

    def work(_: int) -> bool:
        return all(spans_of(part_of("a" * 32, 1, spans)) == spans for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
