"""A recursive check of JSON against the annotations of the installed stripe package.

A field that is not Optional must be there and not null, literals must be known, lists and objects are
followed, unknown fields are named. The package is generated from Stripe's own specification.
"""

from __future__ import annotations

import typing
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin

import stripe
from stripe._object_classes import OBJECT_CLASSES, get_object_class

Json = dict[str, Any]
_PLAIN = (bool, int, float, str)


def wrong(obj: Json) -> list[str]:
    """What is not as the package says, one line per place."""
    if obj.get("object") == "list":
        return [line for n, item in enumerate(obj["data"]) for line in _object(item, f"[{n}]")]
    return _object(obj, obj.get("object", "?"))


def _object(obj: Json, where: str) -> list[str]:
    name = str(obj.get("object"))
    if name not in OBJECT_CLASSES:
        return [f"{where}: no such object {name!r}"]
    return _fields(obj, get_object_class("V1", name), where)


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The annotations of a class, its nested names resolved."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, hint in vars(base).get("__annotations__", {}).items():
            if not name.startswith("_"):
                found[name] = hint
    return found


def _fields(obj: Json, kind: type, where: str) -> list[str]:
    found = []
    hints = {name: hint for name, hint in _hints(kind).items() if not _is_class_var(hint)}
    if not hints:
        return []  # free keys: metadata, the object of an event
    found += [f"{where}.{name}: unknown field" for name in obj.keys() - hints.keys() - {"object"}]
    for name, hint in hints.items():
        value = obj.get(name)
        if value is None:
            if not _optional(hint):
                found.append(f"{where}.{name}: missing")
        else:
            found += _value(value, hint, f"{where}.{name}")
    return found


def _is_class_var(hint: Any) -> bool:
    return get_origin(hint) is typing.ClassVar or str(hint).startswith("typing.ClassVar")


def _optional(hint: Any) -> bool:
    return get_origin(hint) is Union and type(None) in get_args(hint)


def _value(value: Any, hint: Any, where: str) -> list[str]:
    origin = get_origin(hint)
    if isinstance(hint, str | typing.ForwardRef):
        hint = _resolve(hint if isinstance(hint, str) else hint.__forward_arg__)
        origin = get_origin(hint)
    if origin is Union:
        choices = [choice for choice in get_args(hint) if choice is not type(None)]
        tried = [_value(value, choice, where) for choice in choices]
        return min(tried, key=len) if tried else []
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{where}: {value!r} is not one of {get_args(hint)}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{where}: no list"]
        (inner,) = get_args(hint)
        return [line for n, item in enumerate(value) for line in _value(item, inner, f"{where}[{n}]")]
    if origin is dict or hint in (Any, object):
        return []
    return _instance(value, hint, origin, where)


def _instance(value: Any, hint: Any, origin: Any, where: str) -> list[str]:
    kind = origin if isinstance(origin, type) else hint
    if kind in _PLAIN:
        fits = isinstance(value, int | float) if kind is float else type(value) is kind
        return [] if fits else [f"{where}: {value!r} is not {kind.__name__}"]
    if kind is Decimal:
        return [] if isinstance(value, str) else [f"{where}: decimals are strings"]
    if not isinstance(value, dict):
        return [f"{where}: {value!r:.40} is no object"]
    if kind is stripe.ListObject:
        return _list(value, hint, where)
    if hasattr(kind, "OBJECT_NAME"):
        if value.get("deleted"):
            return []
        named = value.get("object")
        return _fields(value, kind, where) if named == kind.OBJECT_NAME else [f"{where}: is a {named}"]
    return _fields(value, kind, where) if kind is not stripe.StripeObject else []


def _list(value: Json, hint: Any, where: str) -> list[str]:
    found = [
        f"{where}.{name}: missing" for name in ("object", "data", "has_more", "url") if name not in value
    ]
    for number, item in enumerate(value.get("data", ())):
        found += _value(item, get_args(hint)[0], f"{where}[{number}]")
    return found


def _resolve(name: str) -> Any:
    """A name as the modules of the package write it: ``Invoice``, ``Invoice.Parent``, ``Optional[str]``."""
    scope = {key: getattr(typing, key) for key in ("Any", "Dict", "List", "Literal", "Optional", "Union")}
    return eval(name, scope | {"ListObject": stripe.ListObject, "Decimal": Decimal}, _Classes())  # noqa: S307


class _Classes(dict[str, Any]):
    """The classes of the package by their short name."""

    def __missing__(self, key: str) -> Any:
        for name in (key, key.removesuffix("Resource")):  # the package's own aliases: DisputeResource
            if hasattr(stripe, name):
                return getattr(stripe, name)
            for path, found in OBJECT_CLASSES.values():
                if found == name:
                    return getattr(import_module(path), name)
        return stripe.StripeObject
