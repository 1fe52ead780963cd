"""Azure cost details (EA, MCA, pay-as-you-go; actual and amortized) with their many header spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import (
    NOTHING,
    Choose,
    Column,
    Const,
    Expression,
    Layout,
    Term,
    first_of,
    positions,
)

VIEW_COLUMN = "x_CostView"
"""column of our own deliveries that hold an actual and an amortized export of the same cost: which one a line
is of"""
_VIEW = "xcostview"
_COST = ("costinbillingcurrency", "cost", "pretaxcost", "extendedcost")
_DATE = ("date", "usagedatetime", "usagedate")
_CURRENCY = ("billingcurrencycode", "billingcurrency", "currency", "currencycode")
_SERVICE = ("metercategory", "servicename", "consumedservice")
_NEEDED = (
    ("CostInBillingCurrency", _COST),
    ("Date", _DATE),
    ("BillingCurrencyCode", _CURRENCY),
    ("MeterCategory", _SERVICE),
)


def matches(names: Sequence[str]) -> bool:
    """True for a header with Azure's meter columns or its cost name."""
    found = positions(names)
    meters = sum(
        name in found for name in ("metercategory", "meterid", "metersubcategory", "consumedservice")
    )
    return meters >= 2 or ("costinbillingcurrency" in found and meters >= 1)


def layout(names: Sequence[str], file: str) -> Layout:
    """The layout of an Azure header; DataError names a column that is missing under all its spellings."""
    found = positions(names)
    columns = {}
    for name, spellings in _NEEDED:
        have = [found[spelling] for spelling in spellings if spelling in found]
        if not have:
            raise DataError(
                "the Azure column is missing",
                f"Azure cost details need {', '.join(needed for needed, _ in _NEEDED)}",
                file=file,
                line=1,
                column=name,
            )
        columns[name] = have[0]
    cost = Column(columns["CostInBillingCurrency"])
    quantity = first_of(found, "quantity", "usagequantity", "consumedquantity")
    billed, effective, quantity, warnings = _views(found, cost, quantity)
    period = first_of(found, "billingperiodstartdate", "billingperiodstart")
    return Layout(
        format="Azure cost details",
        names=tuple(names),
        day=Column(columns["Date"]),
        period=period,
        billed=(Term(billed),),
        effective=(Term(effective),),
        attributes=_attributes(found),
        quantity=quantity,
        tags=tuple(found[name] for name in ("tags",) if name in found),
        warnings=warnings,
        column_of={
            "day": columns["Date"],
            "billed": columns["CostInBillingCurrency"],
            "effective": columns["CostInBillingCurrency"],
            "currency": columns["BillingCurrencyCode"],
        }
        | ({"charge_category": found["chargetype"]} if "chargetype" in found else {})
        | ({"period": period.index} if isinstance(period, Column) else {}),
    )


def _views(
    found: Mapping[str, int], cost: Expression, quantity: Expression
) -> tuple[Expression, Expression, Expression, tuple[str, ...]]:
    """(billed, effective, quantity, warnings): an actual line is billed, an amortized one used.

    What was used counts in the amortized view alone, or it would be there twice.
    """
    if _VIEW not in found:
        said = "Azure cost details have one cost column: effective and billed are both that cost"
        return cost, cost, quantity, (said,)
    view = Column(found[_VIEW])

    def only(name: str, value: Expression, other: Expression) -> Expression:
        return Choose(view, (((name,), value),), other)

    zero = Const("0")
    return only("actual", cost, zero), only("amortized", cost, zero), only("amortized", quantity, NOTHING), ()


def _attributes(found: Mapping[str, int]) -> dict[str, Expression]:
    kind = first_of(found, "chargetype")
    charge: tuple[tuple[tuple[str, ...], Expression], ...] = (
        (
            ("", "usage", "unusedreservation", "unusedsavingsplan", "unused reservation", "refund"),
            Const("Usage"),
        ),
        (("roundingadjustment", "rounding adjustment", "adjustment"), Const("Adjustment")),
        (("purchase",), Const("Purchase")),
        (("tax",), Const("Tax")),
        (("credit",), Const("Credit")),
    )
    model = first_of(found, "pricingmodel")
    covered = Choose(model, ((("reservation", "savingsplan", "savings plan"), Const("Used")),), Const(""))
    unused = (("unusedreservation", "unusedsavingsplan", "unused reservation"), Const("Unused"))
    return {
        "provider": Const("azure"),
        "account": first_of(found, "subscriptionid", "subscriptionguid", "billingaccountid"),
        "service": first_of(found, *_SERVICE),
        "category": first_of(found, "servicefamily"),
        "charge_category": Choose(kind, charge, kind),
        "commitment": Choose(kind, (unused, (("usage",), covered)), Const("")),
        "currency": first_of(found, *_CURRENCY),
        "unit": first_of(found, "unitofmeasure"),
    }
