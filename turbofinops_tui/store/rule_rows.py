"""The one mapper between rule tables (models) and rule values (economics.types), both directions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from turbofinops_tui.economics.money import decimal_text
from turbofinops_tui.economics.types import (
    ClassRule,
    FeatureRule,
    Link,
    Match,
    Rules,
    SharedRule,
)
from turbofinops_tui.errors import UsageError
from turbofinops_tui.store.books_id import short_hash
from turbofinops_tui.store.customers import load_identities
from turbofinops_tui.store.digests import fact_hash

if TYPE_CHECKING:
    from pydantic import BaseModel

Section = Literal["classes", "links", "shared", "features", "routes"]
SECTIONS: tuple[Section, ...] = get_args(Section)
TABLES: dict[Section, str] = {
    "classes": "class_rule",
    "links": "cost_attribution_link",
    "shared": "shared_rule",
    "features": "feature_rule",
    "routes": "route_rule",
}
WORDS: dict[Section, str] = {
    "classes": "class rule",
    "links": "link",
    "shared": "shared rule",
    "features": "feature rule",
    "routes": "route",
}


@dataclass(frozen=True, slots=True)
class RouteRule:
    """A route pattern (``http.route`` or ``METHOD http.route``) and the feature it stands for."""

    id: str
    pattern: str
    feature: str
    enabled: bool = True


Rule = ClassRule | Link | SharedRule | FeatureRule | RouteRule

_COLUMNS: dict[Section, str] = {
    "classes": "id, match, class, name, valid_from, valid_to, enabled",
    "links": "id, kind, match, customer, feature, percent, valid_from, valid_to, enabled, evidence,"
    " weight, rest",
    "shared": "id, match, method, split, within, valid_from, valid_to, enabled",
    "features": "id, product, split, usage, enabled",
    "routes": "id, pattern, feature, enabled",
}


def load_rules(conn: sqlite3.Connection) -> Rules:
    """All rules in their order; ``id`` is the first 8 hex of SHA-256 over their canonical form."""
    parts = {section: _rows(conn, section) for section in SECTIONS}
    identities = load_identities(conn)
    told = sorted(fact_hash([item.kind, item.value, item.customer]) for item in identities)
    return Rules(
        classes=tuple(map(_class_rule, parts["classes"])),
        links=tuple(map(_link, parts["links"])),
        shared=tuple(map(_shared_rule, parts["shared"])),
        features=tuple(map(_feature_rule, parts["features"])),
        identities=tuple(identities),
        id=short_hash([_fingerprint(parts), f"{sum(told):x}"]),
    )


def _fingerprint(parts: Mapping[Section, list[list[Any]]]) -> dict[Section, list[list[Any]]]:
    """What the id is made of: a product or route that is on says nothing of it, as before it could be off."""
    late = ("features", "routes")
    return {
        section: [row[:-1] if section in late and row[-1] else row for row in rows]
        for section, rows in parts.items()
    }


def load_routes(conn: sqlite3.Connection) -> tuple[RouteRule, ...]:
    """The routes in their order."""
    return tuple(map(_route_rule, _rows(conn, "routes")))


def load_section(conn: sqlite3.Connection, section: Section) -> list[Rule]:
    """The rules of one section in their order."""
    return [_MAKERS[section](row) for row in _rows(conn, section)]


def section_of(rule: Rule) -> Section:
    """The section that a rule belongs to."""
    kinds: dict[type, Section] = {
        ClassRule: "classes", Link: "links", SharedRule: "shared", FeatureRule: "features",
        RouteRule: "routes",
    }  # fmt: skip
    return kinds[type(rule)]


def values_of(rule: Rule) -> dict[str, Any]:
    """The fields of the rule's SQLModel class, position aside."""
    if isinstance(rule, ClassRule):
        special: dict[str, Any] = {"cost_class": rule.cost_class, "name": rule.name}
    elif isinstance(rule, Link):
        special = {
            "kind": rule.kind, "customer": rule.customer, "feature": rule.feature,
            "percent": decimal_text(rule.percent), "evidence": _json(list(rule.evidence)),
            "weight": rule.weight, "rest": rule.rest,
        }  # fmt: skip
    elif isinstance(rule, SharedRule):
        special = {
            "method": rule.method,
            "split": _split_json(rule.split),
            "within": _json(list(rule.within)),
        }
    elif isinstance(rule, FeatureRule):
        special = {"product": rule.product, "split": _split_json(rule.split), "usage": int(rule.usage)}
    else:
        special = {"pattern": rule.pattern, "feature": rule.feature}
    if isinstance(rule, ClassRule | Link | SharedRule):
        special |= {
            "match": _json([list(term) for term in rule.match.terms]),
            "valid_from": rule.start, "valid_to": rule.end,
        }  # fmt: skip
    return {"id": rule.id, **special, "enabled": int(rule.enabled)}


