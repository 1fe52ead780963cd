"""AWS Cost and Usage Reports, CUR 1 (``lineItem/UnblendedCost``) and 2.0 (``line_item_unblended_cost``).

Folded, both spell their columns alike. Billed is the unblended cost; effective is
the amortised one by line item type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from turbofinops_tui.sync.read.layout import (
    NOTHING,
    Choose,
    Column,
    Const,
    Expression,
    Layout,
    TagColumn,
    Term,
    first_of,
    fold_name,
    positions,
)
from turbofinops_tui.sync.read.missing import require

REQUIRED = (
    "lineItem/UnblendedCost",
    "lineItem/CurrencyCode",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/ProductCode",
)
_ZERO = Const("0")
_COVERED = "savingsplancoveredusage"
_RECURRING = "savingsplanrecurringfee"
_TAG_PREFIXES = ("resourceTags/", "resource_tags_", "resourcetags_")


def matches(names: Sequence[str]) -> bool:
    """True for a header with CUR's own line item columns."""
    found = positions(names)
    return (
        sum(
            name in found
            for name in ("lineitemunblendedcost", "lineitemlineitemtype", "lineitemusagestartdate")
        )
        >= 2
    )


def layout(names: Sequence[str], file: str) -> Layout:
    """The layout of a CUR header; DataError names a required column that is missing."""
    found = positions(names)
    require(names, REQUIRED, file, "AWS CUR")
    kind = Column(found["lineitemlineitemtype"])
    unblended = Column(found["lineitemunblendedcost"])
    whole = found.get("resourcetags")
    return Layout(
        format="AWS CUR",
        names=tuple(names),
        day=Column(found["lineitemusagestartdate"]),
        period=first_of(found, "billbillingperiodstartdate"),
        billed=(Term(unblended),),
        effective=_effective(found, kind, unblended),
        attributes=_attributes(found, kind),
        quantity=first_of(found, "lineitemusageamount"),
        tags=(whole,) if whole is not None else (),
        tag_columns=tuple(_tag_columns(names)),
        column_of={
            "day": found["lineitemusagestartdate"],
            "billed": found["lineitemunblendedcost"],
            "effective": found["lineitemunblendedcost"],
            "currency": found["lineitemcurrencycode"],
            "charge_category": found["lineitemlineitemtype"],
        }
        | ({"period": found["billbillingperiodstartdate"]} if "billbillingperiodstartdate" in found else {}),
    )


def _effective(found: Mapping[str, int], kind: Column, unblended: Column) -> tuple[Term, ...]:
    """Amortised cost by line item type; a family whose columns are absent stays unblended."""
    first: list[tuple[tuple[str, ...], Expression]] = []
    second: list[tuple[tuple[str, ...], Expression]] = []
    terms: list[Term] = []
    plan = found.get("savingsplansavingsplaneffectivecost")
    if plan is not None:
        first.append(((_COVERED,), Column(plan)))
        first.append((("savingsplannegation", "savingsplanupfrontfee"), _ZERO))
        total, used = found.get("savingsplantotalcommitmenttodate"), found.get("savingsplanusedcommitment")
        if total is not None and used is not None:
            first.append(((_RECURRING,), Column(total)))
            terms.append(Term(Choose(kind, (((_RECURRING,), Column(used)),), NOTHING), -1, optional=True))
    reserved = found.get("reservationeffectivecost")
    if reserved is not None:
        first.append((("discountedusage",), Column(reserved)))
        arn = first_of(found, "reservationreservationarn", "reservationarn")
        first.append((("fee",), Choose(arn, ((("",), unblended),), _ZERO)))
        upfront = found.get("reservationunusedamortizedupfrontfeeforbillingperiod")
        recurring = found.get("reservationunusedrecurringfee")
        if upfront is not None and recurring is not None:
            first.append((("rifee",), Column(upfront)))
            second.append((("rifee",), Column(recurring)))
    if second:
        terms.append(Term(Choose(kind, tuple(second), NOTHING), optional=True))
    if not first:
        return (Term(unblended),)
    # An amortisation column that AWS leaves empty is a zero; an empty UnblendedCost is caught as billed.
    return (Term(Choose(kind, tuple(first), unblended), optional=True), *terms)


def _attributes(found: Mapping[str, int], kind: Column) -> dict[str, Expression]:
    charge: tuple[tuple[tuple[str, ...], Expression], ...] = (
        (
            (
                "usage",
                "discountedusage",
                _COVERED,
                "savingsplannegation",
                "refund",
                "bundleddiscount",
                "edpdiscount",
                "privateratediscount",
                "discount",
                "distributordiscount",
                "solutionproviderprogramdiscount",
                "spp discount",
                "sppdiscount",
                "flatratesubscription",
            ),
            Const("Usage"),
        ),
        (("tax",), Const("Tax")),
        (("credit",), Const("Credit")),
        (("fee", "rifee", "savingsplanupfrontfee", _RECURRING), Const("Purchase")),
        (("adjustment",), Const("Adjustment")),
    )
    commitment: tuple[tuple[tuple[str, ...], Expression], ...] = (
        (("discountedusage", _COVERED), Const("Used")),
        (("rifee", _RECURRING), Const("Unused")),
    )
    return {
        "provider": Const("aws"),
        "account": first_of(found, "lineitemusageaccountid", "billpayeraccountid"),
        "service": first_of(found, "productproductname", "productservicename", "lineitemproductcode"),
        "category": first_of(found, "productproductfamily"),
        "charge_category": Choose(kind, charge, kind),
        "commitment": Choose(kind, commitment, Const("")),
        "currency": first_of(found, "lineitemcurrencycode"),
        "unit": first_of(found, "pricingunit"),
    }


def _tag_columns(names: Sequence[str]) -> list[TagColumn]:
    tags = []
    for index, name in enumerate(names):
        for prefix in _TAG_PREFIXES:
            if name.casefold().startswith(prefix.casefold()) and fold_name(name) != "resourcetags":
                tags.append(TagColumn(name[len(prefix) :], index))
                break
    return tags
