"""One dollar, one source (numbers.md 3), between connections: what another one tells already.

AWS: Data Exports win over Cost Explorer of the same account, month by month; two that ask Cost Explorer for
one account are refused, since grouped by a tag their rows name no account by which they could be told apart.
Azure: exports whose scopes nest are refused wherever they lie. What the bills themselves show to be told
twice, the books leave out (``economics/books/overlap.py``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from turbofinops_tui.errors import ConflictError
from turbofinops_tui.store.batches import BatchChange, empty_periods
from turbofinops_tui.store.connections import Connection, load_connections
from turbofinops_tui.store.cost_cursors import forget_item, parse_state
from turbofinops_tui.sync.runner import CostSource, Plan

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.store.open import WriteTxn

EXPLORER = "cost-explorer"
_PERIODS = (
    "SELECT DISTINCT b.period FROM ingest_batch b WHERE b.state = 'active' AND b.source = ?1"
    " AND (?2 = '' OR EXISTS (SELECT 1 FROM cost_monthly m JOIN cost_dimension d ON d.id = m.dimension"
    " WHERE m.batch = b.id AND d.provider = 'aws' AND d.account = ?2)) ORDER BY b.period"
)
_ACCOUNTS = (
    "SELECT DISTINCT d.account FROM cost_monthly m"
    " JOIN ingest_batch b ON b.id = m.batch AND b.state = 'active'"
    " JOIN cost_dimension d ON d.id = m.dimension WHERE b.source = ?"
)


@dataclass(frozen=True, slots=True)
class Rivals:
    """What other connections tell of the cost that one is about to read."""

    told: Mapping[str, str]
    """billing period -> the connection whose export has it"""
    explorers: tuple[Connection, ...] = ()
    """connections that asked Cost Explorer for the account whose export this one reads"""

    def words(self) -> list[str]:
        """What a test tells of them."""
        notes = [f"{item.name} asks Cost Explorer for this account: months of this export are taken from it"
                 for item in self.explorers]  # fmt: skip
        if self.told:
            names = ", ".join(sorted(set(self.told.values())))
            notes.append(f"{names} has {len(self.told)} months by Data Exports: those are not asked for")
        return notes

    def without(self, plan: Plan) -> Plan:
        """The plan without what an export tells, with a note; the price goes down with it."""
        from turbofinops_tui.sync.pull.aws_cost_explorer import price

        left = [item for item in plan.items if item.period in self.told]
        if not left:
            return plan
        kept = tuple(item for item in plan.items if item.period not in self.told)
        names = ", ".join(sorted({self.told[item.period] for item in left}))
        months = ", ".join(sorted(item.period for item in left))
        note = (
            f"{months}: not asked of Cost Explorer, {names} has them by Data Exports (one dollar, one source)"
        )
        requests = None if plan.requests is None else plan.requests * len(kept) // len(plan.items)
        cost = f"about {price(requests)}" if requests else ""
        return replace(plan, items=kept, notes=(*plan.notes, note), requests=requests, price=cost)

    def give_way(self, txn: WriteTxn, period: str) -> list[BatchChange]:
        """Take a month out of what Cost Explorer told, now that the export has it."""
        gone: list[BatchChange] = []
        for other in self.explorers:
            emptied = empty_periods(txn, other.source, EXPLORER, [period])
            if emptied:
                forget_item(txn, other.name, period)
            gone += emptied
        return gone


def rivals_of(session: Session, connection: Connection, account: str) -> Rivals:
    """The rivals of a connection whose credential is of ``account``. ConflictError for two that would tell
    the same, and nothing could tell them apart.
    """
    if connection.kind != "aws":
        return Rivals({})
    with session.store.read() as conn:
        others = [item for item in load_connections(conn, "aws") if item.name != connection.name]
        if not _explores(connection):
            explorers = [
                item for item in others if _explores(item) and _asks_for(conn, item, connection, account)
            ]
            return Rivals({}, tuple(explorers))
        for other in others:
            if _explores(other) and account and other.account == account and parse_state(other.cursor).items:
                raise ConflictError(
                    f"{other.name} asks Cost Explorer for account {account} too: the same cost would count"
                    " twice",
                    f"remove one: turbofinops connect remove {connection.name} --with-data",
                )
        exports = [item for item in others if not _explores(item)]
        return Rivals({p: item.name for item in exports for p in _told(conn, item, account)})


def _explores(connection: Connection) -> bool:
    from turbofinops_tui.sync.pull.aws import mode_of

    return mode_of(connection.settings) == EXPLORER


def _told(conn: sqlite3.Connection, export: Connection, account: str) -> list[str]:
    """Months in which an export has the cost of an account: its own, or one that its rows name."""
    if not account:
        return []
    named = "" if export.account == account else account
    return [str(row[0]) for row in conn.execute(_PERIODS, (export.source, named))]


def _asks_for(conn: sqlite3.Connection, explorer: Connection, export: Connection, account: str) -> bool:
    if not explorer.account:
        return False
    return explorer.account == account or explorer.account in _accounts(conn, export)


def _accounts(conn: sqlite3.Connection, connection: Connection) -> set[str]:
    return {str(row[0]).casefold() for row in conn.execute(_ACCOUNTS, (connection.source,))}


def refuse_nested(session: Session, connection: Connection, source: CostSource) -> None:
    """ConflictError when a scope of this connection's exports lies in one of another connection's."""
    mine: Mapping[str, str] = getattr(source, "scopes", dict)()
    if connection.kind != "azure" or not mine:
        return
    from turbofinops_tui.sync.pull.azure_exports import may_nest

    with session.store.read() as conn:
        for other in load_connections(conn, "azure"):
            held = {str(cursor.get("scope", "")) for cursor in parse_state(other.cursor).items.values()}
            for scope, label in mine.items() if other.name != connection.name else ():
                for its in sorted(held - {""}):
                    known = {one: _accounts(conn, who) for one, who in ((scope, connection), (its, other))}
                    if may_nest(scope, its, known):
                        raise ConflictError(
                            f"the export {label} ({scope}) may hold the same cost as {other.name} ({its})",
                            "give prefix a folder that holds another, or turbofinops connect remove"
                            f" {connection.name} --with-data",
                        )
