"""A store of its own for ``check``: revenue and cost by customer and day, delivered anew as a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.one_number.program import Program

TODAY = "2026-11-20"
HEAD = "day,cost,currency,customer,feature,provider\n"


def made(tmp_path: Path, customers: Mapping[str, str], since: str = "2026-08-01") -> Program:
    """A program with customers who pay an amount each day from ``since`` to the end of the year."""
    program = Program(tmp_path / "root", TODAY)
    rows = ["id,customer,kind,amount,currency,occurred_at,period_start,period_end"]
    length = (date(2027, 1, 1) - date.fromisoformat(since)).days
    for customer, daily in customers.items():
        amount = int(daily) * length
        rows.append(f"r-{customer},{customer},subscription,{amount},USD,{since},{since},2027-01-01")
    file = tmp_path / "revenue.csv"
    file.write_text("\n".join(rows) + "\n")
    program.call("import", "revenue", file, "--source", "billing")
    program.call("links", "add", "--kind", "tag", "--match", "tag:customer=*", "--customer", "{value}")
    program.call("links", "add", "--kind", "feature", "--match", "tag:feature=*", "--feature", "{value}")
    program.call("settings", "set", "lag_days.cloud", 0)
    return program


def cost(
    program: Program,
    daily: Mapping[str, int],
    start: str,
    end: str,
    source: str = "aws",
    provider: str = "aws",
) -> None:
    """Deliver the same cost each day of ``[start, end)``, one delivery per month (replacing it)."""
    months: dict[str, list[str]] = {}
    day = date.fromisoformat(start)
    while day < date.fromisoformat(end):
        for customer, amount in daily.items():
            months.setdefault(day.isoformat()[:7], []).append(
                f"{day},{amount},USD,{customer},search,{provider}\n"
            )
        day += timedelta(1)
    for month, lines in months.items():
        deliver(program, month, lines, source)


def deliver(program: Program, month: str, lines: list[str], source: str = "aws") -> None:
    """Deliver the lines of one month in place of what was there."""
    file = program.root / f"{source}-{month}.csv"
    file.write_text(HEAD + "".join(lines))
    fields = ("day", "cost", "currency", "provider", "tag:customer=customer", "tag:feature=feature")
    words = [word for name in fields for word in ("--map", name if "=" in name else f"{name}={name}")]
    program.call("--yes", "import", "costs", file, "--source", source, *words)
