"""Limits on imports (interface.md): settings, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one import may hold; each is a setting ``limits.NAME``."""

    bytes: int = 64 << 30
    """decompressed, of the whole delivery"""
    ratio: int = 200
    """decompressed : compressed, looked at above ``RATIO_FLOOR`` decompressed bytes"""
    columns: int = 500
    field: int = 1 << 20
    """bytes of one cell"""
    rows: int = 200_000_000
    tag_values: int = 2000
    """a tag key with no more distinct values always enters the rollup (sync/rollup/guard.py)"""


RATIO_FLOOR = 10_000_000


def limits_from(settings: Mapping[str, str]) -> Limits:
    """The limits that the settings ``limits.*`` give; absent ones have their defaults."""

    def number(name: str, default: int) -> int:
        return int(settings.get(f"limits.{name}", default))

    default = Limits()
    return Limits(
        bytes=number("bytes", default.bytes),
        ratio=number("ratio", default.ratio),
        columns=number("columns", default.columns),
        field=number("field", default.field),
        rows=number("rows", default.rows),
        tag_values=number("tag_values", default.tag_values),
    )
