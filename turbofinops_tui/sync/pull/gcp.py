"""Google Cloud as a cost source: the billing export in BigQuery, one invoice month at a time.

Rows of the export only ever come in addition, for days long past as well. A small query over three columns
tells which invoice months grew since they were read; each of these is aggregated anew, whole, and replaces
what was there. A table that did not change since the last run is not queried at all.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.periods import month_of_day, month_text
from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import ATTEMPTS, FEW
from turbofinops_tui.sync.pull.delivery_csv import CostRow, write_delivery
from turbofinops_tui.sync.pull.gcp_access import Access, settings_of
from turbofinops_tui.sync.pull.gcp_bigquery import BigQuery, Row
from turbofinops_tui.sync.pull.gcp_query import Table, cost, months, table_of
from turbofinops_tui.sync.pull.gcp_rows import cost_row
from turbofinops_tui.sync.runner import Ask, Cursors, Denied, Fetched, Item, Plan, Probe, Tick, check_stop

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets

EXPORT = "main"
DOLLARS_PER_TIB = Decimal("6.25")
"""on demand; the first TiB of a month is free"""
LEAST_BILLED = 10 << 20
"""bytes that every query bills at least"""
SLACK = 2
"""a query may bill so many times what its dry run said, since the table may grow in between"""
_ACCOUNT = re.compile(r"_([0-9A-F]{6}_[0-9A-F]{6}_[0-9A-F]{6})(?:_|$)", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])")


class GcpExport:
    """The billing export of one table."""

    def __init__(self, connection: Connection, secrets: Secrets, stop: threading.Event) -> None:
        self.connection, self._secrets, self._stop = connection, secrets, stop
        self.project, self.address = settings_of(connection)
        self.access = Access(connection, secrets)
        self._months: dict[str, Row] = {}
        self._most: dict[str, int] = {}
        self._planned: list[str] = []
        self._modified = self._location = ""
        self._table: Table | None = None
        self._query = self._bigquery(ATTEMPTS)

    def _bigquery(self, attempts: int) -> BigQuery:
        return BigQuery(self.access, self.project, self.connection.name, self._stop, attempts)

    def identity(self) -> str:
        """The billing account of the table, by the table's own name, else by the setting."""
        asked = self.connection.settings.get("billing_account", "").removeprefix("billingAccounts/").upper()
        match = _ACCOUNT.search(self.address)
        named = match[1].upper().replace("_", "-") if match else ""
        if asked and named and asked != named:
            raise SourceError(
                f"the table {self.address} is of billing account {named}, the connection of {asked}",
                "check billing_account and table",
            )
        return asked or named

    def test(self) -> Probe:
        """Each permission by the call that needs it; nothing is billed."""
        self._query = self._bigquery(FEW)
        missing: list[str] = []
        notes: list[str] = []
        account = self.identity()
        self._try(missing, "the name and currency of the account", lambda: self._tell_account(account, notes))
        table = self._try(missing, "the columns of the table", self._read_table)
        self._try(missing, "reading rows", lambda: self._query.first_row(self.address))
        if isinstance(table, Table):
            sql = months(table)
            size = self._try(missing, "running queries", lambda: self._query.dry_run(sql, {}, self._location))
            notes.append(f"a {table.kind} export in {self._location or 'an unknown place'}")
            if isinstance(size, int):
                notes.append(f"looking for what is new reads {_bytes(size)}")
        return Probe(account, self.access.origin, "", tuple(missing), tuple(notes))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """Every invoice month that grew; what its query reads, and what that costs."""
        table = self._read_table()
        if self._modified and ask.since is None and not ask.full and self._known(cursors):
            return Plan((), ("the table did not change since it was read",))
        notes = self._look(table)
        since = "" if ask.since is None else month_text(month_of_day(ask.since))
        for period, found in self._months.items():
            changed = cursors.get(_key(period), {}).get("state") != _state(found)
            if ask.full or changed or (since and period >= since):
                self._planned.append(period)
        total = 0
        for period in self._planned:
            check_stop(self._stop)
            size = self._query.dry_run(
                cost(table, self._pruned(period)), self._params(period), self._location
            )
            self._most[period] = max(size, LEAST_BILLED) * SLACK
            total += max(size, LEAST_BILLED)
        price = _price(total) if self._planned else ""
        if self._planned:
            notes.append(
                f"{len(self._planned)} months, {_bytes(total)} to read, {price or 'less than 0.01 USD'}"
            )
        notes += [f"{key}: no longer in the table, it is kept" for key in self._gone(cursors)]
        return Plan(tuple(Item(_key(p), EXPORT, p, p) for p in self._planned), tuple(notes), None, price)

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """One invoice month, by day and dimension, as a FOCUS file."""
        path = folder / f"{item.period}.csv"
        currencies: set[str] = set()
        written = write_delivery(path, item.period, self._rows(item, currencies, tick))
        notes = []
        if len(currencies) > 1:
            notes.append(
                f"{item.period} has {', '.join(sorted(currencies))}: each is kept in its own currency"
            )
        cursor = {
            "state": _state(self._months[item.period]),
            "modified": self._modified,
            "planned": self._planned,
        }
        return Fetched(
            (path,) if written else (), EXPORT, (item.period,), cursor, notes=tuple(notes),
            names=(f"bigquery://{self.address}/{item.period}",) if written else (),
        )  # fmt: skip

    def _rows(self, item: Item, currencies: set[str], tick: Tick) -> Iterator[CostRow]:
        table = self._table or self._read_table()
        sql = cost(table, self._pruned(item.period))
        answers = self._query.rows(sql, self._params(item.period), self._location, self._most[item.period])
        for number, cells in enumerate(answers, 1):
            if number % 1000 == 1:
                tick(f"{item.label}: {number:,} rows", self._planned.index(item.period), len(self._planned))
            row = cost_row(cells, self.address, number)
            currencies.add(row.currency)
            yield row

    def _read_table(self) -> Table:
        self.identity()
        info = self._query.table(self.address)
        partition: Mapping[str, Any] | None = info.get("timePartitioning")
        column = "" if partition is None else str(partition.get("field") or "_PARTITIONTIME")
        fields: Sequence[Mapping[str, Any]] = (info.get("schema") or {}).get("fields") or ()
        # neither a view nor rows that still stream in show in the time of the last change
        settled = info.get("type", "TABLE") == "TABLE" and "streamingBuffer" not in info
        self._modified = str(info.get("lastModifiedTime") or "") if settled else ""
        self._location = str(info.get("location") or "")
        self._table = table_of(self.address, fields, column)
        return self._table

    def _known(self, cursors: Cursors) -> bool:
        """Whether a run that saw the table as it is now read everything that it planned."""
        return any(
            found.get("modified") == self._modified
            and all(cursors.get(_key(p), {}).get("modified") == self._modified for p in found["planned"])
            for found in cursors.values()
        )

    def _look(self, table: Table) -> list[str]:
        """Ask for the months; notes."""
        sql = months(table)
        most = max(self._query.dry_run(sql, {}, self._location), LEAST_BILLED) * SLACK
        notes = []
        self._months, self._planned, self._most = {}, [], {}
        for row in self._query.rows(sql, {}, self._location, most):
            match = _MONTH.fullmatch(row[0])
            if match is None:
                notes.append(f"{row[1]} lines of the export have no invoice month: they are left out")
            else:
                self._months[f"{match[1]}-{match[2]}"] = row
        if not self._months:
            notes.append(f"{self.address} has no rows yet: a new export begins within a day")
        return notes

    def _gone(self, cursors: Cursors) -> list[str]:
        return sorted(key for key in cursors if key.partition("/")[2] not in self._months)

    def _pruned(self, period: str) -> bool:
        return all(self._months[period][3:5])

    def _params(self, period: str) -> dict[str, str]:
        found = {"month": period.replace("-", "")}
        if self._pruned(period):
            found |= {"first": self._months[period][3], "last": self._months[period][4]}
        return found

    def _tell_account(self, ident: str, notes: list[str]) -> None:
        if not ident:
            notes.append("say billing_account to see its name and currency")
            return
        found = self.access.account(ident, projects=True)
        notes.append(f"billing account {found.name} in {found.currency}, {len(found.projects)} projects")

    def _try(self, missing: list[str], what: str, call: Any) -> object:
        try:
            return call()
        except Denied as error:
            missing.append(f"{error.permission} ({what}: {error.hint})")
            return None


def _key(period: str) -> str:
    return f"{EXPORT}/{period}"


def _state(row: Row) -> list[str]:
    """How many lines a month has, when the newest came, and what they cost."""
    return [row[1], row[2], row[5]]


def _price(size: int) -> str:
    dollars = (DOLLARS_PER_TIB * size / (1 << 40)).quantize(Decimal("0.01"), ROUND_CEILING)
    return f"about {dollars} USD" if dollars > Decimal("0.01") else ""


def _bytes(size: int) -> str:
    if size >= 1 << 30:
        return f"{Decimal(size) / (1 << 30):,.1f} GiB"
    return f"{Decimal(size) / (1 << 20):,.1f} MiB"


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> GcpExport:
    """The source of a connection of kind gcp; SourceError when it does not name its table."""
    return GcpExport(connection, secrets, stop)
