"""FOCUS 1.0 to 1.4 by column name: unknown columns are ignored, missing optional ones are empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from turbofinops_tui.sync.read.layout import (
    Column,
    Expression,
    Layout,
    Term,
    first_of,
    positions,
)
from turbofinops_tui.sync.read.missing import require

REQUIRED = ("BilledCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ServiceName")
_SIGNS = (
    "billedcost",
    "effectivecost",
    "chargeperiodstart",
    "chargecategory",
    "billingperiodstart",
    "chargeperiodend",
)


def matches(names: Sequence[str]) -> bool:
    """True when the header speaks FOCUS: at least three of its own names."""
    found = positions(names)
    return sum(sign in found for sign in _SIGNS) >= 3


def layout(names: Sequence[str], file: str) -> Layout:
    """The layout of a FOCUS header; DataError names a required column that is missing."""
    found = positions(names)
    optional = [name for name in ("EffectiveCost", "BillingPeriodStart") if name.casefold() in found]
    require(names, [*REQUIRED, *optional], file, "FOCUS")
    billed = Term(Column(found["billedcost"]))
    has_effective = "effectivecost" in found
    effective = Term(Column(found["effectivecost"])) if has_effective else billed
    warnings = () if has_effective else ("no EffectiveCost column: effective cost is BilledCost",)
    return Layout(
        format="FOCUS",
        names=tuple(names),
        day=Column(found["chargeperiodstart"]),
        period=first_of(found, "billingperiodstart"),
        billed=(billed,),
        effective=(effective,),
        attributes=_attributes(found),
        quantity=first_of(found, "consumedquantity"),
        tags=tuple(found[name] for name in ("allocatedtags", "tags") if name in found),
        warnings=warnings,
        column_of={
            "day": found["chargeperiodstart"],
            "billed": found["billedcost"],
            "effective": found["effectivecost" if has_effective else "billedcost"],
            "currency": found["billingcurrency"],
            "charge_category": found["chargecategory"],
        }
        | ({"period": found["billingperiodstart"]} if "billingperiodstart" in found else {}),
    )


def _attributes(found: Mapping[str, int]) -> dict[str, Expression]:
    return {
        # 1.4 removed ProviderName and PublisherName; 1.3 brought ServiceProviderName
        "provider": first_of(
            found,
            "serviceprovidername",
            "providername",
            "publishername",
            "invoiceissuername",
            "hostprovidername",
        ),
        "account": first_of(found, "subaccountid", "billingaccountid"),
        "service": first_of(found, "servicename"),
        "category": first_of(found, "servicecategory"),
        "charge_category": first_of(found, "chargecategory"),
        "commitment": first_of(found, "commitmentdiscountstatus"),
        "currency": first_of(found, "billingcurrency"),
        # columns of our own deliveries (sync/pull/delivery_csv.py)
        "cost_basis": first_of(found, "xcostbasis"),
        "model": first_of(found, "xmodel"),
        "names_customer": first_of(found, "xcustomeridentity"),
        "unit": first_of(found, "consumedunit"),
    }
