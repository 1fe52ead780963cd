"""A fresh store, and a way to deliver cost into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.sample import Deliver, stage
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.batches import publish_delivery
from turbofinops_tui.store.open import Store


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store.open(tmp_path / "data" / "store.db", clock)
    yield opened
    opened.close()


@pytest.fixture
def deliver(store: Store) -> Deliver:
    def run(amount: int, digest: str, period: str = "2026-02", rows: int = 1) -> int:
        delivery = stage(store, amount, digest, period, rows)
        publish_delivery(store, delivery, [], [])
        return delivery

    return run
