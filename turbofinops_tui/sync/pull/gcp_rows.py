"""Answers of the cost query as rows of a delivery: exact decimals, labels as tags."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.pull.delivery_csv import CostRow
from turbofinops_tui.sync.pull.gcp_query import COLUMNS
from turbofinops_tui.sync.read.values import parse_amount, parse_day

PROVIDER = "gcp"
_CHARGES = {
    "regular": "Usage",
    "tax": "Tax",
    "adjustment": "Adjustment",
    "rounding_error": "Adjustment",
    "credit": "Credit",
}
"""cost_type of the export -> FOCUS ChargeCategory"""


def cost_row(cells: Sequence[str], table: str, number: int) -> CostRow:
    """One answer, ``number`` from 1; DataError names the column that cannot be read."""
    if len(cells) != len(COLUMNS):
        raise DataError(
            f"row {number} has {len(cells)} cells", "was the query changed on its way?", file=table
        )
    found = dict(zip(COLUMNS, cells, strict=True))
    day = parse_day(found["day"])
    if day is None:
        raise _bad(table, number, "day", found["day"])
    return CostRow(
        day=day,
        billed=_amount(found, "billed", table, number),
        effective=_amount(found, "effective", table, number),
        currency=found["currency"],
        service=found["service"],
        provider=PROVIDER,
        account=found["account"],
        billing_account=found["billing_account"],
        category=found["category"],
        charge=_CHARGES.get(found["charge"].casefold(), found["charge"] or "Usage"),
        commitment=found["commitment"],
        quantity=_amount(found, "quantity", table, number) if found["quantity"] and found["unit"] else None,
        unit=found["unit"],
        tags=tags_of(found["labels"], found["tags"], found["project_labels"]),
    )


def _amount(found: dict[str, str], name: str, table: str, number: int) -> Decimal:
    amount = parse_amount(found[name])
    if amount is None:
        raise _bad(table, number, name, found[name])
    return amount


def _bad(table: str, number: int, name: str, text: str) -> DataError:
    return DataError(
        f"row {number}, {name}: {text[:50]!r} cannot be read", "report the table's schema", file=table
    )


def tags_of(*texts: str) -> dict[str, str]:
    """Labels of a line, then tags, then labels of its project: the first that has a key gives its value.

    A list of ``{"key", "value"}`` or an object; what is neither leaves the cost untagged.
    """
    found: dict[str, str] = {}
    for text in texts:
        for key, value in _pairs(text):
            if key and value is not None:
                found.setdefault(key, value if isinstance(value, str) else json.dumps(value))
    return found


def _pairs(text: str) -> list[tuple[str, object]]:
    try:
        data = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return []
    if isinstance(data, str):  # a JSON column that holds JSON as text
        return _pairs(data) if data != text else []
    if isinstance(data, dict):
        return [(str(key), value) for key, value in data.items()]
    items = data if isinstance(data, list) else []
    return [(str(item.get("key", "")), item.get("value")) for item in items if isinstance(item, dict)]
