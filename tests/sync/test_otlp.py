"""Traces from files: the sample's figures, every rule against a literal reading, splits, repeats, days."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.sync import otlp_cases
from turbofinops_tui.actions import deliveries
from turbofinops_tui.actions.discovering import discover
from turbofinops_tui.actions.otlp_imports import OtlpResult, import_otlp, refresh_spans
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.store_admin import rebuild
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.economics.usage import USAGE_MEASURES
from turbofinops_tui.errors import ConflictError, DataError
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.books_id import facts_id
from turbofinops_tui.store.customers import save_customer
from turbofinops_tui.store.evidence import load_evidence
from turbofinops_tui.store.findings import load_findings
from turbofinops_tui.store.rule_rows import RouteRule
from turbofinops_tui.store.rules import save_rule
from turbofinops_tui.store.settings import set_setting

Opener = Callable[..., Session]


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Opener:
    """Sessions by name, on stores of their own; another moment of the same store on demand."""

    def make(name: str = "a", at: datetime | None = None) -> Session:
        return open_session(resolve(str(tmp_path / name)), Clock(at) if at else clock)

    return make


def rules(session: Session, routes: dict[str, str], traces: dict[str, str] | None = None) -> None:
    """Routes and explicit traces, with the customers that these name."""
    with session.store.write("test") as txn:
        for pattern, feature in routes.items():
            save_rule(txn, RouteRule("", pattern, feature))
        for ref in sorted(set((traces or {}).values())):
            save_customer(txn, ref, origin="test")
        set_setting(txn, "evidence.traces", json.dumps(traces or {}))


def figures(session: Session) -> otlp_cases.Cells:
    """The evidence as exact figures, in the reference's form."""
    found: otlp_cases.Cells = {}
    with session.store.read() as conn:
        for row in load_evidence(conn):
            key = row.key
            place = (row.day, key.service, key.model, key.customer, key.feature)
            cell = found.setdefault(place, {})
            for name, value in zip(USAGE_MEASURES, row.measures, strict=True):
                if value:
                    weighed = Fraction(value * key.numerator, key.denominator)
                    cell[name] = cell.get(name, Fraction(0)) + weighed
    return {place: cell for place, cell in found.items() if cell}


def facts(session: Session) -> str:
    """The fingerprint of all facts."""
    with session.store.read() as conn:
        return facts_id(conn)


def write(path: Path, *messages: object) -> Path:
    """Messages as JSON Lines."""
    path.write_text("".join(json.dumps(message) + "\n" for message in messages), "utf-8")
    return path


def counted(results: list[OtlpResult]) -> dict[str, int]:
    """The counts of several files added up."""
    return {name: sum(result.counts[name] for result in results) for name in results[0].counts}


# --- the sample -----------------------------------------------------------------------------------


def sample_session(opened: Opener, shared_data: Path) -> tuple[Session, list[OtlpResult], Path]:
    folder = shared_data / "otel" / "sample"
    session = opened()
    links = json.loads((folder / "links.json").read_text())
    rules(session, json.loads((folder / "routes.json").read_text()), links)
    return session, import_otlp(session, sorted(folder.glob("*.jsonl"))), folder


def told(cell: dict[str, Any]) -> dict[str, Fraction]:
    return {name: value for name, item in cell.items() if (value := Fraction(item["exact"]))}


def summed(session: Session, place: tuple[int, ...], names: dict[str, str]) -> dict[str, dict[str, Fraction]]:
    """Figures by the asked places of their keys, under the sample's names."""
    found: dict[str, dict[str, Fraction]] = {}
    for key, cell in figures(session).items():
        words = (day_text(key[0]), *key[1:])
        row = found.setdefault("|".join(words[p] or "(none)" for p in place), {})
        for ours, theirs in names.items():
            if value := cell.get(ours):
                row[theirs] = row.get(theirs, Fraction(0)) + value
    return {name: row for name, row in found.items() if row}


