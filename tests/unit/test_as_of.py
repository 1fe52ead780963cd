"""What we knew then: a report as of a day or of earlier books is the report that was made then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_knowledge_bridge import Told


@pytest.fixture
def told(tmp_path: Path) -> Told:
    made = Told(tmp_path)
    made.program.today = "2026-11-20"
    made.cost(("10", "2026-10-02", "EC2", "acme"), ("8", "2026-09-03", "Support", ""))
    made.revenue("a,acme,subscription,100,USD,2026-10-01,2026-10-01,2026-11-01")
    return made


def numbers(document: Any) -> Any:
    return {name: document[name] for name in ("books", "rows", "unattributed", "totals", "currency")}


@pytest.mark.parametrize("by", ["customer", "month", "customer,month"])
def test_it_is_the_report_of_then(told: Told, by: str) -> None:
    then = told.program.json("report", "--by", by)
    told.program.today = "2026-11-24"
    told.link()
    told.cost(("12", "2026-10-02", "EC2", "acme"))
    assert numbers(told.program.json("report", "--by", by)) != numbers(then)
    for when in ("2026-11-20", "2026-11-23", then["books"]):
        assert numbers(told.program.json("report", "--by", by, "--as-of", when)) == numbers(then)
    now = told.program.json("report", "--by", by)
    assert numbers(told.program.json("report", "--by", by, "--as-of", "2026-11-24")) == numbers(now)
    assert "as of 2026-11-20" in told.program.call("report", "--by", by, "--as-of", "2026-11-20")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--by", "service"), 2), (("--measure", "coverage"), 2), (("--basis", "cash"), 2),
        (("--period", "-7d"), 2), (("--where", "customer=acme"), 2), (("--against", "x.json"), 2),
    ],
)  # fmt: skip
def test_what_it_cannot_answer_is_refused(told: Told, words: tuple[str, ...], code: int) -> None:
    told.program.call("report", *words, "--as-of", "2026-11-20", code=code)


def test_days_and_books_that_nobody_knew(told: Told) -> None:
    told.program.call("report", "--as-of", "2026-11-19", code=1)
    told.program.call("report", "--as-of", "ffffffff", code=1)
