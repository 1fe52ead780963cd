"""Rows of a billing export in BigQuery, and the program run against them."""

from __future__ import annotations

from typing import Any

from tests.fakes.bigquery import ACCOUNT


def row(
    day: str,
    cost: float,
    *,
    month: str = "",
    service: str = "Compute Engine",
    labels: dict[str, str] | None = None,
    project: str = "prod",
    project_labels: dict[str, str] | None = None,
    taken: tuple[float, ...] = (),
    kind: str = "regular",
    currency: str = "USD",
    exported: str = "",
) -> dict[str, Any]:
    """One line of the standard export; ``exported`` is when it came, the day after unless given."""
    came = exported or f"{day} 23:00:00"
    return {
        "billing_account_id": ACCOUNT,
        "service": {"id": "6F81", "description": service},
        "usage_start_time": f"{day} 05:00:00",
        "project": {"id": project, "labels": pairs(project_labels)},
        "labels": pairs(labels),
        "export_time": came,
        "cost": cost,
        "currency": currency,
        "usage": {"amount_in_pricing_units": 2.5, "pricing_unit": "hour"},
        "credits": [{"name": "free", "amount": amount, "type": "PROMOTION"} for amount in taken],
        "invoice": {"month": month or day[:7].replace("-", "")},
        "cost_type": kind,
        "_PARTITIONTIME": came[:10],
    }


def focus_row(day: str, billed: str, effective: str, **tags: str) -> dict[str, Any]:
    """One line of the native FOCUS export."""
    return {
        "BilledCost": billed, "EffectiveCost": effective, "BillingCurrency": "USD",
        "ChargeCategory": "Usage", "ChargePeriodStart": f"{day} 05:00:00",
        "BillingPeriodStart": f"{day[:7]}-01", "ServiceName": "Run", "ServiceCategory": "Compute",
        "SubAccountId": "prod", "BillingAccountId": ACCOUNT, "Tags": pairs(tags),
    }  # fmt: skip


def pairs(labels: dict[str, str] | None) -> list[dict[str, str]]:
    """Labels as the export has them."""
    return [{"key": key, "value": value} for key, value in (labels or {}).items()]
