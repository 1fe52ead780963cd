"""Settings that change numbers, as the evaluation sees them; what only changes looks is in config.toml."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """Settings that change numbers: in the store, audited, part of the books id."""

    currency: str = "USD"
    ai_services: tuple[str, ...] = (
        "amazon bedrock", "bedrock", "vertex ai", "azure openai", "azure openai service",
    )  # fmt: skip
    tag_prefixes: tuple[str, ...] = ("user:", "user_")
    lag_days: tuple[tuple[str, int], ...] = (("stripe", 0), ("ai", 1), ("cloud", 2), ("datadog", 3))
    final_after_days: int = 10
    """days after the end of its month when a delivered day counts as final"""
    watch_floor: Decimal = Decimal(20)
    unprofitable_floor: Decimal = Decimal(0)
    min_revenue: Decimal = Decimal(0)
    """least revenue in seven days, in major units, of a key that ``check`` judges"""
    min_cost: Decimal = Decimal(10)
    """and its least cost"""
    check_late_days: int = 4
    """most days between the end of the days that ``check`` judges and today"""
    id: str = ""
