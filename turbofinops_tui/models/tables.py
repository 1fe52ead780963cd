"""SQLModel classes of the small tables: customers, rules, connections, findings, settings, audit, revenue.

They mirror ``schema.py`` (a test holds every column equal). Rules and
connections are checked and written through them; reads and bulk rows go through
plain sqlite3, and nothing on the way to first paint imports this module.
"""

from __future__ import annotations

from typing import Literal

from sqlmodel import Field, SQLModel


class Customer(SQLModel, table=True):
    """A paying account by its internal reference."""

    __tablename__ = "customer"
    id: int | None = Field(default=None, primary_key=True)
    ref: str
    ref_key: str = Field(unique=True)
    name: str = ""
    plan: str = ""
    signup_day: int | None = None
    confirmed: int = 0
    origin: str = ""
    forgotten: int = 0
    created_at: str


class CustomerAttribute(SQLModel, table=True):
    """One of today's attributes of a customer."""

    __tablename__ = "customer_attribute"
    customer: int = Field(primary_key=True, foreign_key="customer.id")
    key: str = Field(primary_key=True)
    value: str


class CustomerIdentity(SQLModel, table=True):
    """An external id of a customer; ``value_key`` is the folded value."""

    __tablename__ = "customer_identity"
    kind: str = Field(primary_key=True)
    value_key: str = Field(primary_key=True)
    value: str
    customer: int = Field(foreign_key="customer.id")
    origin: str = "rule"


class RuleTable(SQLModel):
    """What the rule tables share: a readable id and a place in the order."""

    id: str = Field(primary_key=True, min_length=1, max_length=64)
    position: int


class ClassRule(RuleTable, table=True):
    """A class rule; ``match`` is the JSON list of (dimension, pattern) pairs."""

    __tablename__ = "class_rule"
    match: str
    cost_class: str = Field(sa_column_kwargs={"name": "class"}, schema_extra={"pattern": "^(cogs|opex)$"})
    name: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    enabled: int = 1


class CostAttributionLink(RuleTable, table=True):
    """A rule that maps cost to a customer and/or a feature."""

    __tablename__ = "cost_attribution_link"
    kind: str = Field(schema_extra={"pattern": "^(tag|trace|feature)$"})
    match: str
    customer: str = ""
    feature: str = ""
    percent: str = "100"
    valid_from: int | None = None
    valid_to: int | None = None
    enabled: int = 1
    evidence: str = "[]"
    weight: str = Field(
        default="self_time", schema_extra={"pattern": "^(self_time|requests|duration|tokens)$"}
    )
    rest: str = Field(default="keep", schema_extra={"pattern": "^(keep|spread)$"})


class SharedRule(RuleTable, table=True):
    """A rule that spreads what has no customer."""

    __tablename__ = "shared_rule"
    match: str
    method: str = Field(schema_extra={"pattern": "^(keep|even|revenue|direct|evidence|fixed)$"})
    split: str = "[]"
    within: str = "[]"
    valid_from: int | None = None
    valid_to: int | None = None
    enabled: int = 1


class FeatureRule(RuleTable, table=True):
    """Product -> feature weights for revenue."""

    __tablename__ = "feature_rule"
    product: str = Field(unique=True)
    split: str = "[]"
    usage: int = 0
    enabled: int = 1


class RouteRule(RuleTable, table=True):
    """Route pattern -> feature."""

    __tablename__ = "route_rule"
    pattern: str = Field(unique=True)
    feature: str
    enabled: int = 1


class Connection(SQLModel, table=True):
    """An account that facts are fetched from; secrets live elsewhere."""

    __tablename__ = "connection"
    name: str = Field(primary_key=True, min_length=1, max_length=64)
    kind: str
    settings: str = "{}"
    account: str = ""
    cursor: str = ""
    created_at: str


class Finding(SQLModel, table=True):
    """Something that wants action."""

    __tablename__ = "finding"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    source: str = ""
    detail: str
    position: str = ""
    amount: str = ""
    currency: str = ""
    count: int = 1
    delivery: int | None = None
    state: str = "open"
    first_seen: str


class Setting(SQLModel, table=True):
    """A setting that changes numbers."""

    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value: str


class Audit(SQLModel, table=True):
    """One row of the append-only log."""

    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    at: str
    who: str
    action: str
    entity: str
    entity_id: str
    before: str
    after: str
    previous: str
    hash: str


class RevenueEvent(SQLModel, table=True):
    """One revenue fact; amounts at store scale, days since 1970-01-01."""

    __tablename__ = "revenue_event"
    id: int | None = Field(default=None, primary_key=True)
    source: str
    account: str = ""
    livemode: int = 1
    source_object: str
    part: str = ""
    kind: str
    basis: str
    identity: str
    currency: str
    amount: int
    period_start: int
    period_end: int
    occurred_at: int
    product: str = ""
    price: str = ""
    plan: str = ""
    feature: str = ""
    estimated: int = 0
    credit_applied: int = 0
    convert_group: str = ""
    convert_sequence: int = 0
    rate_numerator: str = ""
    rate_denominator: str = ""
    rate_currency: str = ""
    rate_day: int = 0
    stripeEventId: str = ""
    position: str = ""
    delivery: int | None = None
    mrr: int = 0


RuleKind = Literal["classes", "links", "shared", "features", "routes"]
RULE_TABLES: dict[RuleKind, type[RuleTable]] = {
    "classes": ClassRule,
    "links": CostAttributionLink,
    "shared": SharedRule,
    "features": FeatureRule,
    "routes": RouteRule,
}
