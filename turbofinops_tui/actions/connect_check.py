"""The connect form's fields, each checked by itself, so that what is wrong stands beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from turbofinops_tui.actions.connections import new_connection, read_secret
from turbofinops_tui.errors import TurboError
from turbofinops_tui.sync.connection_kinds import clean_settings

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

NEEDED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "gcp": (("table",), "give the table of the billing export, PROJECT.DATASET.TABLE"),
    "azure": (
        ("container_url",),
        "say where the exports are: https://ACCOUNT.blob.core.windows.net/CONTAINER",
    ),
    "litellm": (("base_url",), "say where the proxy listens: https://..."),
    "focus": (("path", "engine"), "give a file, a directory or a glob"),
}
"""kind -> (settings of which it needs one, what to do); the message stands beside the first"""


def setting_problem(kind: str, name: str, value: str) -> str:
    """What is wrong with one setting as typed; empty when nothing is, or nothing was typed."""
    if not value.strip():
        return ""
    try:
        clean_settings(kind, {name: value.strip()})
    except TurboError as error:
        return error.line().replace("base_url", name, 1)
    return ""


def secret_problem(value: str) -> str:
    """What is wrong with a secret as pasted; never shows it."""
    if not value.strip():
        return ""
    try:
        read_secret(value)
    except TurboError as error:
        return error.line()
    return ""


def form_problems(kind: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """field -> what is wrong, for everything that can be known without asking anybody."""
    found = {name: setting_problem(kind, name, value) for name, value in settings.items()}
    found |= {name: secret_problem(value) for name, value in secrets.items()}
    names, advice = NEEDED.get(kind, ((), ""))
    if names and not any(settings.get(name, "").strip() for name in names):
        found[names[0]] = advice
    return {name: text for name, text in found.items() if text}


def name_problem(session: Session, kind: str, name: str) -> str:
    """What is wrong with a name: its letters, that it is taken, or that its variables are another's."""
    if not name.strip():
        return ""
    try:
        new_connection(session, kind, name.strip(), {})
    except TurboError as error:
        return "" if "same source" in error.message else error.line()
    return ""
