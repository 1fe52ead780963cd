"""Any CSV of costs by a mapping of fields to columns (``import costs --map FIELD=COLUMN``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from turbofinops_tui.economics.money import EXPONENTS
from turbofinops_tui.errors import DataError, UsageError
from turbofinops_tui.sync.read.layout import NOTHING, Column, Const, Expression, Layout, TagColumn, Term
from turbofinops_tui.sync.read.values import provider_name

FIELDS = (
    "day",
    "cost",
    "billed",
    "currency",
    "provider",
    "account",
    "service",
    "category",
    "charge_category",
    "quantity",
    "unit",
    "period",
    "tags",
)


def parse_map(items: Sequence[str]) -> dict[str, str]:
    """``FIELD=COLUMN`` words as a dict; UsageError for an unknown field, one given twice, or a missing
    one.
    """
    mapping: dict[str, str] = {}
    for item in items:
        name, equals, column = item.partition("=")
        field = name.strip() if name.strip().startswith("tag:") else name.strip().casefold()
        if not equals or not column.strip():
            raise UsageError(f"--map {item!r} is not FIELD=COLUMN", "write for example --map day=Date")
        if field not in FIELDS and not (field.startswith("tag:") and len(field) > 4):
            raise UsageError(f"--map knows no field {field!r}", f"fields are {', '.join(FIELDS)}, tag:KEY")
        if field in mapping:
            raise UsageError(f"--map gives {field!r} twice", "give each field one column")
        mapping[field] = column.strip()
    for needed in ("day", "currency"):
        if needed not in mapping:
            raise UsageError(f"--map gives no column for {needed!r}", f"add --map {needed}=COLUMN")
    if "cost" not in mapping and "billed" not in mapping:
        raise UsageError("--map gives no column for 'cost'", "add --map cost=COLUMN")
    return mapping


def layout(names: Sequence[str], file: str, mapping: Mapping[str, str], source: str) -> Layout:
    """The layout of a mapped file; DataError names a mapped column that the header does not have."""
    found = {field: _position(names, column, file, field) for field, column in mapping.items()}

    def expression(field: str, default: Expression = NOTHING) -> Expression:
        return found.get(field, default)

    cost, billed = found.get("cost"), found.get("billed")
    warnings: tuple[str, ...] = ()
    if cost is None or billed is None:
        cost = billed = cost or billed
        warnings = ("one cost column: effective and billed cost are both that cost",)
    return Layout(
        format="CSV",
        names=tuple(names),
        day=expression("day"),
        period=expression("period"),
        billed=(Term(billed or NOTHING),),
        effective=(Term(cost or NOTHING),),
        attributes={
            "provider": expression("provider", Const(provider_name(source))),
            "account": expression("account"),
            "service": expression("service"),
            "category": expression("category"),
            "charge_category": expression("charge_category", Const("Usage")),
            "currency": expression("currency"),
            "unit": expression("unit"),
        },
        quantity=expression("quantity"),
        tags=tuple(
            item.index for field, item in found.items() if field == "tags" and isinstance(item, Column)
        ),
        tag_columns=tuple(
            TagColumn(field[4:], item.index)
            for field, item in found.items()
            if field.startswith("tag:") and isinstance(item, Column)
        ),
        warnings=warnings,
        column_of=_column_of(found),
    )


def _column_of(found: Mapping[str, Expression]) -> dict[str, int]:
    named = {field: item.index for field, item in found.items() if isinstance(item, Column)}
    cost = named.get("cost", named.get("billed"))
    billed = named.get("billed", cost)
    if cost is not None and billed is not None:
        named |= {"effective": cost, "billed": billed}
    return named


def _position(names: Sequence[str], column: str, file: str, field: str) -> Expression:
    """The column of that name (exact first, then any case); a currency code stands for itself."""
    exact = [index for index, name in enumerate(names) if name.strip() == column]
    folded = [index for index, name in enumerate(names) if name.strip().casefold() == column.casefold()]
    for hits in (exact, folded):
        if len(hits) > 1:
            raise DataError(
                "the column is there twice", "rename one of them", file=file, line=1, column=column
            )
        if hits:
            return Column(hits[0])
    if field == "currency" and column.upper() in EXPONENTS:
        return Const(column.upper())
    raise DataError(
        f"the column mapped to {field} is missing",
        f"the header has {', '.join(names)[:300]}",
        file=file,
        line=1,
        column=column,
    )
