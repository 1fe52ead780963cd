"""An engine in plain Python: the rows of a CSV file, rolled up as a real one does, with faults on demand."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from turbofinops_tui.sync.read.layout import Layout, value
from turbofinops_tui.sync.rollup.remote import (
    Counted,
    EngineAway,
    Page,
    Reads,
    Scope,
    Settings,
    shape_of,
)

Row = dict[str, str | int]


@dataclass
class Faults:
    """What this engine does wrong, and what it was asked."""

    lost: int = 0
    """lines that are counted but not rolled up"""
    away: str = ""
    """raised when the rows are asked for"""
    hangs: bool = False
    """the query ends only when it is cancelled"""
    change: Callable[[Row], None] = lambda row: None
    floats: tuple[str, ...] = ()
    price: str = ""
    page_rows: int = 2
    asked: list[int] = field(default_factory=list)
    """months whose rows were asked for"""
    closed: int = 0
    cancelled: int = 0


class CsvTable:
    """One CSV file as a table of an engine."""

    def __init__(self, path: Path, faults: Faults) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            self._names, *self._lines = list(csv.reader(file))
        self.engine, self.label, self.faults = "python 1", "", faults
        self._cancelled = threading.Event()

    def columns(self) -> Sequence[str]:
        return self._names

    def floats(self, layout: Layout) -> Sequence[str]:
        return self.faults.floats

    def counted(self, layout: Layout) -> list[Counted]:
        found: dict[tuple[str, str], list[list[str]]] = {}
        for line in self._lines:
            period = value(layout.period, line)
            found.setdefault((period, "" if period else value(layout.day, line)[:10]), []).append(line)
        return [
            Counted(period, day, len(lines), 0, _total(layout, lines, "b"), _total(layout, lines, "e"))
            for (period, day), lines in found.items()
        ]

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        return Reads(3 << 20, self.faults.price)

    def rows(self, layout: Layout, scope: Scope) -> Iterator[Page]:
        self.faults.asked.append(scope.month)
        if self.faults.away:
            raise EngineAway(self.faults.away)
        if self.faults.hangs:
            self._cancelled.wait(30)
            raise EngineAway("the query was cancelled")
        rows = self._rolled(layout, scope)
        for row in rows:
            self.faults.change(row)
        names = list(shape_of(layout).columns)
        for start in range(0, len(rows), self.faults.page_rows):
            part = rows[start : start + self.faults.page_rows]
            yield {name: [row[name] for row in part] for name in names}

    def cancel(self) -> None:
        self.faults.cancelled += 1
        self._cancelled.set()

    def close(self) -> None:
        self.faults.closed += 1

    def _rolled(self, layout: Layout, scope: Scope) -> list[Row]:
        groups: dict[tuple[tuple[str, str], ...], Row] = {}
        mine = [line for line in self._lines if _within(layout, scope, line)]
        for line in mine[self.faults.lost :]:
            keys, sums = _line(layout, line)
            row = groups.setdefault(tuple(keys.items()), {**keys, **dict.fromkeys(sums, "0")})
            for name, amount in sums.items():
                old = Decimal(row[name])
                row[name] = str(max(old, amount) if name.endswith("_most") else old + amount)
        return list(groups.values())


def _within(layout: Layout, scope: Scope, line: list[str]) -> bool:
    period = value(layout.period, line)
    return period in scope.periods if period else value(layout.day, line)[:10] in scope.days


def _line(layout: Layout, line: list[str]) -> tuple[dict[str, str], dict[str, Decimal]]:
    """(keys, what is added up) of one line."""
    shape = shape_of(layout)
    day = value(layout.day, line)
    keys = {"period": value(layout.period, line), "day": day[:10] if day.endswith("Z") else day}
    keys |= {name: value(layout.attribute(name), line) for name in shape.attributes}
    if "unit" in shape.attributes and not value(layout.quantity, line):
        keys["unit"] = ""
    keys |= {f"tags{number}": line[index] for number, index in enumerate(layout.tags)}
    keys |= {f"tag{number}": line[tag.index] for number, tag in enumerate(layout.tag_columns)}
    sums = {"n": Decimal(1)}
    terms = [*layout.billed, *(layout.effective if layout.effective != layout.billed else ())]
    for name, term in zip(shape.terms, terms, strict=True):
        text = value(term.amount, line)
        easy = (
            bool(text) and text.lstrip("+-").replace(".", "", 1).isdigit() and len(text.split(".")[-1]) <= 18
        )
        keys[f"{name}_rest"] = text if text and not easy else ""
        amount = Decimal(text) if easy else Decimal(0)
        sums |= {f"{name}_hi": amount, f"{name}_lo": Decimal(0), f"{name}_most": abs(amount)}
        sums[f"{name}_none"] = Decimal(not text)
    if shape.quantity:
        text = value(layout.quantity, line)
        keys["q_rest"] = ""
        sums["q"] = Decimal(text or 0)
    return keys, sums


def _total(layout: Layout, lines: list[list[str]], prefix: str) -> str:
    terms = layout.billed if prefix == "b" else layout.effective
    texts = [value(term.amount, line) for line in lines for term in terms]
    return " ".join(texts)


def opener(path: Path, faults: Faults) -> Callable[[Settings, Callable[[], str]], CsvTable]:
    """Stands for ``engines.open_table``; ``path`` may be written anew between runs."""

    def open_table(settings: Settings, reveal: Callable[[], str]) -> CsvTable:
        reveal()
        table = CsvTable(path, faults)
        table.label = f"{settings['engine']}:{settings.get('table') or settings.get('path')}"
        return table

    return open_table