def test_the_sample_gives_its_expected_figures(opened: Opener, shared_data: Path) -> None:
    session, results, folder = sample_session(opened, shared_data)
    truth = json.loads((folder / "expected.json").read_text())
    counts, wanted = counted(results), truth["counts"]
    assert counts["traces"] == wanted["traces_sampled"]
    assert counts["malformed_lines"] == wanted["malformed_lines"]
    for name in ("spans", "rejected_spans", "duplicate_spans", "same_response_id", "lost_roots"):
        assert counts[name] == wanted[name], name
    assert counts["unknown_probability_spans"] == wanted["unknown_probability_spans"]
    tokens = {
        "input_tokens": "uncached_input", "cache_read_tokens": "cache_read", "calls": "requests",
        "cache_write_tokens": "cache_write", "output_tokens": "output", "reasoning_tokens": "reasoning",
        "failed_calls": "failed_requests",
    }  # fmt: skip
    sums = truth["from_sample"]
    wanted = {
        key: row for key, cell in sums["tokens_by_customer_feature_model_day"].items() if (row := told(cell))
    }
    assert summed(session, (3, 4, 2, 0), tokens) == wanted
    times = {"requests": "requests", "duration": "duration_ns", "self_time": "self_time_ns"}
    wanted = {
        key: {name: value for name, value in told(cell).items() if name != "spans"}
        for key, cell in sums["service_customer_day"].items()
    }
    assert summed(session, (1, 3, 0), times) == {key: row for key, row in wanted.items() if row}
    requests = {
        key: {"n": Fraction(c["exact"])} for key, c in sums["requests_by_customer_feature_day"].items()
    }
    assert summed(session, (3, 4, 0), {"requests": "n"}) == {k: r for k, r in requests.items() if r["n"]}


def test_importing_twice_changes_nothing(opened: Opener, shared_data: Path, tmp_path: Path) -> None:
    session, _, folder = sample_session(opened, shared_data)
    before = facts(session)
    files = sorted(folder.glob("*.jsonl"))
    again = import_otlp(session, files)
    assert {result.delivery for result in again} == {0}
    other = tmp_path / "other.jsonl"  # the same spans under another hash
    other.write_bytes(files[0].read_bytes() + b"\n")
    assert counted(import_otlp(session, [other]))["spans"] == 0
    assert facts(session) == before


def test_the_real_files_import(opened: Opener, shared_data: Path) -> None:
    session = opened()
    folder = shared_data / "otel"
    found = {path.name: import_otlp(session, [path])[0].counts for path in sorted(folder.glob("*.json*"))}
    assert found["opentelemetry-proto_examples_trace.json"]["spans"] == 1
    assert found["jaeger_otlp2jaeger-in.json"]["duplicate_spans"] == 1
    assert found["otel-spec_file-exporter_traces.jsonl"]["rejected_spans"] == 8
    wrapped = found["jaeger_apiv3_FindTraces.json"]
    assert (wrapped["messages"], wrapped["malformed_lines"], wrapped["rejected_spans"]) == (
        1,
        0,
        1,
    )  # no start
    assert set(found["jaeger_apiv3_GetTrace.json"].values()) == {0}  # the same bytes


