"""Small real deliveries to put into a store."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from turbofinops_tui.store.batches import (
    BatchTotal,
    DimensionKey,
    StagedBatch,
    begin_delivery,
    intern_dimensions,
    stage_batch,
    tags_json,
)
from turbofinops_tui.store.open import Store

DAY = 20_500  # 2026-02-16
MONTH = 2026 * 12 + 1

Deliver = Callable[..., int]


def key(service: str = "EC2", **tags: str) -> DimensionKey:
    return DimensionKey(
        "acme",
        "aws",
        "111",
        service,
        "Compute",
        "Usage",
        "",
        "billed",
        "",
        "USD",
        "",
        "",
        tags_json(tags.items()),
    )


def batch(digest: str, amount: int, period: str = "2026-02") -> StagedBatch:
    value = Decimal(amount).scaleb(-9)
    totals = [BatchTotal("USD", cost, value, value, Decimal(0), 1) for cost in ("effective", "billed")]
    return StagedBatch(period, 1, DAY, DAY, digest, "test", totals)


def stage(store: Store, amount: int, digest: str, period: str = "2026-02", rows: int = 1) -> int:
    """A staged delivery of ``rows`` daily rows whose effective cost adds up to ``amount``."""
    delivery = begin_delivery(store, "focus", "acme", "main", [], {})
    dims = intern_dimensions(store, [key(customer=f"c{number}") for number in range(rows)])
    ids = list(dims.values())
    parts = [amount // rows] * (rows - 1)
    parts.append(amount - sum(parts))
    cells = [(number, part, part, 0) for number, part in zip(ids, parts, strict=True)]
    daily = [(DAY, *cell) for cell in cells]
    monthly = [(MONTH, *cell) for cell in cells]
    stage_batch(store, delivery, batch(digest, amount, period), daily, monthly)
    return delivery


def active_sum(store: Store) -> int:
    """Effective cost that reads can see."""
    query = (
        "SELECT coalesce(sum(effective), 0) FROM cost_daily JOIN ingest_batch b ON b.id = batch"
        " WHERE b.state = 'active'"
    )
    with store.read() as conn:
        return int(conn.execute(query).fetchone()[0])
