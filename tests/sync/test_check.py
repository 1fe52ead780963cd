"""``check`` over time: crossings, recovery, restatements, the young, sources with monthly dollars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.one_number.program import Program
from tests.sync.check_store import TODAY, cost, deliver, made

BOTH = {"acme": "100", "bolt": "100"}


def judge(program: Program, today: str = TODAY, by: str = "customer", code: int = 0) -> dict[str, Any]:
    program.today = today
    answer: dict[str, Any] = program.json("check", "--by", by, code=code)
    program.today = TODAY
    return answer


def steps(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(item["key"], item["was"], item["now"]) for item in answer["items"]]


def november(program: Program, acme: dict[int, int], usual: int = 50) -> None:
    """Cost of acme by day of November where it is not the usual; bolt as ever."""
    lines = []
    for day in range(1, 20):
        lines.append(f"2026-11-{day:02d},{acme.get(day, usual)},USD,acme,search,aws\n")
        lines.append(f"2026-11-{day:02d},{usual},USD,bolt,search,aws\n")
    deliver(program, "2026-11", lines)


def test_crossings_are_told_once_and_armed_again_after_recovery(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", "2026-11-01")
    november(program, {9: 460, 17: 500})
    assert steps(judge(program, "2026-11-09")) == []
    first = judge(program, "2026-11-10", code=3)
    assert steps(first) == [("acme", "healthy", "unprofitable")]
    [item] = first["items"]
    assert (item["margin"], item["floor"], item["since"]) == ("-60.00", "0", "2026-11-09")
    assert (
        item["causes"] == [{"cause": "cost change: aws ", "amount": "-410.00"}]
        or sum(float(cause["amount"]) for cause in item["causes"]) == -410
    )
    assert (first["state"], first["judged"]["from"]) == ("unprofitable", "2026-11-03")
    assert steps(judge(program, "2026-11-11")) == []
    assert judge(program, "2026-11-11")["standing"][0]["since"] == "2026-11-09"
    recovered = judge(program, "2026-11-17")
    assert steps(recovered) == []
    assert recovered["state"] == "healthy"
    assert steps(judge(program, "2026-11-18", code=3)) == [("acme", "healthy", "unprofitable")]


def test_watch_then_unprofitable_are_two_crossings(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", "2026-11-01")
    november(program, {9: 300, 10: 300})
    judge(program, "2026-11-09")
    assert steps(judge(program, "2026-11-10", code=3)) == [("acme", "healthy", "watch")]
    assert steps(judge(program, "2026-11-11", code=3)) == [("acme", "watch", "unprofitable")]


def test_a_crossing_that_a_restatement_takes_back_is_withdrawn_with_its_cause(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", "2026-11-01")
    november(program, {9: 460})
    judge(program, "2026-11-09")
    assert steps(judge(program, "2026-11-10", code=3)) == [("acme", "healthy", "unprofitable")]
    november(program, {9: 60})
    later = judge(program, "2026-11-12")
    [gone] = later["withdrawn"]
    assert (gone["key"], gone["since"]) == ("acme", "2026-11-09")
    assert gone["withdrawn"]["cause"] == (
        "restated: cost of aws -760.00 -> -360.00; margin -60.00 -> 340.00 USD"
    )
    assert later["state"] == "healthy"
    assert judge(program, "2026-11-12")["withdrawn"] == []
    log = program.call("audit", "--entity", "watch:customer:acme")
    assert "withdraw alert" in log
    assert "cost of aws" in log


def test_new_facts_that_leave_a_crossing_true_withdraw_nothing(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", "2026-11-01")
    november(program, {9: 460})
    judge(program, "2026-11-09")
    judge(program, "2026-11-10", code=3)
    november(program, {9: 470})
    assert judge(program, "2026-11-12")["withdrawn"] == []


def test_the_young_are_watched_and_not_alerted_on(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH, since="2026-10-20")
    cost(program, {"acme": 50, "bolt": 50}, "2026-10-20", "2026-11-01")
    november(program, {9: 460})
    judge(program, "2026-11-09", by="customer,cohort")
    answer = judge(program, "2026-11-10", by="customer,cohort")
    assert steps(answer) == []
    assert [(item["key"], item["now"], item["young"]) for item in answer["standing"]] == [
        ("acme", "unprofitable", True)
    ]
    (tmp_path / "old").mkdir()
    old = made(tmp_path / "old", BOTH, since="2026-10-12")
    cost(old, {"acme": 50, "bolt": 50}, "2026-10-20", "2026-11-01")
    november(old, {9: 460})
    judge(old, "2026-11-09")
    assert steps(judge(old, "2026-11-10", code=3)) == [("acme", "healthy", "unprofitable")]


def test_floors_and_the_late_setting_change_the_books_and_the_answer(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", TODAY)
    judge(program, "2026-11-19")
    before = judge(program)
    assert (before["state"], before["counted"]) == ("healthy", 2)
    program.call("settings", "set", "floors.min_cost", 351)
    after = judge(program)
    assert after["counted"] == 0
    assert after["books"] != before["books"]
    program.call("settings", "set", "floors.min_cost", 350)
    program.call("settings", "set", "floors.watch", 60)
    assert judge(program, code=3)["state"] == "watch"
    judge(program, "2026-11-25", code=4)
    program.call("settings", "set", "check.late_days", 5)
    later = judge(program, "2026-11-25")  # the same days: what was told is not told again
    assert (later["judged"]["to"], later["state"]) == (TODAY, "watch")


def test_a_source_with_monthly_dollars_enters_at_its_last_final_daily_rate(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", TODAY)
    for month, amount in (("2026-09", 300), ("2026-10", 620)):
        deliver(program, month, [f"{month}-01,{amount},USD,acme,search,acmecloud\n"], "support")
    judge(program, "2026-11-19")
    answer = judge(program, by="customer,cohort,feature")
    assert answer["estimated"] == [{"source": "support", "month": "2026-10"}]
    assert answer["counted"] == 4
    program.call("settings", "set", "floors.watch", 31)
    [item] = judge(program, code=3)["items"]
    assert (item["key"], item["cost"], item["margin"]) == ("acme", "490.00", "210.00")
    assert program.json("check", "--by", "customer", code=3)["estimated"]


def test_a_read_only_check_judges_and_remembers_nothing(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", "2026-11-01")
    november(program, {9: 460})
    judge(program, "2026-11-09")
    program.today = "2026-11-10"
    for _ in range(2):
        answer = program.json("--read-only", "check", "--by", "customer", code=3)
        assert steps(answer) == [("acme", "healthy", "unprofitable")]
    assert "watch:customer" not in program.call("audit", "--entity", "watch")


def test_no_cost_at_all_is_exit_4_and_bad_words_are_usage(tmp_path: Path) -> None:
    program = made(tmp_path, BOTH)
    assert judge(program, code=4)["judged"] is None
    program.call("check", "--by", "provider", code=2)


def test_the_score_is_stored_when_first_judged(tmp_path: Path) -> None:
    program = made(tmp_path, {"acme": "100", "bolt": "300"})
    cost(program, {"acme": 50, "bolt": 50}, "2026-09-01", "2026-11-01")
    november(program, {9: 460})
    judge(program, "2026-11-09")
    words = ("report", "--by", "day", "--measure", "revenue,score", "--from", "2026-11-06", "--to")
    assert judge(program, "2026-11-11", code=3)["score"] == "75.0000"
    found = {row["day"]: row["score"] for row in program.json(*words, "2026-11-12")["rows"]}
    assert found == {
        "2026-11-06": None, "2026-11-07": None, "2026-11-08": "100.0000", "2026-11-09": None,
        "2026-11-10": "75.0000", "2026-11-11": None,
    }  # fmt: skip
    november(program, {})
    judge(program, "2026-11-11")
    assert program.json(*words, "2026-11-12")["totals"]["score"] == "75.0000"
    filtered = program.json(*words, "2026-11-12", "--where", "customer=acme")
    assert filtered["totals"]["score"] is None
    assert any("score" in text for text in filtered["warnings"])
    program.call(*words, "2026-11-12", "--sort", "score", code=2)
