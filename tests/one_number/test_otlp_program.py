"""Traces through the command line against the literal reading: deliveries, late spans, days taken anew."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.one_number.program import Program
from tests.sync import otlp_cases
from tests.sync.otlp_bytes import protobuf
from tests.sync.otlp_world import Item, World
from turbofinops_tui.economics.periods import day_text

TOKENS = (
    "calls", "failed_calls", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens",
)  # fmt: skip
TIMES = ("requests", "duration", "self_time")
Cells = dict[tuple[str | None, ...], dict[str, Decimal]]


def told(program: Program, by: Sequence[str], measures: Sequence[str]) -> Cells:
    """A report over every day, without cells of nothing."""
    words = ("report", "--by", ",".join(by), "--measure", ",".join(measures), "--period", "2026-09..2026-11")
    found = {}
    for row in program.json(*words)["rows"]:
        values = {name: Decimal(row[name]) for name in measures if row[name] and Decimal(row[name])}
        if values:
            found[tuple(row[name] for name in by)] = values
    return found


def wanted(items: Sequence[Item], links: dict[str, str], by: Sequence[str], measures: Sequence[str]) -> Cells:
    """The same of the literal reading: fractions added up, rounded once, half-even."""
    sums: dict[tuple[str | None, ...], dict[str, Fraction]] = {}
    for (day, service, model, customer, feature), figures in otlp_cases.expected(items, links).items():
        place = {
            "day": day_text(day), "service": service, "model": model or None, "customer": customer or None,
            "feature": feature or None,
        }  # fmt: skip
        cell = sums.setdefault(tuple(place[name] for name in by), {})
        for name in measures:
            if value := figures.get(name):
                scale = 10**9 if name in ("duration", "self_time") else 1
                cell[name] = cell.get(name, Fraction(0)) + value / scale
    rounded = {
        key: {name: Decimal(round(value * 10**9)).scaleb(-9) for name, value in cell.items()}
        for key, cell in sums.items()
    }
    return {key: cell for key, cell in rounded.items() if cell}


BY_CALL, BY_SERVICE = ("customer", "feature", "model", "day"), ("service", "customer", "day")


def agree(program: Program, items: Sequence[Item], links: dict[str, str]) -> None:
    """Both tables of the sample's kind, cell by cell."""
    assert told(program, BY_CALL, TOKENS) == wanted(items, links, BY_CALL, TOKENS)
    assert told(program, BY_SERVICE, TIMES) == wanted(items, links, BY_SERVICE, TIMES)


def written(path: Path, items: Sequence[Item], form: int) -> Path:
    """A delivery as JSON Lines, gzip, or length-prefixed protobuf."""
    messages = [otlp_cases.message(items[at : at + 7]) for at in range(0, len(items), 7)]
    if form == 2:
        bodies = [protobuf(one) for one in messages]
        path.write_bytes(b"".join(len(body).to_bytes(4, "big") + body for body in bodies))
        return path
    text = "".join(json.dumps(one) + "\n" for one in messages).encode()
    path.write_bytes(gzip.compress(text) if form else text)
    return path


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A store with routes; its explicit traces come with each world."""
    found = Program(tmp_path / "root", "2026-10-02")
    (tmp_path / "c.csv").write_text("customer\nvip\n", encoding="utf-8")
    found.call("import", "customers", tmp_path / "c.csv")
    return found


def rules(program: Program, links: dict[str, str]) -> None:
    path = program.root.parent / "rules.yaml"
    evidence = {"routes": otlp_cases.ROUTES, "traces": links}
    path.write_text(json.dumps({"version": 1, "evidence": evidence}), encoding="utf-8")
    program.call("--yes", "rules", "apply", path)


@pytest.mark.parametrize("seed", [101, 202, 303])
def test_any_delivery_of_a_world_gives_its_literal_reading(
    program: Program, tmp_path: Path, seed: int
) -> None:
    world = World(seed)
    rules(program, world.links)
    parts = world.delivered(3)
    for number, items in enumerate(parts):
        program.call("import", "otlp", written(tmp_path / f"{number}", items, (seed + number) % 3))
    agree(program, world.items, world.links)
    program.call("import", "otlp", written(tmp_path / "again", [*parts[1], *parts[0]], 0))
    agree(program, world.items, world.links)


def test_late_spans_count_once_their_day_is_taken_anew(program: Program, tmp_path: Path) -> None:
    world = World(404)
    rules(program, world.links)
    first, late = world.delivered(2)
    paths = [written(tmp_path / "1", first, 0), written(tmp_path / "2", late, 1)]
    program.call("import", "otlp", paths[0])
    agree(program, first, world.links)
    later = Program(program.root, "2026-11-01")
    later.call("import", "otlp", paths[1])
    agree(later, first, world.links)  # without the roots, as they were when the days closed
    listed = later.json("findings", "list")["findings"]
    assert sum(row["count"] for row in listed if row["kind"] == "late_spans") == len(late)
    days = [day_text(day) for day in world.days()]
    later.call("import", "otlp", *paths, *(word for day in days for word in ("--reopen", day)))
    agree(later, world.items, world.links)


def test_a_reading_that_adds_up_what_agents_roll_up_is_caught(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    from turbofinops_tui.economics import evidence

    monkeypatch.setattr(evidence, "calls_of", lambda tree, words, roles: (set(roles), 0))
    world = World(101)
    rules(program, world.links)
    program.call("import", "otlp", written(tmp_path / "x", world.items, 0))
    assert told(program, BY_CALL, TOKENS) != wanted(world.items, world.links, BY_CALL, TOKENS)
