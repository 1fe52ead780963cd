"""Forms and damage of trace files: packings, framings, cut and growing files, hostile and huge messages."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from tests.sync import otlp_cases
from tests.sync.otlp_bytes import protobuf
from turbofinops_tui.economics.spans import Span
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read import otlp_big, otlp_files
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.otlp import Read

MESSAGES = [otlp_cases.message(otlp_cases.make(seed, 3)) for seed in range(4)]
LINES = b"".join(json.dumps(message).encode() + b"\n" for message in MESSAGES)


def read(path: Path, raw: bytes, size: int | None = None) -> tuple[list[tuple[str, Span]], Read]:
    path.write_bytes(raw)
    found: list[tuple[str, Span]] = []
    told = Read()
    add = lambda trace, span: found.append((trace, span))  # noqa: E731
    otlp_files.read_file(path, len(raw) if size is None else size, Limits(), add, told)
    return [(trace, told_as_text(span)) for trace, span in found], told


def told_as_text(span: Span) -> Span:
    """The span with its attributes as texts: whole numbers travel as text in JSON."""
    return span._replace(attributes={key: str(value) for key, value in span.attributes.items()})


def framed(*messages: bytes) -> bytes:
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in messages)


def packed(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(raw)


@pytest.mark.parametrize(
    "raw",
    ids=lambda raw: raw[:4].hex(),
    argvalues=[
        gzip.compress(LINES),
        packed(LINES),
        b"\xef\xbb\xbf" + LINES,
        LINES.replace(b"\n", b"\r\n\n"),
        LINES.rstrip(b"\n"),
        framed(*map(protobuf, MESSAGES)),
        framed(*(packed(protobuf(message)) for message in MESSAGES)),
        framed(*(packed(json.dumps(message).encode()) for message in MESSAGES)),
        gzip.compress(framed(*map(protobuf, MESSAGES))),
        b"".join(json.dumps({"result": message}).encode() + b"\n" for message in MESSAGES),
    ],
)
def test_every_form_gives_the_same_spans(tmp_path: Path, raw: bytes) -> None:
    plain, _ = read(tmp_path / "plain", LINES)
    found, told = read(tmp_path / "other", raw)
    assert found == plain
    assert (told.malformed, told.messages) == (0, 4)


@pytest.mark.parametrize("indent", [None, 2])
def test_one_document_is_one_message(tmp_path: Path, indent: int | None) -> None:
    plain, _ = read(tmp_path / "plain", LINES.splitlines()[0])
    found, told = read(tmp_path / "x", json.dumps(MESSAGES[0], indent=indent).encode() + b"\n\n")
    assert (found, told.messages, told.malformed) == (plain, 1, 0)
    found, told = read(tmp_path / "x", b"[\n1,\n2]\n")
    assert (found, told.messages, told.malformed) == ([], 0, 1)


def test_damage_costs_its_own_line(tmp_path: Path) -> None:
    bad = [
        LINES[:300], b"no telemetry", b'{"resourceMetrics":[]}', b"[]", b"null", b"[" * 200_000,
        b"\xff\xfe{}",
        b'{"resourceSpans":{}}', b'{"resourceSpans":' * 3_000,
    ]  # fmt: skip
    plain, _ = read(tmp_path / "plain", LINES)
    found, told = read(tmp_path / "x", b"\n".join([*bad, b" ", LINES, LINES[:200]]))
    assert found == plain
    assert told.malformed == len(bad) + 1
    assert told.first_position["not_json"] == "x:1"


def test_a_growing_file_is_read_to_the_size_it_had(tmp_path: Path) -> None:
    lines = LINES.splitlines(keepends=True)
    first, told = read(tmp_path / "x", LINES, len(lines[0]) + 50)
    assert (told.messages, told.malformed) == (1, 1)
    assert first == read(tmp_path / "y", lines[0])[0]


@pytest.mark.parametrize(
    "raw", [gzip.compress(LINES)[:-9], gzip.compress(LINES)[:40] + b"x" * 99], ids=("cut", "changed")
)
def test_a_damaged_archive_is_an_error(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path / "x", raw)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="200 times"):
        read(tmp_path / "x", gzip.compress(bytes(32 << 20)))


def test_a_cut_frame_costs_itself(tmp_path: Path) -> None:
    raw = framed(*map(protobuf, MESSAGES))
    found, told = read(tmp_path / "x", raw[:-5])
    assert (told.messages, told.malformed, told.reasons) == (3, 1, {"cut_off": 1})
    assert found


SPAN = {"traceId": "a" * 32, "spanId": "b" * 16, "startTimeUnixNano": "5", "endTimeUnixNano": "9", "kind": 2}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"traceId": "a" * 31}, "span_id"),
        ({"traceId": "a" * 30 + "  "}, "span_id"),
        ({"traceId": 5}, "span_id"),
        ({"spanId": "0" * 16}, "span_id"),
        ({"spanId": "b" * 32}, "span_id"),
        ({"startTimeUnixNano": None}, "span_start"),
        ({"startTimeUnixNano": "0"}, "span_start"),
        ({"startTimeUnixNano": "-5"}, "span_start"),
        ({"startTimeUnixNano": "9" * 30}, "span_start"),
        ({"startTimeUnixNano": "soon"}, "span_start"),
    ],
)
def test_a_span_without_a_place_is_rejected_alone(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    message = {"resourceSpans": [{"scopeSpans": [{"spans": [SPAN | change, SPAN, "text", None]}]}]}
    found, told = read(tmp_path / "x", json.dumps(message).encode())
    assert [span.id for _, span in found] == ["b" * 16]
    assert told.reasons == {reason: 1, "no_span": 2}


@pytest.mark.parametrize(
    ("change", "length", "kind"),
    [
        ({"endTimeUnixNano": "1"}, 0, 2),
        ({"endTimeUnixNano": None}, 0, 2),
        ({"endTimeUnixNano": 18446744073709551615}, 0, 2),
        ({"endTimeUnixNano": 9, "kind": "2"}, 4, 2),
        ({"kind": "SPAN_KIND_SERVER"}, 4, 2),
        ({"kind": [1]}, 4, 0),
        ({"attributes": "x", "status": 2, "traceState": 7, "parentSpanId": "zz"}, 4, 2),
        (
            {
                "attributes": [
                    1,
                    {"key": "a"},
                    {"key": 5, "value": {}},
                    {"key": "k", "value": {"arrayValue": {}}},
                ]
            },
            4,
            2,
        ),
    ],
)
def test_odd_fields_do_not_cost_the_span(
    tmp_path: Path, change: dict[str, object], length: int, kind: int
) -> None:
    message = {"resourceSpans": [{"resource": None, "scopeSpans": [{"scope": [], "spans": [SPAN | change]}]}]}
    ((_, span),), told = read(tmp_path / "x", json.dumps(message).encode())
    assert (span.length, span.kind, span.attributes, told.rejected_spans) == (length, kind, {}, 0)


@pytest.mark.parametrize("form", ["text", "number", "binary"])
def test_odd_times_are_counted(tmp_path: Path, form: str) -> None:
    now = 1_790_812_800 * 10**9
    times = [(now, now - 1), (now, 0), (1, 5), (2**63, 2**63 + 1), (now, now), (now, now + 2**61)]
    odd = [
        SPAN | {"spanId": f"{n + 1:016x}", "startTimeUnixNano": str(start), "endTimeUnixNano": str(end)}
        for n, (start, end) in enumerate(times)
    ]
    if form == "number":
        odd = [span | {"kind": "2"} for span in odd]
    message = {"resourceSpans": [{"scopeSpans": [{"spans": odd}]}]}
    raw = json.dumps(message).encode() if form != "binary" else framed(protobuf(message))
    found, told = read(tmp_path / "x", raw)
    assert (told.backward, told.far_off, told.broken_times) == (2, 2, 1)
    assert [span.length for _, span in found] == [0, 0, 4, 1, 0, 0]


def big(count: int) -> bytes:
    """One line with one resource of many spans; what stands around them comes last."""
    spans = [
        SPAN | {"spanId": f"{n + 1:016x}", "attributes": otlp_cases.attributes({"customer.id": 'a"}]\\' * 5})}
        for n in range(count)
    ]
    resource = {"attributes": otlp_cases.attributes({"service.name": "s"})}
    entry = {"scopeSpans": [{"spans": spans, "scope": {"name": "late"}}], "resource": resource}
    return json.dumps({"resourceSpans": [entry]}).encode() + b"\n"


def test_big_lines_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = big(300) + LINES
    plain, _ = read(tmp_path / "x", raw)
    monkeypatch.setattr(otlp_files, "BIG", 1_000)
    monkeypatch.setattr(otlp_big, "PIECE", 2_000)
    found, told = read(tmp_path / "x", raw)
    assert found == plain
    assert (told.messages, told.malformed) == (5, 0)
    cut = big(300)
    kinds = cut.replace(b'"kind": 2', b'"kind": 2 2', 1)
    for damaged in (cut[:-3], kinds, b"[" + cut, cut[::-1].replace(b"]", b"}", 1)[::-1]):
        found, told = read(tmp_path / "x", damaged.strip() + b"\n" + LINES)
        assert told.malformed == 1
        assert len(found) == len(plain) - 300


def test_a_line_of_many_megabytes_stays_small_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(big(60_000))
    size = path.stat().st_size
    assert size > otlp_files.BIG
    count = 0

    def add(_: str, __: Span) -> None:
        nonlocal count
        count += 1

    tracemalloc.start()
    otlp_files.read_file(path, size, Limits(), add, Read())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 3 * size + (40 << 20)
