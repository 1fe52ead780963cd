from __future__ import annotations

from typing import Any

import pytest

from turbofinops_tui.models import tables
from turbofinops_tui.store.open import Store

TYPES = {"INTEGER": "INTEGER", "VARCHAR": "TEXT", "VARCHAR(64)": "TEXT"}
MODELS = [
    tables.Customer,
    tables.CustomerAttribute,
    tables.CustomerIdentity,
    tables.ClassRule,
    tables.CostAttributionLink,
    tables.SharedRule,
    tables.FeatureRule,
    tables.RouteRule,
    tables.Connection,
    tables.Finding,
    tables.Setting,
    tables.Audit,
    tables.RevenueEvent,
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__tablename__)
def test_sqlmodel_classes_have_the_columns_of_the_migrated_schema(store: Store, model: Any) -> None:
    with store.read() as conn:
        rows = conn.execute(f"PRAGMA table_info({model.__tablename__})").fetchall()
    stored = [(name, kind, bool(required or key), bool(key)) for _, name, kind, required, _, key in rows]
    declared = [
        (column.name, TYPES[str(column.type)], not column.nullable, column.primary_key)
        for column in model.__table__.columns
    ]
    assert declared == stored


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__tablename__)
def test_sqlmodel_defaults_are_those_of_the_schema(store: Store, model: Any) -> None:
    with store.read() as conn:
        rows = conn.execute(f"PRAGMA table_info({model.__tablename__})").fetchall()
    stored = {name: default.strip("'") for _, name, _, _, default, _ in rows if default is not None}
    fields = {column.name: model.model_fields[key] for key, column in model.__mapper__.columns.items()}
    declared = {
        name: str(field.default)
        for name, field in fields.items()
        if not field.is_required() and field.default is not None
    }
    assert declared == stored
