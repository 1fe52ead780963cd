"""A rollup into the store: dimensions, staged batches, and one publication that makes them count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from turbofinops_tui.economics.links import Directory, unregistered
from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import month_text
from turbofinops_tui.economics.types import CostDimension
from turbofinops_tui.errors import ConflictError
from turbofinops_tui.store.batches import (
    Also,
    BatchChange,
    BatchTotal,
    LeftOutTag,
    StagedBatch,
    intern_dimensions,
    publish_delivery,
    stage_batch,
)
from turbofinops_tui.store.customers import load_customers, load_identities
from turbofinops_tui.store.dimensions import DimensionKey
from turbofinops_tui.store.findings import Finding as StoredFinding
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.rules import load_rules
from turbofinops_tui.store.settings import load_settings
from turbofinops_tui.sync.rollup.batch import batch_digest, daily_rows, monthly_rows
from turbofinops_tui.sync.rollup.result import PeriodRollup, Rollup


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery belongs."""

    source: str
    export: str


def dimension_keys(rollup: Rollup, source: str) -> list[DimensionKey]:
    """The store's dimensions by position."""
    return [
        DimensionKey(
            source=source,
            provider=item.provider,
            account=item.account,
            service=item.service,
            category=item.category,
            charge_category=item.charge_category,
            commitment=item.commitment,
            cost_basis=item.cost_basis,
            model=item.model,
            currency=item.currency,
            unit=item.unit,
            names_customer=item.names_customer,
            tags=tags,
        )
        for item, tags in rollup.dimensions
    ]


def check_shrinking(store: Store, target: Target, periods: Iterable[PeriodRollup]) -> None:
    """ConflictError with the figures when a period would lose more than half of its rows or of a cost."""
    with store.read() as conn:
        for period in periods:
            name = month_text(period.period)
            old = conn.execute(
                "SELECT id, lines FROM ingest_batch WHERE source = ? AND export = ? AND period"
                " = ? AND state = 'active'",
                (target.source, target.export, name),
            ).fetchone()
            if old is None:
                continue
            lost = _lost("rows", "", Decimal(old[1]), Decimal(period.lines))
            new = {(total.currency, total.cost): total.exact for total in period.totals}
            for currency, cost, exact in conn.execute(
                "SELECT currency, cost, exact FROM batch_total WHERE batch = ? ORDER BY currency, cost",
                (old[0],),
            ):
                lost += _lost(f"{cost} cost", currency, Decimal(exact), new.get((currency, cost), Decimal(0)))
            if lost:
                raise ConflictError(
                    f"{target.source} {target.export} {name} would shrink by more than half:"
                    f" {'; '.join(lost)}",
                    "if that is right, import it again with --yes",
                )


def _lost(what: str, currency: str, old: Decimal, new: Decimal) -> list[str]:
    shrinks = new * 2 < old if old > 0 else new * 2 > old if old < 0 else False
    unit = f" {currency}" if currency else ""
    return [f"{what} {decimal_text(old)} to {decimal_text(new)}{unit}"] if shrinks else []


def stage(
    store: Store, delivery: int, target: Target, rollup: Rollup, periods: Sequence[PeriodRollup]
) -> list[str]:
    """Put the rows in, invisible to reads; returns the spellings of customers that nobody has registered
    yet.
    """
    keys = dimension_keys(rollup, target.source)
    ids = intern_dimensions(store, keys)
    numbers = [ids[key] for key in keys]
    digests = [key.digest() for key in keys]
    for period in periods:
        batch = _staged(period, rollup.engine, digests)
        stage_batch(store, delivery, batch, daily_rows(period, numbers), monthly_rows(period, numbers))
    return _new_customers(store, keys, numbers)


def publish(
    store: Store,
    delivery: int,
    target: Target,
    rollup: Rollup,
    new_customers: Sequence[str],
    also: Also | None = None,
) -> list[BatchChange]:
    """Make the staged delivery count, with what ``also`` writes; returns what changed per period."""
    span = "..".join(dict.fromkeys(month_text(rollup.periods[place].period) for place in (0, -1)))
    findings = [
        StoredFinding(
            kind=item.kind,
            key=f"{target.export} {span} {item.key}",
            source=target.source,
            detail=item.detail,
            amount=item.amount,
            currency=item.currency,
            count=item.count,
        )
        for item in rollup.findings
    ]
    return publish_delivery(store, delivery, rollup.warnings, findings, new_customers, also)


def _staged(period: PeriodRollup, engine: str, digests: Sequence[str]) -> StagedBatch:
    return StagedBatch(
        period=month_text(period.period),
        lines=period.lines,
        first_day=int(period.days.min()) if len(period.days) else None,
        last_day=int(period.days.max()) if len(period.days) else None,
        digest=batch_digest(period, digests),
        engine=engine,
        totals=[
            BatchTotal(
                total.currency,
                "effective" if total.cost == "effective" else "billed",
                total.exact,
                total.stored,
                total.residual,
                total.lines,
            )
            for total in period.totals
        ],
        left_out=[
            LeftOutTag(item.key, item.distinct_values, item.currency, item.effective)
            for item in period.left_out
        ],
    )


def _new_customers(store: Store, keys: Sequence[DimensionKey], numbers: Sequence[int]) -> list[str]:
    """Values of template links, and customers that the source names, that mean nobody yet; each in the
    spelling first delivered.
    """
    import json

    with store.read() as conn:
        rules = load_rules(conn)
        named = any(key.names_customer for key in keys)
        if not named and not any(link.enabled and link.customer == "{value}" for link in rules.links):
            return []
        prefixes = load_settings(conn).tag_prefixes
        directory = Directory(load_customers(conn), load_identities(conn), prefixes)
    dimensions = [
        CostDimension(
            id=number,
            source=key.source,
            provider=key.provider,
            account=key.account,
            service=key.service,
            category=key.category,
            charge_category=key.charge_category,
            commitment=key.commitment,
            cost_basis=key.cost_basis,
            model=key.model,
            currency=key.currency,
            unit=key.unit,
            names_customer=key.names_customer,
            tags=json.loads(key.tags),
        )
        for key, number in zip(keys, numbers, strict=True)
    ]
    return [item.spelling for item in unregistered(dimensions, rules.links, directory)]
