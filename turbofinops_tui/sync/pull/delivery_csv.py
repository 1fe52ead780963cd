"""Cost from an API as a FOCUS CSV: exact decimal text, one file per (export, billing month).

Columns beyond FOCUS that ``sync/read/focus.py`` understands: ``x_Model``, ``x_CostBasis`` (billed, priced,
estimated) and ``x_CustomerIdentity`` (``KIND:VALUE`` or a bare customer reference, numbers.md 4 step 1).
The same rows always give the same bytes, so an unchanged month is recognised by its hash.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.periods import day_text, month_start, parse_month
from turbofinops_tui.paths import FILE_MODE

COLUMNS = (
    "BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd", "BilledCost", "EffectiveCost",
    "BillingCurrency", "ChargeCategory", "ServiceName", "ServiceCategory", "ServiceProviderName",
    "BillingAccountId", "SubAccountId", "CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit",
    "Tags", "x_Model", "x_CostBasis", "x_CustomerIdentity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CostRow:
    """One amount of one UTC day, in major units, exactly as the provider gave it."""

    day: int
    """days since 1970-01-01"""
    billed: Decimal
    effective: Decimal
    currency: str
    service: str
    provider: str
    """``aws gcp azure openai anthropic openrouter datadog``, else the provider's own name"""
    account: str = ""
    """the account that the cost is of (SubAccountId)"""
    billing_account: str = ""
    category: str = ""
    """FOCUS ServiceCategory, ``AI and Machine Learning`` for AI"""
    charge: str = "Usage"
    """Usage, Purchase, Tax, Credit or Adjustment"""
    commitment: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    basis: str = "billed"
    customer: str = ""
    """customer that the source itself names"""


def write_delivery(path: Path, period: str, rows: Iterable[CostRow]) -> int:
    """Write the rows of billing month ``period`` (``YYYY-MM``) in a stable order; returns how many.

    Amounts keep every digit; nothing is summed. Mode 0600.
    """
    month = day_text(month_start(parse_month(period)))
    lines = sorted(_line(month, row) for row in rows)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(lines)
    return len(lines)


def _line(month: str, row: CostRow) -> tuple[str, ...]:
    quantity = "" if row.quantity is None else decimal_text(row.quantity)
    tags = json.dumps(dict(row.tags), ensure_ascii=False, sort_keys=True) if row.tags else ""
    return (
        month, day_text(row.day), day_text(row.day + 1),
        decimal_text(row.billed), decimal_text(row.effective), row.currency,
        row.charge, row.service, row.category, row.provider,
        row.billing_account, row.account, row.commitment, quantity, row.unit,
        tags, row.model, row.basis, row.customer,
    )  # fmt: skip
