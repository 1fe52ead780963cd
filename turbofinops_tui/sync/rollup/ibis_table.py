"""A table behind an Ibis back end, as ``RemoteTable``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from turbofinops_tui.redaction import redacted
from turbofinops_tui.sync.read.layout import Column, Layout
from turbofinops_tui.sync.rollup.ibis_rows import LayoutQuery
from turbofinops_tui.sync.rollup.ibis_tags import tag_text
from turbofinops_tui.sync.rollup.remote import Counted, EngineAway, Page, Reads, Scope

if TYPE_CHECKING:
    Backend = Any
    """an ibis back end"""

PAGE_ROWS = 200_000
"""rollup rows that come back at a time"""
WRAPS = ("clickhouse",)
"""back ends whose sums begin again at the other end; all others refuse, or give null"""
MOST_PERIODS = 2000
"""distinct period (or day) texts; more is no billing period"""


class IbisTable:
    """One table of a connected back end."""

    def __init__(self, backend: Backend, table: Any, engine: str, label: str) -> None:
        self.backend, self.table, self.engine, self.label = backend, table, engine, label

    def columns(self) -> Sequence[str]:
        """Names of the table's columns."""
        return tuple(self.table.columns)

    def floats(self, layout: Layout) -> Sequence[str]:
        """Amount columns that the table holds as binary floats."""
        names = [
            layout.names[term.amount.index]
            for term in (*layout.billed, *layout.effective)
            if isinstance(term.amount, Column)
        ]
        return [name for name in dict.fromkeys(names) if self.table[name].type().is_floating()]

    def counted(self, layout: Layout) -> list[Counted]:
        """What there is, by billing period."""
        expression = self.query(layout).counted().limit(MOST_PERIODS)
        rows = self.asked(lambda: list(self.small(expression)))
        return [_counted(row, layout) for row in rows]

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        """Nothing is known of what a query costs here."""
        return Reads()

    def rows(self, layout: Layout, scope: Scope) -> Iterator[Page]:
        """The rollup rows of one period, page by page."""
        expression = self.query(layout).rows(scope)
        pages = self.asked(lambda: iter(self.pages(expression, scope.lines)))
        while (page := self.asked(lambda: next(pages, None))) is not None:
            yield page

    def pages(self, expression: Any, most: int) -> Iterator[Page]:
        """Arrow batches of an expression of at most ``most`` rows."""
        yield from self.backend.to_pyarrow_batches(expression, chunk_size=PAGE_ROWS)

    def small(self, expression: Any) -> Sequence[dict[str, Any]]:
        """A few rows."""
        found: list[dict[str, Any]] = self.backend.to_pyarrow(expression).to_pylist()
        return found

    def cancel(self) -> None:
        """End the running query by leaving the engine."""
        self.close()

    def close(self) -> None:
        """Let the engine go."""
        self.asked(self.backend.disconnect)

    def query(self, layout: Layout) -> LayoutQuery:
        """The expressions of a layout over this table."""
        name = self.backend.name
        return LayoutQuery(self.table, layout, tag_text(name), wraps=name in WRAPS)

    def asked(self, call: Callable[[], Any]) -> Any:
        """The answer of a call; EngineAway for whatever it raises, in its own first line."""
        return ask(call)


def table_at(backend: Backend, name: str) -> Any:
    """The table of a dotted name: ``TABLE``, ``SCHEMA.TABLE`` or ``CATALOG.SCHEMA.TABLE``."""
    *places, last = name.split(".")
    database = places[0] if len(places) == 1 else tuple(places) or None
    return ask(lambda: backend.table(last, database=database))


def ask(call: Callable[[], Any]) -> Any:
    """The answer of a call to an engine; EngineAway for whatever it raises, in one line without secrets."""
    try:
        return call()
    except EngineAway:
        raise
    except Exception as error:  # every driver has a family of its own
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        text = lines[0] if lines else type(error).__name__
        text = f"{type(error).__name__} {text}" if " " not in text else text
        raise EngineAway(redacted(text)[:300]) from None


def _counted(row: dict[str, Any], layout: Layout) -> Counted:
    billed = [str(row[f"b{number}"] or 0) for number in range(len(layout.billed))]
    effective = [str(row.get(f"e{number}") or 0) for number in range(len(layout.effective))]
    return Counted(
        str(row["period"] or ""), str(row["day"] or ""), int(row["lines"]), int(row["hard"]),
        " ".join(billed), " ".join(effective),
    )  # fmt: skip
