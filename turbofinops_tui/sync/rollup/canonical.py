"""Texts as files have them to what is stored: attributes, days, periods and tag sets, each distinct one
once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.periods import month_of_day
from turbofinops_tui.sync.read.layout import ATTRIBUTES, MISSING
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.tags import canonical, fold, fold_key, raw_pairs
from turbofinops_tui.sync.read.values import (
    CHARGE_CATEGORIES,
    COMMITMENTS,
    COST_BASES,
    parse_day,
    parse_period,
    provider_name,
)
from turbofinops_tui.sync.rollup import guard
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.result import Attributes

_MOST_QUANTITY = 9_000_000_000
"""a quantity is stored at 1e-9 of its unit in int64"""
_CROWD_COLUMNS = (("tags", "VARCHAR"), ("more_tags", "VARCHAR"), ("key", "INTEGER"), ("value", "INTEGER"))
TagText = tuple[str, str]
"""the two tag texts of a row: ``tags`` (or ``AllocatedTags``) and ``more_tags``"""


@dataclass(frozen=True, slots=True)
class TagOptions:
    """What decides about tags: key prefixes to drop, keys to keep whatever their number."""

    prefixes: Sequence[str]
    include: Collection[str]


def attributes_of(texts: Sequence[str], no_quantity: Collection[str] = ()) -> Attributes:
    """Canonical attributes of the raw texts (in the order of ``ATTRIBUTES``)."""
    clean = ["" if text.strip() in MISSING else text.strip() for text in texts]
    provider, account, service, category, charge, commitment, currency, basis, model, customer, unit = clean
    return Attributes(
        provider=provider_name(provider),
        account=account,
        service=service,
        category=category,
        charge_category=CHARGE_CATEGORIES[charge.casefold()],
        commitment=COMMITMENTS.get(commitment.casefold(), ""),
        currency=currency.upper(),
        cost_basis=COST_BASES.get(basis.casefold(), "billed"),
        model=model,
        names_customer=customer,
        unit="" if unit in no_quantity else unit,
    )


def tags_of(texts: TagText, prefixes: Sequence[str]) -> tuple[dict[str, str], bool]:
    """(folded tags, readable) of a row's tag texts; an unreadable text gives no tags."""
    pairs: list[tuple[str, object]] = []
    readable = True
    for text in texts:
        some = raw_pairs(text)
        if some is None:
            readable = False
        else:
            pairs += some
    return fold(pairs, prefixes), readable


