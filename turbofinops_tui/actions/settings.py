"""Settings that change numbers: list, get, set (audited)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.store import settings as store_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as listed."""

    key: str
    value: str
    default: str
    help: str


def list_settings(session: Session) -> list[SettingRow]:
    """Every setting with its value and default."""
    with session.store.read() as conn:
        values = store_settings.all_settings(conn)
    return [
        SettingRow(key, values[key], item.default, item.help) for key, item in store_settings.SETTINGS.items()
    ]


def get_setting(session: Session, key: str) -> str:
    """The value of ``key``; NotFoundError for an unknown one."""
    with session.store.read() as conn:
        return store_settings.get_setting(conn, key)


def check_setting(key: str, value: str) -> str:
    """The stored form of ``value``; UsageError when it does not fit."""
    return store_settings.checked(key, value)


def set_setting(session: Session, key: str, value: str) -> bool:
    """Set ``key``; True when its value changed. UsageError when the value does not fit.

    A setting by which spans are read resolves open days anew.
    """
    from turbofinops_tui.actions.otlp_imports import refresh_spans

    with session.store.write("set a setting") as txn:
        changed = store_settings.set_setting(txn, key, value)
    if changed and key.startswith("evidence."):
        refresh_spans(session)
    return changed
