"""config.toml: a person's taste (theme, keys, charts) and the programs that print secrets.

Nothing here changes a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from turbofinops_tui import keymap
from turbofinops_tui.errors import UsageError

THEMES = ("dark", "light", "contrast", "colourblind", "ansi", "mono")
CHARTS = ("braille", "block")


@dataclass(frozen=True, slots=True)
class Config:
    """What config.toml says, with defaults for what it leaves out."""

    theme: str = ""
    """empty: the one chosen last, else ``dark``"""
    charts: str = "braille"
    """``block`` for fonts without braille"""
    keys: Mapping[str, str] = field(default_factory=dict)
    """binding id -> keys"""
    commands: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """connection -> secret field -> the program that prints it; ``*`` stands for all"""


def load(path: Path) -> Config:
    """The config at ``path``, defaults when there is none; UsageError names file and key."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", f"{error.strerror or 'check its permissions'}") from None
    import tomllib  # only for who has a config: the first paint of all others does not pay for it

    try:
        values = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is not TOML", str(error)) from None
    return _checked(values, path)


def _checked(values: dict[str, Any], path: Path) -> Config:
    known = ("theme", "charts", "keys", "credential_command", "connections")
    for key in values:
        if key not in known:
            raise UsageError(f"{path}: unknown key {key!r}", f"known keys are {', '.join(known)}")
    theme = _choice(values, "theme", ("", *THEMES), path)
    charts = _choice(values, "charts", CHARTS, path)
    keys = _flat(values.get("keys", {}))
    if keys is None or not all(isinstance(value, str) for value in keys.values()):
        raise UsageError(f'{path}: keys must be a table of id = "keys"', 'write ["keys"] "table.sort" = "f5"')
    return Config(theme, charts, keymap.checked(keys, f"{path}: "), _commands(values, path))


def _commands(values: dict[str, Any], path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """``credential_command`` at the top (all connections) and under ``[connections.NAME]``.

    Either one argv list, for every secret field that it names as ``{field}`` (for the first without it),
    or a table of one list per field.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    if "credential_command" in values:
        found["*"] = _argv_lists(values["credential_command"], "credential_command", path)
    connections = values.get("connections", {})
    if not isinstance(connections, dict):
        raise UsageError(f"{path}: connections must be tables", "write [connections.NAME]")
    for name, table in connections.items():
        if not isinstance(table, dict) or set(table) - {"credential_command"}:
            raise UsageError(f"{path}: connections.{name} knows credential_command alone", "see docs")
        for value in table.values():
            found[name] = _argv_lists(value, f"connections.{name}.credential_command", path)
    return found


def _argv_lists(value: Any, key: str, path: Path) -> dict[str, tuple[str, ...]]:
    lists = value if isinstance(value, dict) else {"*": value}
    for words in lists.values():
        if not isinstance(words, list) or not words or not all(isinstance(w, str) and w for w in words):
            raise UsageError(
                f"{path}: {key} is not a list of words", 'write ["pass", "show", "finops/stripe"]: no shell'
            )
    return {name: tuple(words) for name, words in lists.items()}


def _flat(keys: Any) -> dict[str, Any] | None:
    """``table.sort = "f5"`` is a table in a table for TOML; both spellings mean the id ``table.sort``."""
    if not isinstance(keys, dict):
        return None
    found: dict[str, Any] = {}
    for name, value in keys.items():
        if isinstance(value, dict):
            found |= {f"{name}.{part}": keys for part, keys in value.items()}
        else:
            found[name] = value
    return found


def _choice(values: dict[str, Any], key: str, allowed: tuple[str, ...], path: Path) -> str:
    value = values.get(key, allowed[0])
    if value not in allowed:
        choices = ", ".join(repr(choice) for choice in allowed if choice)
        raise UsageError(f"{path}: {key} = {value!r} is not known", f"choose one of {choices}")
    return str(value)
