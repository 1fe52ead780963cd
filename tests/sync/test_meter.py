"""AI calls of the meter: received, told twice by traces, undone; bad rows refused whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sync.asgi import Sender
from turbofinops_tui.actions import deliveries
from turbofinops_tui.actions.otlp_imports import import_otlp
from turbofinops_tui.actions.receiving_usage import METER, UsageInbox
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.usage_imports import import_calls, rebuild_calls
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.ai_names import model_family, provider_name
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.evidence import load_evidence
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
