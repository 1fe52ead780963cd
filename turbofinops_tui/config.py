"""config.toml: a person's taste (theme, keys, charts). Nothing here changes a number."""

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
    known = ("theme", "charts", "keys")
    for key in values:
        if key not in known:
            raise UsageError(f"{path}: unknown key {key!r}", f"known keys are {', '.join(known)}")
    theme = _choice(values, "theme", ("", *THEMES), path)
    charts = _choice(values, "charts", CHARTS, path)
    keys = _flat(values.get("keys", {}))
    if keys is None or not all(isinstance(value, str) for value in keys.values()):
        raise UsageError(f'{path}: keys must be a table of id = "keys"', 'write ["keys"] "table.sort" = "f5"')
    return Config(theme, charts, keymap.checked(keys, f"{path}: "))


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
