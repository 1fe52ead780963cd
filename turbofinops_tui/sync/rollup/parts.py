"""Files into the table ``part``: rolled up, then checked; what is wrong is described, not yet located."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from turbofinops_tui.economics.money import EXPONENTS
from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.read.layout import Column, Layout
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.values import CHARGE_CATEGORIES, is_plain, parse_amount, parse_day, parse_period
from turbofinops_tui.sync.rollup.amounts import NEGATED
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.query import RollupQuery
from turbofinops_tui.sync.rollup.sql import (
    LONG_FIELD,
    MISSING_BILLED,
    MISSING_EFFECTIVE,
    PART_COLUMNS,
    Relation,
)

_LARGEST = Decimal(10) ** 15
"""no amount of a single line may be larger; nothing that fits the store comes near"""


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of bad row: which field, which texts in it, and what to say."""

    field: str
    texts: tuple[str, ...]
    """the offending texts of the field as in ``part``; ``("",)`` means missing"""
    message: str
    """may hold ``{text}``"""
    hint: str


@dataclass(slots=True)
class FileFacts:
    """What a file held, beside its rows."""

    lines: int = 0
    formatted: int = 0
    """distinct amounts written as a spreadsheet shows them"""
    float_columns: tuple[str, ...] = ()
    unreadable_quantities: int = 0
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
        query = RollupQuery(layout, relation, number, self.limits.field)
        self.engine.run(f"INSERT INTO part {query.text()}")
        return self._facts(number, layout, relation)

    def take_back(self, number: int) -> None:
        """Forget the rows of a file (it is read again another way)."""
        self.engine.run("DELETE FROM part WHERE file = ?", [number])

    def _facts(self, number: int, layout: Layout, relation: Relation) -> FileFacts:
        lines, flags, bad = self.engine.run(
            "SELECT coalesce(sum(n), 0), coalesce(bit_or(flags), 0), coalesce(sum(qty_bad), 0) FROM part WHERE file = ?",
            [number],
        )[0]
        facts = FileFacts(int(lines), unreadable_quantities=int(bad), float_columns=_floats(layout, relation))
        self._missing(flags, facts)
        self._keys(number, facts)
        self._amounts(number, facts)
        return facts

    def _missing(self, flags: int, facts: FileFacts) -> None:
        for flag, name in ((MISSING_BILLED, "billed"), (MISSING_EFFECTIVE, "effective")):
            if flags & flag:
                facts.problems.append(Problem(name, ("",), "the cost is missing", "every row needs a number here"))
        if flags & LONG_FIELD:
            limit = f"{self.limits.field:,} bytes"
            facts.problems.append(
                Problem("tags", (), f"the field is longer than {limit}", "the setting is limits.field")
            )

    def _keys(self, number: int, facts: FileFacts) -> None:
        checks = (
            ("day", lambda text: parse_day(text) is not None, "is not a date", "write YYYY-MM-DD, years 1900 to 2100"),
            ("period", lambda text: not text or parse_period(text) is not None, "is not a date", "write YYYY-MM-DD"),
            ("currency", known_currency, "is no known currency", "use an ISO 4217 code such as USD"),
            ("charge_category", known_charge, "is no charge category", "use Usage, Purchase, Tax, Credit or Adjustment"),
        )
        for name, good, message, hint in checks:
            rows = self.engine.run(f"SELECT DISTINCT {name} FROM part WHERE file = ?", [number])  # noqa: S608 (names are ours)
            bad = tuple(str(row[0]) for row in rows if not good(str(row[0])))
            if bad:
                facts.problems.append(Problem(name, bad, "{text} " + message, hint))

    def _amounts(self, number: int, facts: FileFacts) -> None:
        odd = r"NOT regexp_full_match(trim(t, ' ~'), '[+-]?(\d{1,13}\.?\d*|\.\d+)([eE]-\d{1,2})?')"
        for name, column in (("billed", "b_rest"), ("effective", "e_rest")):
            rows = self.engine.run(
                f"SELECT DISTINCT ltrim(t, '{NEGATED}') FROM (SELECT unnest({column}) AS t FROM part WHERE file = ?)"  # noqa: S608 (names are ours)
                f" WHERE {odd}",
                [number],
            )
            texts = [str(row[0]) for row in rows]
            bad = tuple(text for text in texts if (amount := parse_amount(text)) is None or abs(amount) > _LARGEST)
            if bad:
                facts.problems.append(Problem(name, bad, "{text} is not a number", "write a plain decimal such as -12.34"))
            facts.formatted += sum(1 for text in texts if text not in bad and not is_plain(text))


def known_currency(text: str) -> bool:
    """True for an ISO 4217 code in any case."""
    return text.strip().upper() in EXPONENTS


def known_charge(text: str) -> bool:
    """True for a charge category that is understood, in any case."""
    return text.strip().casefold() in CHARGE_CATEGORIES


def _floats(layout: Layout, relation: Relation) -> tuple[str, ...]:
    """Names of amount columns that Parquet holds as binary floats."""
    found = []
    for term in (*layout.billed, *layout.effective):
        if isinstance(term.amount, Column) and relation.types.get(term.amount.index) in ("DOUBLE", "FLOAT"):
            found.append(layout.names[term.amount.index])
    return tuple(dict.fromkeys(found))
