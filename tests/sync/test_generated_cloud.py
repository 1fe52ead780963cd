"""The generated FOCUS bills against their expected result, cell by cell, in all three states.

The expected result was computed apart from the product, line by line and exactly. A
cell of ours is a sum of stored amounts, each rounded once at 1e-9; the residual of
``reconcile`` closes the gap to the last digit.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.one_number.program import Program

STATES = ("base", "restated", "final")
TOLERANCE = Decimal("0.000001")
SPAN = ("--from", "2026-07-01", "--to", "2026-09-01", "--currency", "native", "--tax", "in")
Cells = dict[tuple[str, ...], Decimal]


@pytest.fixture(scope="module")
def generated(shared_data: Path) -> Path:
    return shared_data / "cloud" / "generated"


@pytest.fixture(scope="module")
def expected(generated: Path) -> dict[str, Any]:
    with gzip.open(generated / "expected.json.gz", "rt", encoding="utf-8") as file:
        states: dict[str, Any] = json.load(file)["states"]
    return states


@pytest.fixture(scope="module")
def programs(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    """One store per state, each grown the way the deliveries came in."""
    made = {}
    for count, state in enumerate(STATES):
        program = Program(tmp_path_factory.mktemp(state), "2026-09-20")
        for step in (_base, _restated, _corrections)[: count + 1]:
            step(program, generated)
        program.call("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
        made[state] = program
    return made


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.csv.gz"))


def _base(program: Program, generated: Path) -> None:
    for provider in ("aws", "gcp", "azure"):
        program.call("import", "focus", *_files(generated / "base" / provider), "--source", provider)


def _restated(program: Program, generated: Path) -> None:
    program.call("import", "focus", *_files(generated / "restated" / "aws"), "--source", "aws")


def _corrections(program: Program, generated: Path) -> None:
    for provider in ("aws", "gcp", "azure"):
        files = _files(generated / "corrections" / provider)
        program.call("import", "focus", *files, "--source", provider, "--export", "corrections")


def _report(program: Program, by: str, basis: str) -> Cells:
    """Cost by the dimensions of ``by``, then currency; a customer in lower case, none is (untagged)."""
    names = by.split(",")
    answer = program.json("report", "--by", by, "--measure", "cost", "--cost", basis, *SPAN)
    cells: Cells = {}
    for row in answer["rows"]:
        key = tuple("(untagged)" if row[name] is None else str(row[name]) for name in names)
        if "customer" in names:
            place = names.index("customer")
            key = (*key[:place], key[place].casefold(), *key[place + 1 :])
        cells[*key, row["currency"]] = Decimal(row["cost"])
    return cells


def _walk(tree: dict[str, Any], depth: int, basis: str) -> Iterator[tuple[tuple[str, ...], Decimal]]:
    if depth == 0:
        yield (), Decimal(tree[basis])
        return
    for name, branch in tree.items():
        for key, value in _walk(branch, depth - 1, basis):
            yield (name, *key), value


def _expected(state: dict[str, Any], section: str, depth: int, basis: str) -> Cells:
    return {
        (*key, currency): value
        for currency, sections in state["currencies"].items()
        for key, value in _walk(sections[section], depth, basis)
    }


def _compare(ours: Cells, theirs: Cells) -> None:
    """Every cell within a millionth; a cell that only one side has must be that near to nothing."""
    wrong = {
        key: (ours.get(key), theirs.get(key))
        for key in ours.keys() | theirs.keys()
        if abs(ours.get(key, Decimal(0)) - theirs.get(key, Decimal(0))) > TOLERANCE
    }
    assert not wrong, f"{len(wrong)} of {len(theirs)} cells differ: {sorted(wrong.items())[:5]}"


@pytest.mark.parametrize("basis", ["effective", "billed"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("by", "section", "depth"),
    [
        ("customer", "by_customer", 1),
        ("customer,month", "by_customer_month", 2),
        ("customer,day", "by_customer_day", 2),
        ("service", "by_service", 1),
        ("service,month", "by_service_month", 2),
        ("month", "by_month", 1),
    ],
)
def test_every_cell(
    programs: dict[str, Program],
    expected: dict[str, Any],
    state: str,
    basis: str,
    by: str,
    section: str,
    depth: int,
) -> None:
    theirs = _expected(expected[state], section, depth, basis)
    assert len(theirs) > 1
    _compare(_report(programs[state], by, basis), theirs)


@pytest.mark.parametrize("basis", ["effective", "billed"])
@pytest.mark.parametrize("state", STATES)
def test_untagged_is_the_unattributed_row(
    programs: dict[str, Program], expected: dict[str, Any], state: str, basis: str
) -> None:
    answer = programs[state].json("report", "--by", "customer", "--measure", "cost", "--cost", basis, *SPAN)
    ours: Cells = {(row["currency"],): Decimal(row["cost"]) for row in answer["unattributed"]}
    _compare(ours, _expected(expected[state], "untagged", 0, basis))


@pytest.mark.parametrize("state", STATES)
def test_source_totals_are_exact(programs: dict[str, Program], expected: dict[str, Any], state: str) -> None:
    answer = programs[state].json("reconcile")
    assert answer["ok"] is True
    sums: Cells = {}
    for row in answer["rows"]:
        parts = ("residual", "direct", "shared", "unattributed", "opex", "tax")
        assert sum(Decimal(row[part]) for part in parts) == Decimal(row["source_total"])
        assert Decimal(row["difference"]) == 0
        key = (row["cost"], row["currency"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["source_total"])
    for basis in ("effective", "billed"):
        for (currency,), value in _expected(expected[state], "total", 0, basis).items():
            assert sums[basis, currency] == value


def test_a_second_import_of_the_same_files_changes_nothing(
    programs: dict[str, Program], generated: Path
) -> None:
    program = programs["final"]
    before = program.json("reconcile")
    _restated(program, generated)
    _corrections(program, generated)
    assert program.json("reconcile") == before