def rule_from(section: Section, values: Mapping[str, Any]) -> Rule:
    """The rule behind ``values_of`` (one that was written without ``enabled`` is); KeyError for another
    missing field."""
    values = {"enabled": 1, **values}
    names = {"class": "cost_class"}
    row = [values[names.get(name, name)] for name in _COLUMNS[section].replace(" ", "").split(",")]
    return _MAKERS[section](row)


def write_rule(conn: sqlite3.Connection, rule: Rule, position: int) -> None:
    """Insert or update a rule by the fields of its SQLModel class; UsageError when these find it unfit."""
    from pydantic import ValidationError

    section = section_of(rule)
    try:
        checked = _checker(section).model_validate({**values_of(rule), "position": position})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"rule {rule.id!r}: {first['loc'][0]}: {first['msg']}", "see the help of this command"
        ) from None
    text, names = _upsert(section)
    conn.execute(text, [getattr(checked, name) for name in names])


@lru_cache
def _checker(section: Section) -> type[BaseModel]:
    """The fields of the SQLModel class alone: an ORM object per rule costs ten times the check."""
    from pydantic import create_model

    from turbofinops_tui.models.tables import RULE_TABLES

    model = RULE_TABLES[section]
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in model.model_fields.items()}
    made: type[BaseModel] = create_model(model.__name__, **fields)
    return made


@lru_cache
def _upsert(section: Section) -> tuple[str, tuple[str, ...]]:
    """The statement that inserts or updates a rule, and the fields of the class it takes in order."""
    from sqlalchemy.dialects.sqlite import dialect, insert

    from turbofinops_tui.models.tables import RULE_TABLES

    model = RULE_TABLES[section]
    names = {column.name: key for key, column in model.__mapper__.columns.items()}  # type: ignore[attr-defined]
    statement = insert(model).values(dict.fromkeys(names, ""))
    new = {name: statement.excluded[name] for name in names}
    compiled = statement.on_conflict_do_update(index_elements=["id"], set_=new).compile(
        dialect=dialect(paramstyle="qmark")
    )
    return str(compiled), tuple(names[name] for name in compiled.positiontup or ())


def facts_of(rule: Rule) -> dict[str, object]:
    """A rule as audit facts: what it says, without what is at its default."""
    return {key: value for key, value in values_of(rule).items() if value not in ("", "[]", None)}


def _rows(conn: sqlite3.Connection, section: Section) -> list[list[Any]]:
    query = f"SELECT {_COLUMNS[section]} FROM {TABLES[section]} ORDER BY position, id"  # noqa: S608 (constants)
    return [list(row) for row in conn.execute(query)]


def _class_rule(row: Sequence[Any]) -> ClassRule:
    return ClassRule(row[0], _match(row[1]), row[2], row[3], row[4], row[5], bool(row[6]))


def _link(row: Sequence[Any]) -> Link:
    return _link_of(tuple(row))


@lru_cache(maxsize=1 << 17)
def _link_of(row: tuple[Any, ...]) -> Link:
    """The same link for the same row: rules are read at every key of the editor, and few of them change."""
    return Link(
        row[0], row[1], _match(row[2]), row[3], row[4], Decimal(row[5]), row[6], row[7], bool(row[8]),
        tuple(json.loads(row[9])), row[10], row[11],
    )  # fmt: skip


def _shared_rule(row: Sequence[Any]) -> SharedRule:
    return SharedRule(
        row[0],
        _match(row[1]),
        row[2],
        _split(row[3]),
        tuple(json.loads(row[4])),
        row[5],
        row[6],
        bool(row[7]),
    )


def _feature_rule(row: Sequence[Any]) -> FeatureRule:
    return FeatureRule(row[0], row[1], _split(row[2]), bool(row[3]), bool(row[4]))


def _route_rule(row: Sequence[Any]) -> RouteRule:
    return RouteRule(row[0], row[1], row[2], bool(row[3]))


_MAKERS: dict[Section, Callable[[Sequence[Any]], Rule]] = {
    "classes": _class_rule,
    "links": _link,
    "shared": _shared_rule,
    "features": _feature_rule,
    "routes": _route_rule,
}


def _match(text: str) -> Match:
    return Match(tuple((dimension, pattern) for dimension, pattern in json.loads(text)))


def _split(text: str) -> tuple[tuple[str, Decimal], ...]:
    return tuple((name, Decimal(percent)) for name, percent in json.loads(text))


def _split_json(split: Iterable[tuple[str, Decimal]]) -> str:
    return _json([[name, decimal_text(percent)] for name, percent in split])


def _json(value: Sequence[object] | Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
