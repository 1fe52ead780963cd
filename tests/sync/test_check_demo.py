"""``check`` on the demo: the cohort that turns is found within a week, on delivered days, never early."""

from __future__ import annotations

import gzip
import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program

TODAY = "2026-11-24"
SEEDS = (1, 4, 9)
SOURCES = ("aws", "gcp", "azure", "openai", "anthropic", "datadog")


def moved(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()


Story = tuple[Program, dict[str, Any]]


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Story]:
    found = {}
    for seed in SEEDS:
        program = Program(tmp_path_factory.mktemp("watch") / "root", TODAY)
        words = ("--customers", 40, "--months", 9, "--seed", seed, "--no-tui")
        found[seed] = program, program.json("demo", *words)
    return found


def copy_of(program: Program, tmp_path: Path) -> Program:
    shutil.copytree(program.root, tmp_path / "copy")
    return Program(tmp_path / "copy", TODAY)


def deliver(program: Program, source: str, last: str) -> None:
    """Deliver the running month of a bill up to and including ``last`` in place of the whole one."""
    rows = gzip.decompress((program.root / "data" / "demo-files" / f"{source}.csv.gz").read_bytes())
    head, *lines = rows.decode().splitlines(keepends=True)
    kept = [line for line in lines if f"{last[:7]}-01" <= line[:10] <= last]
    file = program.root / f"{source}-{last}.csv"
    file.write_text(head + "".join(kept))
    program.today = TODAY
    program.call("--yes", "import", "focus", file, "--source", source)


def judge(program: Program, today: str, *words: object, code: int | None = None) -> dict[str, Any]:
    """A check on ``today``; it ends with 3 exactly when something crossed."""
    program.today = today
    try:
        answer: dict[str, Any] = program.json("check", *words)
    except AssertionError:
        answer = program.json("check", *words, code=3 if code is None else code)
        assert answer["items"] or code == 4
    else:
        assert not answer["items"]
    return answer


def crossings(answer: dict[str, Any], cohort: str) -> list[tuple[str, str]]:
    return [(item["was"], item["now"]) for item in answer["items"] if item["key"] == cohort]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_turned_cohort_is_found_within_a_week_and_told_once(
    demos: dict[int, Story], seed: int, tmp_path: Path
) -> None:
    program, story = copy_of(demos[seed][0], tmp_path), demos[seed][1]
    turned, cohort = story["turned_on"], story["turned_cohort"]
    found: dict[str, list[tuple[str, str]]] = {}
    for number in range(-2, 10):
        today = moved(turned, number)
        answer = judge(program, today, "--by", "cohort")
        assert answer["judged"]["provisional"] is True
        assert answer["judged"]["to"] <= today
        if told := crossings(answer, cohort):
            found[today] = told
    days = sorted(found)
    assert turned < days[0] <= moved(turned, 7)
    steps = [step for day in days for step in found[day]]
    assert steps in ([("healthy", "unprofitable")], [("healthy", "watch"), ("watch", "unprofitable")])
    assert days[-1] <= moved(turned, 7)


def test_late_aws_moves_the_window_and_too_late_is_refused(demos: dict[int, Story], tmp_path: Path) -> None:
    program, story = copy_of(demos[1][0], tmp_path), demos[1][1]
    today = moved(story["turned_on"], 7)
    for source in SOURCES:
        deliver(program, source, moved(today, -1))
    for source in ("azure", "datadog"):  # those that take longer than AWS by themselves
        deliver(program, source, moved(today, 3))
    normal = judge(program, today, "--by", "cohort")
    assert normal["judged"]["to"] == moved(today, -2)
    deliver(program, "aws", moved(today, -3))
    late = judge(program, today, "--by", "cohort")
    assert late["judged"]["to"] == moved(today, -4)
    assert late["judged"]["ends_earlier"] - normal["judged"]["ends_earlier"] == 2
    assert any(item["source"] == "aws" and "4 days" in item["reason"] for item in late["not_judged"])
    deliver(program, "aws", moved(today, -6))
    none = judge(program, today, "--by", "cohort", code=4)
    assert none["judged"] is None
    assert [item["source"] for item in none["not_judged"]] == ["aws"]


def test_delivered_day_by_day_it_is_found_within_a_week(demos: dict[int, Story], tmp_path: Path) -> None:
    program, story = copy_of(demos[1][0], tmp_path), demos[1][1]
    turned, cohort = story["turned_on"], story["turned_cohort"]
    for number in (2, 7):
        today = moved(turned, number)
        for source in SOURCES:
            deliver(program, source, moved(today, -1 - (source == "azure")))
        answer = judge(program, today, "--by", "cohort")
        assert {state["source"] for state in answer["not_judged"]} >= {"aws", "datadog"}
        assert bool(crossings(answer, cohort)) is (number == 7)


def test_the_same_check_again_changes_nothing(demos: dict[int, Story], tmp_path: Path) -> None:
    program, story = copy_of(demos[1][0], tmp_path), demos[1][1]
    judge(program, story["turned_on"])
    today = moved(story["turned_on"], 7)
    first = judge(program, today)
    assert crossings(first, story["turned_cohort"])
    before = program.call("audit", "--format", "json")
    assert judge(program, today) == first
    assert program.call("audit", "--format", "json") == before


def test_causes_add_up_to_the_change_of_margin(demos: dict[int, Story], tmp_path: Path) -> None:
    program, story = copy_of(demos[1][0], tmp_path), demos[1][1]
    judge(program, story["turned_on"])
    answer = judge(program, moved(story["turned_on"], 7))
    start = answer["judged"]["from"]
    words = ("report", "customers", "--measure", "margin", "--from", moved(start, -7), "--to", start)
    before = {
        row["customer"]: Decimal(row["margin"]) for row in program.json(*words)["rows"] if row["margin"]
    }
    items = [item for item in answer["items"] if item["by"] == "customer"]
    assert items
    for item in items:
        causes = sum(Decimal(cause["amount"]) for cause in item["causes"])
        assert causes == Decimal(item["margin"]) - before[item["key"]], item