# --- rules and splits -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_any_split_in_any_order_gives_the_literal_reading(opened: Opener, tmp_path: Path, seed: int) -> None:
    spans = otlp_cases.make(seed)
    rng = random.Random(seed)  # noqa: S311 - a seeded case
    files: list[list[object]] = [[] for _ in range(1 + seed % 4)]
    for item in [*spans, *rng.sample(spans, len(spans) // 3)]:
        rng.choice(files).append(otlp_cases.message([item]))
    paths = [write(tmp_path / f"{number}.jsonl", *lines) for number, lines in enumerate(files)]
    session = opened()
    rules(session, otlp_cases.ROUTES)
    for path in paths:
        import_otlp(session, [path])
    assert figures(session) == otlp_cases.expected(spans)
    whole = opened("b")
    rules(whole, otlp_cases.ROUTES)
    import_otlp(whole, [write(tmp_path / "whole.jsonl", otlp_cases.message(spans))])
    assert facts(whole) == facts(session)


def test_a_known_bad_reading_is_caught(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from turbofinops_tui.economics import span_tree

    monkeypatch.setattr(span_tree, "covered_by", lambda span, below: sum(child.length for child in below))
    spans = otlp_cases.make(3)
    session = opened()
    rules(session, otlp_cases.ROUTES)
    import_otlp(session, [write(tmp_path / "x.jsonl", otlp_cases.message(spans))])
    assert figures(session) != otlp_cases.expected(spans)


def test_other_rules_resolve_open_days_anew(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(5)
    session = opened()
    import_otlp(session, [write(tmp_path / "x.jsonl", otlp_cases.message(spans))])
    assert figures(session) != otlp_cases.expected(spans)
    rules(session, otlp_cases.ROUTES)
    assert refresh_spans(session)
    assert figures(session) == otlp_cases.expected(spans)
    assert refresh_spans(session) == []


def test_an_import_can_be_undone(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(8)
    half = len(spans) // 2
    session, other = opened(), opened("b")
    first = write(tmp_path / "1.jsonl", otlp_cases.message(spans[: half + 5]))
    second = write(tmp_path / "2.jsonl", otlp_cases.message(spans[half:]))
    gone = import_otlp(session, [first])[0].delivery
    import_otlp(session, [second])
    done = deliveries.remove(session, gone)
    assert done.read_again
    assert not done.missing
    import_otlp(other, [second])
    assert figures(session) == figures(other)


def test_discover_lists_the_keys_that_name_customers(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(3)
    session = opened()
    with session.store.write("test") as txn:
        save_customer(txn, "ACME", origin="import")
        save_customer(txn, "Zed", origin="import")
    path = write(tmp_path / "x.jsonl", otlp_cases.message(spans))
    found = discover(session, [path])
    assert {line.key for line in found} == {"customer.id", "tenant.id", "app.customer_id"}
    assert all(line.used and line.place == "span" for line in found)
    import_otlp(session, [path])  # repeated spans aside, the kept ones say the same
    assert discover(session) == found
    assert sum(line.customers for line in found) <= 6


# --- days -----------------------------------------------------------------------------------------


def test_a_closed_day_takes_no_span_until_it_is_reopened(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(2)
    days = sorted({int(span["startTimeUnixNano"]) // otlp_cases.DAY for _, _, span in spans})
    first = write(tmp_path / "1.jsonl", otlp_cases.message(spans[:-9]))
    rest = write(tmp_path / "2.jsonl", otlp_cases.message(spans[-9:]))
    session = opened()
    import_otlp(session, [first])
    before = facts(session)
    later = opened(at=datetime(2026, 11, 27, 12, 0, tzinfo=UTC))
    result = import_otlp(later, [rest])[0]
    assert result.counts["late_spans"] == 9
    assert facts(later) == before
    with later.store.read() as conn:
        assert {item.finding.kind for item in load_findings(conn)} == {"late_spans"}
        assert conn.execute("SELECT count(*) FROM trace_part").fetchone()[0] == 0
    import_otlp(later, [first, rest], reopen=[day_text(day) for day in days])
    assert figures(later) == otlp_cases.expected_without_routes(spans)


def test_a_day_stays_open_three_days_after_its_first_delivery(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(4)
    session = opened()
    import_otlp(session, [write(tmp_path / "1.jsonl", otlp_cases.message(spans[:20]))])
    later = opened(at=datetime(2026, 11, 27, 11, 59, tzinfo=UTC))
    assert (
        import_otlp(later, [write(tmp_path / "2.jsonl", otlp_cases.message(spans[20:]))])[0].counts[
            "late_spans"
        ]
        == 0
    )
    assert figures(later) == otlp_cases.expected_without_routes(spans)


def test_a_reopened_day_leaves_its_neighbours_alone(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(6)
    days = {int(span["startTimeUnixNano"]) // otlp_cases.DAY for _, _, span in spans}
    path = write(tmp_path / "1.jsonl", otlp_cases.message(spans))
    session = opened()
    import_otlp(session, [path])
    import_otlp(session, [path], reopen=[day_text(min(days))])
    assert figures(session) == otlp_cases.expected_without_routes(spans)


def test_a_rebuild_resolves_closed_days_from_their_files(opened: Opener, tmp_path: Path) -> None:
    spans = otlp_cases.make(9)
    path = write(tmp_path / "1.jsonl", otlp_cases.message(spans))
    import_otlp(opened(), [path])
    later = opened(at=datetime(2026, 12, 24, 12, tzinfo=UTC))
    rules(later, otlp_cases.ROUTES)
    assert refresh_spans(later) == []  # closed: their spans are gone
    assert figures(later) == otlp_cases.expected_without_routes(spans)
    assert rebuild(later).missing == []
    assert figures(later) == otlp_cases.expected(spans)
    with later.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM trace_part").fetchone()[0] == 0
    path.unlink()
    rules(later, {"/healthz": "health"})
    before = figures(later)
    assert "--reopen" in rebuild(later).missing[0]
    assert figures(later) == before


def test_a_closed_import_is_not_undone(opened: Opener, tmp_path: Path) -> None:
    session = opened()
    path = write(tmp_path / "1.jsonl", otlp_cases.message(otlp_cases.make(1)))
    number = import_otlp(session, [path])[0].delivery
    later = opened(at=datetime(2026, 12, 24, 12, tzinfo=UTC))
    with pytest.raises(ConflictError, match="closed"):
        deliveries.remove(later, number)


def test_a_failed_import_leaves_nothing(opened: Opener, tmp_path: Path) -> None:
    import gzip

    session = opened()
    path = write(tmp_path / "1.jsonl", otlp_cases.message(otlp_cases.make(1)))
    cut = tmp_path / "1.jsonl.gz"
    cut.write_bytes(gzip.compress(path.read_bytes())[:-20])
    before = facts(session)
    with pytest.raises(DataError, match="damaged"):
        import_otlp(session, [cut])
    assert facts(session) == before
    with session.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM trace_part").fetchone()[0] == 0
