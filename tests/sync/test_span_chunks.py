"""A large file read by several processes gives the very rows, counts and findings of one process."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.sync import otlp_cases
from tests.sync.otlp_bytes import protobuf
from turbofinops_tui.actions.otlp_imports import OtlpResult, import_otlp
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import TurboError
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.findings import load_findings
from turbofinops_tui.store.spans import every_part
from turbofinops_tui.sync import settle_spans, span_chunks
from turbofinops_tui.sync.kept_spans import spans_of

DAMAGE = [b"{", b"no traces", b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":""}]}]}]}', b"[]"]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span_chunks, "CHUNK", 20_000)
    monkeypatch.setattr(settle_spans, "AT_ONCE", 40)
    monkeypatch.setattr(span_chunks, "is_large", lambda *_: True)


def lines(seed: int) -> list[bytes]:
    """Messages that share traces and repeat spans, with damage between them."""
    rng = random.Random(seed)  # noqa: S311 - seeded cases
    spans = otlp_cases.make(seed, 40)
    places = range(0, len(spans), 6)
    found = [json.dumps(otlp_cases.message(spans[start : start + 8])).encode() for start in places]
    for bad in DAMAGE:
        found.insert(rng.randrange(len(found)), bad)
    return found


def imported(root: Path, clock: Clock, path: Path, processes: int) -> tuple[Session, OtlpResult]:
    session = open_session(resolve(str(root)), clock)
    (first,) = import_otlp(session, [path.with_suffix(".first")], processes=1)
    assert first.delivery
    (result,) = import_otlp(session, [path], processes=processes)
    return session, result


def told(session: Session, result: OtlpResult) -> dict[str, Any]:
    with session.store.read() as conn:
        kept: dict[str, list[str]] = {}
        for part in every_part(conn):
            own = kept.setdefault(part.trace, [])
            own += [repr((*span[:9], span.source.service, dict(span.attributes))) for span in spans_of(part)]
        options = conn.execute("SELECT options, lines FROM delivery ORDER BY id").fetchall()
        return {
            "facts": facts_id(conn), "spans": kept, "counts": result.counts, "reasons": result.reasons,
            "warnings": result.warnings, "findings": [repr(item) for item in load_findings(conn)],
            "options": [tuple(row) for row in options],
        }  # fmt: skip


@pytest.mark.parametrize("form", ["lines", "frames"])
def test_several_processes_give_what_one_gives(tmp_path: Path, clock: Clock, form: str) -> None:
    path = tmp_path / "traces"
    raw = lines(3)
    path.with_suffix(".first").write_bytes(b"\n".join(raw[:3]))
    if form == "frames":
        good = [protobuf(json.loads(line)) if b"traceState" in line else line for line in raw]
        path.write_bytes(b"".join(len(line).to_bytes(4, "big") + line for line in [good[-1], *good]))
    else:
        path.write_bytes(b"\n".join(raw))
    one = told(*imported(tmp_path / "one", clock, path, 1))
    two = told(*imported(tmp_path / "two", clock, path, 2))
    assert one == two
    assert one["counts"]["duplicate_spans"] > 0 < one["counts"]["malformed_lines"]


def test_a_reader_that_ends_costs_the_import_alone(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "traces"
    path.write_bytes(b"\n".join(lines(4)))
    session = open_session(resolve(str(tmp_path / "a")), clock)
    code = span_chunks._CODE
    monkeypatch.setattr(span_chunks, "_CODE", "import sys; sys.exit(3)")
    with pytest.raises(TurboError, match="has ended"):
        import_otlp(session, [path])
    monkeypatch.setattr(span_chunks, "_CODE", code)
    (result,) = import_otlp(session, [path])
    assert result.counts["spans"] > 100


def test_small_files_are_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = tmp_path / "traces"
    path.write_bytes(b"{}")
    assert not span_chunks.is_large(path, 2)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    assert span_chunks.is_large(path, span_chunks.LARGE)
    path.write_bytes(b"\x1f\x8b\x00\x00")
    assert span_chunks.is_large(path, span_chunks.LARGE // 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    assert not span_chunks.is_large(path, span_chunks.LARGE)
