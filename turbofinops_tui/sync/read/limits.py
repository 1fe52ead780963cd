"""Limits on imports (interface.md): settings, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from turbofinops_tui.errors import UsageError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one import may hold; each is the setting ``import.NAME``."""

    bytes: int = 64 << 30
    """decompressed, of the whole delivery"""
    ratio: int = 200
    """decompressed : compressed, looked at above ``ratio_floor`` decompressed bytes"""
    ratio_floor: int = 10_000_000
    columns: int = 500
    field_bytes: int = 1 << 20
    rows: int = 200_000_000
    tag_values: int = 2000
    """a tag key with no more distinct values always enters the rollup (sync/rollup/guard.py)"""


def limits_from(settings: Mapping[str, str]) -> Limits:
    """The limits with what ``import.*`` settings say; UsageError for one that is no positive integer."""
    changed = {}
    for field in fields(Limits):
        text = settings.get(f"import.{field.name}")
        if text is None:
            continue
        if not text.isdecimal() or int(text) < 1:
            raise UsageError(f"setting import.{field.name} = {text!r} is not a positive whole number", "set it again")
        changed[field.name] = int(text)
    return replace(Limits(), **changed)
