"""A small real store: one line of one dollar per tag set, delivered as an import would."""

from __future__ import annotations

from decimal import Decimal

from turbofinops_tui.store.batches import (
    BatchTotal,
    DimensionKey,
    StagedBatch,
    begin_delivery,
    intern_dimensions,
    publish_delivery,
    stage_batch,
    tags_json,
)
from turbofinops_tui.store.open import Store

USD = 10**9
DAY, MONTH = 20_742, 2026 * 12 + 9  # 2026-10-16


def deliver(store: Store, export: str, tags: list[dict[str, str]]) -> None:
    """One line of one dollar per tag set."""
    keys = [
        DimensionKey("aws", "aws", "1", "EC2", "Compute", "Usage", "", "billed", "", "USD", "", "", text)
        for text in (tags_json(item.items()) for item in tags)
    ]
    delivery = begin_delivery(store, "focus", "aws", export, [], {})
    ids = intern_dimensions(store, keys)
    value = Decimal(len(tags))
    totals = [
        BatchTotal("USD", "effective", value, value, Decimal(0), len(tags)),
        BatchTotal("USD", "billed", value, value, Decimal(0), len(tags)),
    ]
    batch = StagedBatch("2026-10", len(tags), DAY, DAY, export, "test", totals)
    daily = [(DAY, ids[key], USD, USD, 0) for key in keys]
    stage_batch(store, delivery, batch, daily, [(MONTH, *row[1:]) for row in daily])
    publish_delivery(store, delivery, [], [])