class Canonical:
    """Reads the distinct texts of table ``part`` and leaves one mapping table for each kind.

    Tables: ``day_map(day, number, month)``, ``period_map(period, month)``,
    ``attribute_map(..., attribute, factor)`` and ``tag_map(tags, more_tags, tag_set, broken)``.
    """

    def __init__(self, engine: Engine, limits: Limits, options: TagOptions) -> None:
        self.engine = engine
        self.limits = limits
        self.options = options
        self.attributes: list[Attributes] = []
        self.tag_sets: list[str] = []
        self.left_out: list[str] = []
        self.unfit_units: list[str] = []

    def build(self) -> None:
        """Fill the mapping tables and the lists."""
        self._days()
        self._attributes()
        self._tags()

    def _days(self) -> None:
        days = [str(row[0]) for row in self.engine.run("SELECT DISTINCT day FROM part")]
        numbers = [parse_day(text) or 0 for text in days]
        self.engine.table_of(
            "day_map",
            {
                "day": ("VARCHAR", days),
                "number": ("INTEGER", numbers),
                "month": ("INTEGER", [month_of_day(day) for day in numbers]),
            },
        )
        periods = [str(row[0]) for row in self.engine.run("SELECT DISTINCT period FROM part")]
        months = [parse_period(text) if text else None for text in periods]
        self.engine.table_of("period_map", {"period": ("VARCHAR", periods), "month": ("INTEGER", months)})

    def _attributes(self) -> None:
        names = ", ".join(ATTRIBUTES)
        self.unfit_units = [
            str(row[0])
            for row in self.engine.run(
                "SELECT DISTINCT unit FROM (SELECT unit, sum(abs(qty)) AS q FROM part"
                f" GROUP BY {names}, day, period) WHERE q > {_MOST_QUANTITY}"
            )
        ]
        rows = self.engine.run(f"SELECT DISTINCT {names} FROM part")
        numbers: dict[Attributes, int] = {}
        found = [numbers.setdefault(attributes_of(row, self.unfit_units), len(numbers)) for row in rows]
        self.attributes = list(numbers)
        columns: dict[str, tuple[str, Sequence[object]]] = {
            name: ("VARCHAR", [row[position] for row in rows]) for position, name in enumerate(ATTRIBUTES)
        }
        columns["attribute"] = ("INTEGER", found)
        columns["factor"] = ("DECIMAL(10,0)", [scale(self.attributes[number].currency) for number in found])
        columns["measured"] = ("INTEGER", [int(self.attributes[number].unit != "") for number in found])
        self.engine.table_of("attribute_map", columns)

    def _tags(self) -> None:
        rows = self.engine.run("SELECT tags, more_tags, sum(n) FROM part GROUP BY ALL")
        parsed = [tags_of((row[0], row[1]), self.options.prefixes) for row in rows]
        self.left_out = self._guarded(rows, [tags for tags, _ in parsed])
        out = set(self.left_out)
        numbers: dict[str, int] = {}
        sets = []
        for tags, _ in parsed:
            kept = (
                tags.items() if not out else [(key, value) for key, value in tags.items() if key not in out]
            )
            sets.append(numbers.setdefault(canonical(kept), len(numbers)))
        self.tag_sets = list(numbers)
        self.engine.table_of(
            "tag_map",
            {
                "tags": ("VARCHAR", [row[0] for row in rows]),
                "more_tags": ("VARCHAR", [row[1] for row in rows]),
                "tag_set": ("INTEGER", sets),
                "broken": ("INTEGER", [int(not readable) for _, readable in parsed]),
            },
        )

    def _guarded(self, rows: Sequence[tuple[str, str, int]], parsed: Sequence[dict[str, str]]) -> list[str]:
        values: dict[str, set[str]] = {}
        lines: dict[str, int] = {}
        for row, tags in zip(rows, parsed, strict=True):
            for key, text in tags.items():
                values.setdefault(key, set()).add(text)
                lines[key] = lines.get(key, 0) + int(row[2])
        uses = {key: guard.KeyUse(len(some), lines[key]) for key, some in values.items()}
        include = {fold_key(key, self.options.prefixes) for key in self.options.include}

        def value_days(keys: list[str]) -> dict[str, int]:
            self._crowd(keys, rows, parsed)
            counted = self.engine.run(
                "SELECT c.key, count(DISTINCT (c.value, d.number)) FROM part"
                " JOIN crowd c USING (tags, more_tags) JOIN day_map d USING (day) GROUP BY c.key"
            )
            return {keys[key]: int(count) for key, count in counted}

        out = guard.left_out(uses, self.limits.tag_values, include, value_days)
        if out:
            self._crowd(out, rows, parsed)
        return out

    def _crowd(
        self, keys: Sequence[str], rows: Sequence[tuple[str, str, int]], parsed: Sequence[dict[str, str]]
    ) -> None:
        """Table ``crowd(tags, more_tags, key, value)``: which text carries which value of the crowded
        keys.
        """
        carried: list[tuple[str, str, int, int]] = []
        numbers: dict[tuple[int, str], int] = {}
        for row, tags in zip(rows, parsed, strict=True):
            for position, key in enumerate(keys):
                if key in tags:
                    number = numbers.setdefault((position, tags[key]), len(numbers))
                    carried.append((row[0], row[1], position, number))
        self.engine.table_of(
            "crowd",
            {
                name: (kind, [entry[place] for entry in carried])
                for place, (name, kind) in enumerate(_CROWD_COLUMNS)
            },
        )
