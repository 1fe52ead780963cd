"""Drives one cost source as the runner does, without a store: plan, fetch, cursors, rows of its files."""

from __future__ import annotations

import csv
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import stamina

from turbofinops_tui.clock import Clock
from turbofinops_tui.store.connections import Connection
from turbofinops_tui.sync import http
from turbofinops_tui.sync.runner import Ask, Fetched
from turbofinops_tui.sync.secrets import Found, Secret

Row = dict[str, str]


def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once, and requests do not wait for their turn."""
    real = stamina.retry_context

    def at_once(**words: Any) -> Any:
        return real(**{**words, "wait_initial": 0, "wait_max": 0, "wait_jitter": 0})

    monkeypatch.setattr(stamina, "retry_context", at_once)
    monkeypatch.setattr(http, "LONGEST_WAIT", 0.0)
    monkeypatch.setattr(http.TokenBucket, "take", lambda _self: None)


@cache
def _models() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


def one_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK reads its descriptions of services once for all tests, not with each run."""
    import botocore.loaders

    found = _models()
    monkeypatch.setattr(botocore.loaders, "create_loader", lambda *_: found)


class Driver:
    """One connection of a kind; ``rows`` holds the file of each month that counts."""

    def __init__(
        self,
        module: ModuleType,
        kind: str,
        today: str,
        folder: Path,
        secrets: Mapping[str, str],
        **settings: str,
    ) -> None:
        self.module, self.folder, self.secrets = module, folder, secrets
        self.connection = Connection("acme", kind, settings)
        self.cursors: dict[str, Mapping[str, Any]] = {}
        self.rows: dict[str, list[Row]] = {}
        self.notes: list[str] = []
        self.stop = threading.Event()
        self.at(today)

    def at(self, today: str) -> None:
        """Make it another day."""
        self.clock = Clock(datetime.fromisoformat(today).replace(hour=12, tzinfo=UTC))

    def source(self) -> Any:
        """A new source, as each run opens one."""
        return self.module.open_source(
            self.connection, lambda name: Found(Secret(self.secrets[name]), "test"), self.clock, self.stop
        )

    def sync(self, since: int | None = None, full: bool = False) -> list[Fetched]:
        """One run; what it brought."""
        source = self.source()
        brought = []
        for item in source.plan(Ask(since, full), {} if full else self.cursors).items:
            fetched: Fetched | None = source.fetch(item, self.folder, lambda *_: None)
            if fetched is None:
                continue
            brought.append(fetched)
            self.notes += fetched.notes
            self.cursors[item.key] = fetched.cursor
            self.rows[item.period] = [row for path in fetched.files for row in _read(path)]
        return brought

    def total(self, period: str = "") -> Decimal:
        """Billed cost of a month, or of all."""
        months = [self.rows.get(period, [])] if period else list(self.rows.values())
        return sum((Decimal(row["BilledCost"]) for rows in months for row in rows), Decimal(0))

    def quantity(self, unit: str) -> Decimal:
        """Sum of the quantities of a unit."""
        rows = [row for found in self.rows.values() for row in found if row["ConsumedUnit"] == unit]
        return sum((Decimal(row["ConsumedQuantity"] or 0) for row in rows), Decimal(0))

    def costs(self, period: str) -> list[Row]:
        """Rows of a month with money."""
        return [row for row in self.rows[period] if Decimal(row["BilledCost"])]


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
