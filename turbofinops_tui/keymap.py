"""One table of every key: bindings, footer, help, palette and docs come from it.

A command has an id (stable: config.toml remaps by it), default keys in
Textual's key names, the action it runs, and the screens where it applies
(empty: everywhere). No default sits on ctrl+a/b/h/i/j/m/o/s/z/[ because
terminals, tmux and editors own those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from turbofinops_tui.errors import UsageError
from turbofinops_tui.key_commands import COMMANDS as FIRST
from turbofinops_tui.key_commands import GRIDS as FIRST_GRIDS
from turbofinops_tui.key_commands import Command
from turbofinops_tui.key_commands_bridge import BRIDGE, BRIDGE_GRIDS
from turbofinops_tui.key_commands_findings import FINDING_COMMANDS, FINDING_GRIDS, FINDINGS_TOO
from turbofinops_tui.key_commands_team import TEAM, TEAM_GRIDS

__all__ = ["COMMANDS", "Command"]

GRIDS = tuple(dict.fromkeys((*FIRST_GRIDS, *BRIDGE_GRIDS, *FINDING_GRIDS, *TEAM_GRIDS)))
"""screens with tables"""
COMMANDS: tuple[Command, ...] = (
    *(
        replace(command, screens=GRIDS)
        if command.screens == FIRST_GRIDS
        else replace(command, screens=(*command.screens, *FINDING_GRIDS))
        if command.id in FINDINGS_TOO
        else command
        for command in FIRST
    ),
    *BRIDGE,
    *FINDING_COMMANDS,
    *TEAM,
)
"""every command, in the order that help and docs list them"""
FORBIDDEN = frozenset(
    f"ctrl+{key}" for key in ("a", "b", "h", "i", "j", "m", "o", "s", "z", "left_square_bracket")
)
SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "comma": ",",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "exclamation_mark": "!",
    "escape": "esc",
    "backspace": "bksp",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "space": "space",
    "upper_g": "G",
}


GROUPS = ("Move", "Table", "View", "Change", "App")
"""help lists the groups in this order"""
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
SCREENS: tuple[tuple[str, str, str], ...] = (
    ("1", "overview", "Overview"),
    ("2", "customers", "Customers"),
    ("3", "cohorts", "Cohorts"),
    ("4", "features", "Features"),
    ("5", "margins", "Margins"),
    ("6", "links", "Links"),
    ("7", "findings", "Findings"),
    ("8", "connections", "Connections"),
    ("9", "presets", "Presets"),
)
"""(digit, screen id, name) of the top level; a number belongs to its screen for good"""
TOP: frozenset[str] = frozenset(name for _, name, _ in SCREENS)
"""ids of the top-level screens"""


def in_scope(scope: str) -> tuple[Command, ...]:
    """The commands whose bindings live in ``scope``."""
    return tuple(command for command in COMMANDS if command.scope == scope)


def for_screen(screen: str) -> tuple[Command, ...]:
    """The commands that apply on ``screen``, table order."""
    return tuple(
        command
        for command in COMMANDS
        if (not command.screens or screen in command.screens) and (command.scope != "grid" or screen in GRIDS)
    )


def footer(screen: str) -> tuple[Command, ...]:
    """What the footer of ``screen`` offers, in footer order."""
    return tuple(sorted((c for c in for_screen(screen) if c.footer), key=lambda command: command.footer))


def key_text(keys: str) -> str:
    """The first key of a comma separated list as a person reads it: ``/``, ``^p``, ``esc``."""
    first = keys.split(",")[0].strip()
    if first.startswith("ctrl+"):
        return "^" + SHOWN.get(first[5:], first[5:])
    return SHOWN.get(first, first)


def all_keys_text(keys: str) -> str:
    """Every key of the list: ``↓ j``."""
    return " ".join(key_text(key) for key in keys.split(","))


def checked(overrides: Mapping[str, str], where: str = "") -> dict[str, str]:
    """Overrides ``id -> keys`` from config.toml; UsageError names an unknown id and the nearest one."""
    for name, keys in overrides.items():
        if name not in BY_ID:
            raise UsageError(f"{where}unknown key binding {name!r}", _nearest(name, BY_ID))
        if not keys.strip():
            raise UsageError(f"{where}no key for {name!r}", "write a key such as 'f5' or 'ctrl+t'")
    return dict(overrides)


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(names), 1)
    return f"did you mean {close[0]!r}?" if close else "the ids are listed by ? in the app"
