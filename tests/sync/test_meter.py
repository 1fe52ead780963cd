"""AI calls of the meter: received, told twice by traces, undone; bad rows refused whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sync.asgi import Sender
from turbofinops_tui.actions import deliveries
from turbofinops_tui.actions.otlp_imports import import_otlp, refresh_spans
from turbofinops_tui.actions.receiving_usage import METER, UsageInbox
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.usage_imports import import_calls, rebuild_calls
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.ai_names import model_family, provider_name
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.evidence import load_evidence
from turbofinops_tui.store.findings import load_findings
from turbofinops_tui.sync.receive import usage
from turbofinops_tui.sync.receive.meter import MeterFeed

NDJSON = {"content-type": "application/x-ndjson"}
AT = "2026-11-02T09:30:00Z"
NANO = 1_793_611_800 * 10**9
CALL = {
    "id": "resp-1", "at": AT, "customer": "acme", "feature": "chat", "provider": "openai", "model": "gpt-4o",
    "input_tokens": 10, "cache_read_tokens": 4, "cache_write_tokens": 0, "output_tokens": 7,
}  # fmt: skip


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Session:
    return open_session(resolve(str(tmp_path / "a")), clock)


def facts(session: Session) -> str:
    with session.store.read() as conn:
        return facts_id(conn)


def figures(session: Session) -> dict[str, tuple[int, int]]:
    """Feed -> (calls, cost in store units)."""
    found: dict[str, tuple[int, int]] = {}
    with session.store.read() as conn:
        for row in load_evidence(conn):
            calls, cost = found.get(row.key.feed, (0, 0))
            found[row.key.feed] = calls + row.measures[0], cost + sum(row.costs)
    return found


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def sender(session: Session) -> Sender:
    inbox = UsageInbox(session)
    return Sender(usage.make_app(usage.UsageReceiver({METER: MeterFeed()}, inbox.commit, inbox.settle)))


def span(ident: str) -> dict[str, object]:
    """A trace with one call, as the file exporter writes it."""
    words = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    }
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in words.items()]
    attributes += [{"key": "gen_ai.response.id", "value": {"stringValue": ident}}]
    for name, count in (("input", 14), ("output", 7)):
        attributes.append({"key": f"gen_ai.usage.{name}_tokens", "value": {"intValue": str(count)}})
    one = {
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "kind": 3,
        "name": "chat",
        "startTimeUnixNano": str(NANO), "endTimeUnixNano": str(NANO + 10**9), "attributes": attributes,
    }  # fmt: skip
    return {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}


def test_received_calls_are_those_of_a_file(session: Session, tmp_path: Path, clock: Clock) -> None:
    rows = [CALL, CALL | {"id": "resp-2", "customer": "beta"}]
    body = "".join(json.dumps(row) + "\n" for row in rows)
    with sender(session) as client:
        for _ in range(2):
            answer = client.post(METER, content=body.encode(), headers=NDJSON)
            assert answer.status == 200
    other = open_session(resolve(str(tmp_path / "b")), clock)
    import_calls(other, "meter", [write(tmp_path / "m.jsonl", *rows)])
    assert facts(session) == facts(other)
    rebuild_calls(other)
    assert facts(session) == facts(other)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", NDJSON, 400),
        (json.dumps(CALL | {"output_tokens": -1}).encode(), NDJSON, 400),
        (json.dumps(CALL | {"at": "yesterday"}).encode(), NDJSON, 400),
        (json.dumps(CALL).encode() + b'\n{"id": 1', NDJSON, 400),
        (b"\xff\xfe", NDJSON, 400),
        (json.dumps(CALL).encode(), {"content-type": "text/html"}, 415),
    ],
)
def test_bad_requests_store_nothing(
    session: Session, body: bytes, headers: dict[str, str], status: int
) -> None:
    with sender(session) as client:
        assert client.post(METER, content=body, headers=headers).status == status
    assert figures(session) == {}


@pytest.mark.parametrize("meter_first", [True, False])
def test_a_call_of_meter_and_spans_counts_once(session: Session, tmp_path: Path, meter_first: bool) -> None:
    trace = write(tmp_path / "t.json", span("resp-1"))
    meter = write(tmp_path / "m.jsonl", CALL)
    if meter_first:
        import_calls(session, "meter", [meter])
    import_otlp(session, [trace])
    if not meter_first:
        assert figures(session) == {"otlp": (1, 14 * 2500 + 7 * 10_000)}
        import_calls(session, "meter", [meter])
    told = figures(session)
    assert told.pop("meter") == (1, 10 * 2500 + 4 * 1250 + 7 * 10_000)
    assert not any(told.get("otlp", (0, 0)))


def test_undoing_an_import_of_calls_gives_the_spans_theirs_back(session: Session, tmp_path: Path) -> None:
    import_otlp(session, [write(tmp_path / "t.json", span("resp-1"))])
    (result,) = import_calls(session, "meter", [write(tmp_path / "m.jsonl", CALL)])
    deliveries.remove(session, result.delivery)
    assert figures(session) == {"otlp": (1, 105_000)}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai/gpt-4o-2024-08-06", "gpt-4o"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("gemini-2.5-pro", "gemini-2.5-pro"),
    ],
)
def test_families(model: str, family: str) -> None:
    assert model_family(model) == family


def test_providers_of_traces_are_those_of_bills() -> None:
    assert [provider_name(name) for name in ("aws.bedrock", "OpenAI", "gcp.vertex_ai")] == [
        "aws",
        "openai",
        "gcp",
    ]


def left_out(session: Session) -> list[tuple[str, str, int, str]]:
    """(kind, key, calls, amount) of what is told of calls that count elsewhere."""
    with session.store.read() as conn:
        found = [item.finding for item in load_findings(conn)]
    wanted = ("call_in_two_feeds", "calls_after_close")
    return [(one.kind, one.key, one.count, one.amount) for one in found if one.kind in wanted]


@pytest.mark.parametrize("meter_first", [True, False])
def test_spans_that_the_meter_tells_are_counted_with_their_amount(
    session: Session, tmp_path: Path, meter_first: bool
) -> None:
    """However they come, in one delivery or two, and once the import of the meter is undone no more."""
    other = json.loads(json.dumps(span("resp-2")).replace("b7ad6b7169203331", "b7ad6b7169203332"))
    traces = [write(tmp_path / f"{n}.json", one) for n, one in enumerate((span("resp-1"), other))]
    meter = write(tmp_path / "m.jsonl", CALL, CALL | {"id": "resp-2"}, CALL | {"id": "resp-3"})
    if not meter_first:
        import_otlp(session, traces)
        assert left_out(session) == []
    (result,) = import_calls(session, "meter", [meter])
    if meter_first:
        import_otlp(session, traces[:1])
        assert left_out(session) == [("call_in_two_feeds", "otlp 2026-11-02", 1, "0.000105")]
        import_otlp(session, traces)
    assert left_out(session) == [("call_in_two_feeds", "otlp 2026-11-02", 2, "0.00021")]
    deliveries.remove(session, result.delivery)
    assert left_out(session) == []


def test_calls_that_come_after_their_spans_have_closed_are_told(session: Session, tmp_path: Path) -> None:
    trace = write(tmp_path / "t.json", span("resp-1"))
    import_otlp(session, [trace])
    later = open_session(session.paths, Clock(datetime(2026, 12, 20, 12, tzinfo=UTC)))
    refresh_spans(later)
    import_calls(later, "meter", [write(tmp_path / "x.jsonl", CALL | {"at": "2026-11-09T09:30:00Z"})])
    assert left_out(later) == []  # another day
    import_otlp(
        later, [write(tmp_path / "y.json", json.loads(json.dumps(span("r")).replace("0af7", "0af8")))]
    )
    import_calls(later, "meter", [write(tmp_path / "m.jsonl", CALL)])
    assert left_out(later) == [("calls_after_close", "2026-11-02", 1, "0.000105")]
    import_otlp(later, [trace], reopen=["2026-11-02"])
    assert left_out(later) == [("call_in_two_feeds", "otlp 2026-11-02", 1, "0.000105")]
