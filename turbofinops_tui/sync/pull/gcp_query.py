"""The SQL of the billing export: what each table has by its columns, and one statement per question.

Money is FLOAT64 in the export; it is taken as the shortest decimal that reads back, and summed as
BIGNUMERIC: exact to 38 decimals. Labels go along as JSON of the line, never through a join, which would
drop unlabelled cost and multiply the rest. Credits are lines of their own kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.errors import SourceError

NEEDED = {
    "standard": ("billing_account_id", "cost", "currency", "usage_start_time", "service", "invoice"),
    "focus": ("BilledCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ServiceName"),
}
COLUMNS = (
    "day", "billing_account", "account", "service", "category", "charge", "commitment", "currency", "unit",
    "labels", "tags", "project_labels", "billed", "effective", "quantity",
)  # fmt: skip
"""of the answers of ``cost``, in order"""
_KEYS = COLUMNS[:12]
_NULL = "CAST(NULL AS STRING)"


@dataclass(frozen=True, slots=True)
class Table:
    """A billing table by its address and its columns."""

    address: str
    """``project.dataset.table``"""
    kind: str
    """standard or focus; the detailed table has the columns of the standard one and more"""
    fields: Mapping[str, Any]
    """column -> its schema"""
    partition: str = ""
    """column, or pseudo-column, that partitions it by day"""

    def has(self, name: str, part: str = "") -> bool:
        """Whether it has a column, or a field of it."""
        found = self.fields.get(name.casefold())
        if found is None or not part:
            return found is not None
        return any(str(item.get("name", "")).casefold() == part for item in found.get("fields", []))


def table_of(address: str, schema: Sequence[Mapping[str, Any]], partition: str) -> Table:
    """The table of that schema; SourceError names the columns that are missing."""
    fields = {str(item["name"]).casefold(): item for item in schema}
    focus = sum(name in fields for name in ("billedcost", "chargeperiodstart", "chargecategory")) >= 2
    kind = "focus" if focus else "standard"
    missing = [name for name in NEEDED[kind] if name.casefold() not in fields]
    if missing:
        raise SourceError(
            f"the table {address} has no {', '.join(missing)}",
            "name the table of the billing export: gcp_billing_export_v1_..., _resource_v1_... or _focus_...",
        )
    return Table(address, kind, fields, partition)


def months(table: Table) -> str:
    """Every invoice month with how many lines it has, when the newest came, and where they lie."""
    newest = "UNIX_MICROS(MAX(export_time))" if table.has("export_time") else "0"
    if table.kind == "focus":
        newest = "UNIX_MICROS(MAX(x_ExportTime))" if table.has("x_exporttime") else "0"
    place = _partition(table)
    lies = f"MIN({place}), MAX({place})" if place else "NULL, NULL"
    sums = _exact("cost") if table.kind == "standard" else _exact("BilledCost")
    return (
        f"SELECT {_month(table)}, COUNT(*), {newest}, {lies}, {sums}\n"
        f"FROM `{table.address}`\nGROUP BY 1\nORDER BY 1"
    )


def cost(table: Table, pruned: bool) -> str:
    """One invoice month (@month) by UTC day and dimension; ``COLUMNS`` in order.

    ``pruned`` reads only the partitions @first to @last, in which the month's lines lie.
    """
    where = f"{_month(table)} = @month"
    place = _partition(table)
    if pruned and place:
        raw = place.removeprefix("DATE(").removesuffix(")")
        where += f"\n  AND ({raw} IS NULL OR {place} BETWEEN @first AND @last)"
    lines = _focus(table, where) if table.kind == "focus" else _standard(table, where)
    keys = ", ".join(_KEYS)
    text = (
        f"WITH line AS (\n{lines}\n)\n"
        f"SELECT {keys}, {_exact('billed')}, {_exact('effective')}, {_exact('measured')}\n"
        f"FROM line\nGROUP BY {keys}"
    )
    if table.kind == "standard" and table.has("credits"):
        # grouped by columns alone: a constant is no key to BigQuery
        grouped = ", ".join(key for key in _KEYS if key != "charge")
        chosen = keys.replace(" charge,", " 'credit',")
        amount = _exact("credit.amount")
        text += (
            f"\nUNION ALL\nSELECT {chosen}, {amount}, {amount}, CAST(NULL AS BIGNUMERIC)\n"
            f"FROM line, UNNEST(credits) AS credit\nGROUP BY {grouped}"
        )
    return text


def _partition(table: Table) -> str:
    return f"DATE({table.partition})" if table.partition else ""


def _month(table: Table) -> str:
    if table.kind == "standard":
        return "invoice.month"
    start = "BillingPeriodStart" if table.has("billingperiodstart") else "ChargePeriodStart"
    return f"FORMAT_DATE('%Y%m', DATE({start}))"


def _exact(amount: str) -> str:
    return f"SUM(CAST(CAST({amount} AS STRING) AS BIGNUMERIC))"


def _standard(table: Table, where: str) -> str:
    """The lines of a standard or detailed table by our own names."""
    unit = "usage.pricing_unit" if table.has("usage", "pricing_unit") else _NULL
    columns = {
        "day": "FORMAT_DATE('%F', DATE(usage_start_time))",
        "billing_account": "billing_account_id",
        "account": "project.id" if table.has("project", "id") else _NULL,
        "service": "service.description",
        "category": _NULL,
        "charge": "cost_type" if table.has("cost_type") else "'regular'",
        "commitment": _NULL,
        "currency": "currency",
        "unit": unit,
        "labels": _pairs(table, "labels"),
        "tags": _pairs(table, "tags"),
        "project_labels": _pairs(table, "project", "labels"),
        "billed": "cost",
        "effective": "cost",
        "measured": "usage.amount_in_pricing_units" if unit != _NULL else "CAST(NULL AS FLOAT64)",
    }
    return _lines(table, columns | ({"credits": "credits"} if table.has("credits") else {}), where)


def _focus(table: Table, where: str) -> str:
    """The lines of a FOCUS table by our own names."""

    def column(name: str, otherwise: str = _NULL) -> str:
        return name if table.has(name.casefold()) else otherwise

    columns = {
        "day": "FORMAT_DATE('%F', DATE(ChargePeriodStart))",
        "billing_account": column("BillingAccountId"),
        "account": column("SubAccountId", column("BillingAccountId")),
        "service": "ServiceName",
        "category": column("ServiceCategory"),
        "charge": "ChargeCategory",
        "commitment": column("CommitmentDiscountStatus"),
        "currency": "BillingCurrency",
        "unit": column("ConsumedUnit"),
        "labels": _pairs(table, "tags"),
        "tags": _NULL,
        "project_labels": _NULL,
        "billed": "BilledCost",
        "effective": column("EffectiveCost", "BilledCost"),
        "measured": column("ConsumedQuantity", "CAST(NULL AS FLOAT64)"),
    }
    return _lines(table, columns, where)


def _lines(table: Table, columns: Mapping[str, str], where: str) -> str:
    chosen = ",\n  ".join(f"{what} AS {name}" for name, what in columns.items())
    return f"SELECT\n  {chosen}\nFROM `{table.address}`\nWHERE {where}"


def _pairs(table: Table, name: str, part: str = "") -> str:
    """A column of labels as JSON text, in an order of its own so that equal sets are equal texts."""
    field = table.fields.get(name)
    if part and field is not None:
        field = next((item for item in field.get("fields", []) if item.get("name") == part), None)
    if field is None:
        return _NULL
    path = f"{field['name']}" if not part else f"{name}.{part}"
    kind = str(field.get("type", "")).upper()
    if kind in ("RECORD", "STRUCT") and str(field.get("mode", "")).upper() == "REPEATED":
        inner = f"SELECT AS STRUCT key, value FROM UNNEST({path}) ORDER BY key, value"  # noqa: S608 (names checked)
        return f"TO_JSON_STRING(ARRAY({inner}))"
    return path if kind == "STRING" else f"TO_JSON_STRING({path})"
