"""Files into the table ``part``: rolled up, then checked; what is wrong is described, not yet located."""

from __future__ import annotations

from dataclasses import dataclass, field

from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.read.layout import Column, Layout
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.problems import GOOD, good_amount
from turbofinops_tui.sync.read.rolled import ENGINE, FLOATS, WARNINGS
from turbofinops_tui.sync.read.values import is_plain
from turbofinops_tui.sync.rollup.amounts import NEGATED, TIMES
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.query import RollupQuery
from turbofinops_tui.sync.rollup.sql import (
    HARD_AMOUNT,
    HARD_QUANTITY,
    LONG_FIELD,
    MISSING_BILLED,
    MISSING_EFFECTIVE,
    PART_COLUMNS,
    Relation,
)

_SMALL = 1 << 20
"""bytes under which looking first would cost more than it saves"""
_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of bad row: which field, and which texts in it."""

    field: str
    texts: tuple[str, ...]
    """the offending texts of the field as in ``part``; ``("",)`` means missing"""
    message: str = ""
    """said instead of the usual; may hold ``{text}``"""
    hint: str = ""


@dataclass(slots=True)
class FileFacts:
    """What a file held, beside its rows."""

    lines: int = 0
    formatted: int = 0
    """distinct amounts written as a spreadsheet shows them"""
    float_columns: tuple[str, ...] = ()
    unreadable_quantities: int = 0
    engine: str = ""
    """what rolled the lines up, when that was not this machine"""
    warnings: tuple[str, ...] = ()
    """of the layout that it had there"""
    problems: list[Problem] = field(default_factory=list)


class Parts:
    """The table ``part`` of one delivery and what is known of each file in it."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self.engine = engine
        self.limits = limits
        engine.run(f"CREATE TEMP TABLE part ({', '.join(PART_COLUMNS)})")

    def add(self, number: int, file: CostFile, layout: Layout, line_bytes: int) -> FileFacts:
        """Roll up one file; EngineRefusal when the engine cannot read it."""
        relation = self.engine.relation(file, line_bytes)
        if layout.rolled:
            return self.take(number, relation.source)
        quick = RollupQuery(layout, relation, number, self.limits.field, quick=True)
        if file.size < _SMALL or self._hard(quick.sample_flags(_SAMPLE)) or not self._quick(number, quick):
            full = RollupQuery(layout, relation, number, self.limits.field)
            self.engine.run(f"INSERT INTO part {full.text()}")
        return self._facts(number, layout, relation)

    def take(self, number: int, source: str) -> FileFacts:
        """Take in rows that are rolled up already; ``source`` is a table or function of the engine."""
        names = [column.partition(" ")[0] for column in PART_COLUMNS[1:]]
        self.engine.run(f"INSERT INTO part SELECT {number}, {', '.join(names)} FROM {source}")
        facts = self._told(number)
        said = f"SELECT DISTINCT {ENGINE}, {FLOATS}, {WARNINGS} FROM {source}"
        for engine, floats, warnings in self.engine.run(said):
            facts.engine = str(engine)
            facts.warnings = tuple(str(warnings).splitlines())
            facts.float_columns = tuple(str(floats).split(", ")) if floats else ()
        return facts

    def _quick(self, number: int, query: RollupQuery) -> bool:
        """Roll up with the quick query; False (and nothing kept) when the file has amounts beyond it."""
        self.engine.run(f"INSERT INTO part {query.text()}")
        if not self._hard(f"SELECT coalesce(bit_or(flags), 0) FROM part WHERE file = {number}"):
            return True
        self.take_back(number)
        return False

    def _hard(self, query: str) -> bool:
        return bool(self.engine.run(query)[0][0] & (HARD_AMOUNT | HARD_QUANTITY))

    def take_back(self, number: int) -> None:
        """Forget the rows of a file (it is read again another way)."""
        self.engine.run("DELETE FROM part WHERE file = ?", [number])

    def _facts(self, number: int, layout: Layout, relation: Relation) -> FileFacts:
        facts = self._told(number)
        facts.float_columns = _floats(layout, relation)
        return facts

    def _told(self, number: int) -> FileFacts:
        lines, flags, bad = self.engine.run(
            "SELECT coalesce(sum(n), 0), coalesce(bit_or(flags), 0), coalesce(sum(qty_bad), 0)"
            " FROM part WHERE file = ?",
            [number],
        )[0]
        facts = FileFacts(int(lines), unreadable_quantities=int(bad))
        self._missing(flags, facts)
        self._keys(number, facts)
        self._amounts(number, facts)
        return facts

    def _missing(self, flags: int, facts: FileFacts) -> None:
        for flag, name in ((MISSING_BILLED, "billed"), (MISSING_EFFECTIVE, "effective")):
            if flags & flag:
                facts.problems.append(Problem(name, ("",)))
        if flags & LONG_FIELD:
            message = f"the field is longer than {self.limits.field:,} bytes"
            facts.problems.append(Problem("tags", (), message, "the limit is the setting limits.field"))

    def _keys(self, number: int, facts: FileFacts) -> None:
        for name, good in GOOD.items():
            rows = self.engine.run(f"SELECT DISTINCT {name} FROM part WHERE file = ?", [number])
            bad = tuple(str(row[0]) for row in rows if not good(str(row[0])))
            if bad:
                facts.problems.append(Problem(name, bad))

    def _amounts(self, number: int, facts: FileFacts) -> None:
        plain = r"regexp_full_match(t, '[+-]?(\d{1,13}(\.\d*)?|\.\d+)([eE]-\d{1,2})?')"
        mark = rf"^{NEGATED}?(\d+{TIMES})?"
        for name, column in (("billed", "b_rest"), ("effective", "e_rest")):
            rows = self.engine.run(
                f"SELECT DISTINCT t FROM (SELECT regexp_replace(unnest({column}), '{mark}', '') AS t"
                f" FROM part WHERE file = ?)"
                f" WHERE NOT {plain}",
                [number],
            )
            texts = [str(row[0]) for row in rows]
            bad = tuple(text for text in texts if not good_amount(text))
            if bad:
                facts.problems.append(Problem(name, bad))
            facts.formatted += sum(1 for text in texts if text not in bad and not is_plain(text))


def _floats(layout: Layout, relation: Relation) -> tuple[str, ...]:
    """Names of amount columns that Parquet holds as binary floats."""
    found = []
    for term in (*layout.billed, *layout.effective):
        if isinstance(term.amount, Column) and relation.types.get(term.amount.index) in ("DOUBLE", "FLOAT"):
            found.append(layout.names[term.amount.index])
    return tuple(dict.fromkeys(found))
