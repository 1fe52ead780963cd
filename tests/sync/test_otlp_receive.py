"""The receiver: answers to good and bad requests, durable before 200, the same rows as from a file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync import otlp_cases
from tests.sync.asgi import Sender
from tests.sync.otlp_bytes import protobuf
from turbofinops_tui.actions.otlp_imports import import_otlp, settle_received
from turbofinops_tui.actions.receiving_usage import TRACES, UsageInbox
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import StoreError
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.sync.receive import bodies, server, usage
from turbofinops_tui.sync.receive.otlp import TraceFeed

TOKEN = "0123456789abcdef"  # noqa: S105 - a test's own
JSON = {"content-type": "application/json"}
PROTO = {"content-type": "application/x-protobuf"}


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Session:
    return open_session(resolve(str(tmp_path / "a")), clock)


def client(session: Session, token: str = "") -> Sender:
    receiver = usage.UsageReceiver(
        {TRACES: TraceFeed()}, UsageInbox(session).commit, lambda: None, token=token.encode()
    )
    return Sender(usage.make_app(receiver))


@pytest.fixture
def sender(session: Session) -> Iterator[Sender]:
    with client(session) as found:
        yield found


def facts(session: Session) -> str:
    with session.store.read() as conn:
        return facts_id(conn)


def waiting(session: Session) -> int:
    with session.store.read() as conn:
        return int(conn.execute("SELECT count(*) FROM trace_part WHERE settled = 0").fetchone()[0])


@pytest.mark.parametrize("form", ["json", "protobuf", "gzip"])
def test_received_spans_give_the_rows_of_a_file(
    session: Session, sender: Sender, tmp_path: Path, clock: Clock, form: str
) -> None:
    spans = otlp_cases.make(7)
    for start in range(0, len(spans), 7):
        message = otlp_cases.message(spans[start : start + 9])  # some twice
        raw, headers = json.dumps(message).encode(), JSON
        if form == "protobuf":
            raw, headers = protobuf(message), PROTO
        elif form == "gzip":
            raw, headers = gzip.compress(raw), JSON | {"content-encoding": "gzip"}
        assert sender.post(TRACES, content=raw, headers=headers).status == 200
    assert waiting(session)
    settle_received(session)
    assert not waiting(session)
    other = open_session(resolve(str(tmp_path / "b")), clock)
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(otlp_cases.message(spans)))
    import_otlp(other, [path])
    assert facts(session) == facts(other)
    settled = facts(session)
    import_otlp(session, [path])
    settle_received(session)
    assert facts(session) == settled


def test_rejected_spans_are_told_in_kind(sender: Sender) -> None:
    bad = {
        "resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "", "spanId": ""}, {"traceId": "0" * 32}]}]}]
    }
    answer = sender.post(TRACES, content=json.dumps(bad).encode(), headers=JSON)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content)["partialSuccess"]["rejectedSpans"] == "2"
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service

    answer = sender.post(TRACES, content=protobuf(bad), headers=PROTO)
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert service.ExportTraceServiceResponse.FromString(answer.content).partial_success.rejected_spans == 2
    assert sender.post(TRACES, content=b'{"resourceSpans":[]}', headers=JSON).content == b"{}"
    assert sender.post(TRACES, content=b"", headers=PROTO).content == b""


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"{}", JSON, 400),
        (b'{"resourceMetrics":[]}', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b"\xff\xff\xff", PROTO, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {}, 415),
        (b"{}", JSON | {"content-encoding": "br"}, 415),
        (b"{}", JSON | {"content-encoding": "gzip"}, 400),
        (gzip.compress(b"{}" * 99, mtime=0)[:-3], JSON | {"content-encoding": "gzip"}, 400),
        (gzip.compress(b" " * (usage.MAX_UNPACKED + 1), mtime=0), JSON | {"content-encoding": "gzip"}, 413),
    ],
    ids=["empty", "metrics", "deep", "no protobuf", "text", "untyped", "brotli", "no gzip", "cut", "bomb"],
)
def test_bad_requests_are_refused(
    session: Session, sender: Sender, raw: bytes, headers: dict[str, str], status: int
) -> None:
    answer = sender.post(TRACES, content=raw, headers=headers)
    assert answer.status == status
    assert not waiting(session)
    assert json.loads(sender.get("/healthz").content)["ok"] is True


def test_a_large_body_is_refused_by_its_length(sender: Sender) -> None:
    answer = sender.post(TRACES, content=b" " * (usage.MAX_BODY + 1), headers=JSON)
    assert answer.status == 413


def test_a_bomb_is_never_unpacked_whole() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    with pytest.raises(bodies.Refused, match="too big"):
        bodies.unpacked(bomb, "gzip", 1 << 20)


def test_a_token_is_asked_for(session: Session) -> None:
    with client(session, TOKEN) as sender:
        good = b'{"resourceSpans":[]}'
        assert sender.post(TRACES, content=good, headers=JSON).status == 401
        wrong = JSON | {"authorization": "Bearer nope"}
        assert sender.post(TRACES, content=good, headers=wrong).status == 401
        right = JSON | {"authorization": f"Bearer {TOKEN}"}
        assert sender.post(TRACES, content=good, headers=right).status == 200


def test_trouble_in_the_store_asks_to_come_back(session: Session) -> None:
    def commit(_: object) -> list[None]:
        raise StoreError("the disk is full", "free some")

    receiver = usage.UsageReceiver({TRACES: TraceFeed()}, commit, lambda: None)
    with Sender(usage.make_app(receiver)) as sender:
        answer = sender.post(TRACES, content=b'{"resourceSpans":[]}', headers=JSON)
        assert answer.status == 503
        assert answer.headers["retry-after"]


def test_a_slow_body_is_cut(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from starlette.requests import Request

    monkeypatch.setattr(server, "DEADLINE", 0.01)

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    scope = {"type": "http", "method": "POST", "path": TRACES, "headers": []}
    with pytest.raises(bodies.Refused, match="slow"):
        asyncio.run(bodies.Waiting(100).body(Request(scope, never)))
