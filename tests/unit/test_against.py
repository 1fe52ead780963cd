"""A report against an export: the cells that differ, each with its cause; other questions are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_knowledge_bridge import Told


@pytest.fixture
def told(tmp_path: Path) -> Told:
    made = Told(tmp_path)
    made.cost(("10", "2026-10-02", "EC2", "acme"), ("8", "2026-10-03", "Support", ""))
    made.revenue("a,acme,subscription,100,USD,2026-10-01,2026-10-01,2026-11-01")
    return made


def export(told: Told, *words: str) -> Path:
    path = told.folder / "export.json"
    path.write_text(told.program.call("report", *words, "--format", "json"), encoding="utf-8")
    return path


def why(told: Told, path: Path, *words: str, code: int = 3) -> Any:
    return told.program.json("report", *words, "--against", path, code=code)


def cells(found: Any) -> list[tuple[Any, ...]]:
    return [
        (cell.get("customer", cell.get("row")), cell["measure"], cell["was"], cell["now"],
         [cause.partition(", by ")[0] for cause in cell["causes"]])
        for cell in found["cells"]
    ]  # fmt: skip


def test_the_same_books_have_the_same_cells(told: Told) -> None:
    path = export(told, "--by", "customer,month")
    assert cells(why(told, path, code=0)) == []
    assert cells(why(told, path, "--by", "customer,month", "--sort", "margin", code=0)) == []


def test_each_cell_names_the_delivery_or_the_rule_behind_it(told: Told) -> None:
    path = export(told, "--measure", "cost,revenue")
    told.link()
    told.cost(("12.5", "2026-10-02", "EC2", "acme"), ("8", "2026-10-03", "Support", ""))
    found = why(told, path)
    assert found["differ"] == ["facts", "rules"]
    assert cells(found) == [
        ("acme", "cost", "0.00", "12.50", ["rules: link tagged", "facts: delivery 3, focus aws/main"]),
        (None, "cost", "18.00", "8.00", ["rules: link tagged"]),
        ("total", "cost", "18.00", "20.50", ["rules: link tagged", "facts: delivery 3, focus aws/main"]),
    ]


def test_a_row_that_came_and_one_that_went(told: Told) -> None:
    path = export(told, "--by", "service", "--measure", "cost")
    told.cost(("8", "2026-10-02", "S3", ""), ("10", "2026-10-02", "EC2", ""))
    by_service = {cell["service"]: (cell["was"], cell["now"]) for cell in why(told, path)["cells"]}
    assert by_service == {"S3": (None, "8.00"), "Support": ("8.00", None)}


def test_a_colleagues_store_tells_the_parts_apart(told: Told, tmp_path: Path) -> None:
    path = export(told, "--measure", "cost")
    (tmp_path / "other").mkdir()
    other = Told(tmp_path / "other")
    other.cost(("9", "2026-10-02", "EC2", "acme"), ("8", "2026-10-03", "Support", ""))
    other.program.call("settings", "set", "floors.watch", "33")
    found = why(other, path)
    assert [cell["causes"] for cell in found["cells"]] == [["facts differ", "settings differ"]] * len(
        found["cells"]
    )
    assert ("total", "cost", "18.00", "17.00") in [cell[:4] for cell in cells(found)]


def test_an_export_that_somebody_changed(told: Told) -> None:
    path = export(told, "--measure", "cost")
    document = json.loads(path.read_text())
    document["rows"][-1]["cost"] = "17.00"
    path.write_text(json.dumps(document))
    (cell,) = why(told, path)["cells"]
    assert (cell["was"], cell["now"]) == ("17.00", "18.00")
    assert "the export was changed" in cell["causes"][0]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--by", "customer"), "--by"), (("--by", "month", "--basis", "cash"), "--basis"),
        (("--by", "month", "--period", "2026-10"), "2026-10-01"), (("cohorts",), "--by"),
        (("--by", "month", "--currency", "EUR"), "EUR"),
    ],
)  # fmt: skip
def test_another_question_is_refused_with_a_sentence(
    told: Told, words: tuple[str, ...], named: str, capfd: Any
) -> None:
    path = export(told, "--by", "month")
    from turbofinops_tui.cli.main import run

    with told.program._today():
        assert run([*told.program.globals, "report", *words, "--against", str(path)]) == 2
    error = capfd.readouterr().err
    assert error.startswith("error: the export is no answer to this question: ")
    assert named in error


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"slice": 3}', "\x00"])
def test_files_that_are_no_report(told: Told, text: str) -> None:
    path = told.folder / "bad.json"
    path.write_text(text)
    told.program.call("report", "--against", path, code=1)
    told.program.call("report", "--against", told.folder / "none.json", code=1)


def test_table_and_csv_tell_the_same(told: Told) -> None:
    path = export(told, "--measure", "cost")
    told.link()
    table = told.program.call("report", "--against", path, code=3)
    assert "rules: link tagged" in table
    assert table.splitlines()[1].startswith("2 cells differ: ")
    text = told.program.call("report", "--against", path, "--format", "csv", code=3)
    assert text.splitlines()[0] == "customer,measure,was,now,cause"
    assert text.splitlines()[1].startswith("acme,cost,,10.00,")
