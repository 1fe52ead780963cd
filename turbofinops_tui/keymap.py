"""One table of every key: bindings, footer, help, palette and docs come from it.

A command has an id (stable: config.toml remaps by it), default keys in
Textual's key names, the action it runs, and the screens where it applies
(empty: everywhere). No default sits on ctrl+a/b/h/i/j/m/o/s/z/[ because
terminals, tmux and editors own those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from turbofinops_tui.errors import UsageError

FORBIDDEN = frozenset(
    f"ctrl+{key}" for key in ("a", "b", "h", "i", "j", "m", "o", "s", "z", "left_square_bracket")
)
SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
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


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a key does."""

    id: str
    keys: str
    """comma separated, Textual's names (``slash``, ``G``, ``ctrl+p``)"""
    action: str
    label: str
    """one or two words: footer"""
    help: str
    """one sentence: help and palette"""
    group: str
    """Move, Table, View, Change or App"""
    scope: str = "app"
    """where the binding lives: ``app``, ``grid``, or a screen's id"""
    screens: tuple[str, ...] = ()
    """shown in footer and help of these screens only; empty: all"""
    footer: int = 0
    """place in the footer, 0: not there"""
    palette: bool = True


_MONEY = ("overview", "customers", "customer")
_GRIDS = ("overview", "customers", "customer", "links", "connections", "explain")

COMMANDS: tuple[Command, ...] = (
    # --- moving, one grammar for all tables -----------------------------------------------
    Command("move.down", "down,j", "row(1)", "down", "Next row", "Move", "grid", palette=False),
    Command("move.up", "up,k", "row(-1)", "up", "Previous row", "Move", "grid", palette=False),
    Command("move.first", "g,home", "edge(-1)", "first", "First row", "Move", "grid", palette=False),
    Command("move.last", "G,end", "edge(1)", "last", "Last row", "Move", "grid", palette=False),
    Command(
        "move.page_down", "pagedown", "page(1)", "page down", "One page down", "Move", "grid", palette=False
    ),
    Command("move.page_up", "pageup", "page(-1)", "page up", "One page up", "Move", "grid", palette=False),
    Command(
        "move.left",
        "left,h",
        "column(-1)",
        "column left",
        "Choose the column to the left",
        "Move",
        "grid",
        palette=False,
    ),
    Command(
        "move.right",
        "right,l",
        "column(1)",
        "column right",
        "Choose the column to the right",
        "Move",
        "grid",
        palette=False,
    ),
    Command(
        "table.open",
        "enter",
        "open",
        "Open",
        "Open what the cursor is on",
        "Move",
        "grid",
        footer=1,
        palette=False,
    ),
    Command(
        "app.back",
        "escape,backspace",
        "back",
        "Back",
        "Close the filter, or go back",
        "Move",
        footer=9,
        screens=("customer", "explain", "help"),
        palette=False,
    ),
    Command("table.mark", "space", "mark", "Mark", "Mark or unmark the row", "Table", "grid", palette=False),
    # --- tables ---------------------------------------------------------------------------
    Command(
        "table.filter",
        "slash",
        "filter",
        "Filter",
        "Narrow what is shown while you type",
        "Table",
        screens=_GRIDS,
        footer=2,
    ),
    Command(
        "table.sort",
        "s",
        "sort(True)",
        "Sort",
        "Sort by the chosen column, largest first",
        "Table",
        "grid",
        footer=3,
    ),
    Command(
        "table.sort_reverse",
        "S",
        "sort(False)",
        "Sort up",
        "Sort by the chosen column, smallest first",
        "Table",
        "grid",
    ),
    Command(
        "table.top",
        "t",
        "top",
        "Top",
        "Show the top 10, 25, 100 or all customers",
        "Table",
        "customers",
        screens=("customers",),
        footer=5,
    ),
    Command(
        "customers.losing",
        "a",
        "losing",
        "All/losing",
        "Switch between all customers and the losing ones",
        "Table",
        "customers",
        screens=("customers",),
        footer=4,
    ),
    Command(
        "customer.next",
        "tab",
        "part(1)",
        "Next part",
        "The next breakdown of this customer",
        "Table",
        "customer",
        screens=("customer",),
        footer=2,
    ),
    Command(
        "customer.previous",
        "shift+tab",
        "part(-1)",
        "Previous part",
        "The breakdown before",
        "Table",
        "customer",
        screens=("customer",),
    ),
    # --- what is shown --------------------------------------------------------------------
    Command(
        "period.back",
        "left_square_bracket",
        "period(-1)",
        "Earlier",
        "Move the period back",
        "View",
        screens=_MONEY,
    ),
    Command(
        "period.forward",
        "right_square_bracket",
        "period(1)",
        "Later",
        "Move the period forward",
        "View",
        screens=_MONEY,
    ),
    Command(
        "view.slice",
        "f",
        "slice",
        "Slice",
        "Edit the slice: period, filters, basis",
        "View",
        screens=_MONEY,
        footer=6,
    ),
    Command(
        "view.explain",
        "i",
        "explain",
        "Explain",
        "Open the figure down to its source rows",
        "View",
        screens=_MONEY,
        footer=7,
    ),
    Command(
        "copy.value",
        "y",
        "copy_value",
        "Copy",
        "Copy the exact value under the cursor",
        "View",
        screens=_GRIDS,
    ),
    Command(
        "copy.command",
        "Y",
        "copy_command",
        "Copy command",
        "Copy the command line that prints this view",
        "View",
        screens=_MONEY,
    ),
    Command(
        "view.export",
        "x",
        "export",
        "Export",
        "Write this view to a CSV or JSON file",
        "View",
        screens=_MONEY,
    ),
    Command("app.reload", "ctrl+l", "reload", "Reload", "Read the store again and repaint", "View"),
    # --- changing -------------------------------------------------------------------------
    Command(
        "links.toggle",
        "e",
        "switch_rule",
        "On/off",
        "Enable or disable the rule",
        "Change",
        "links",
        screens=("links",),
        footer=3,
    ),
    Command(
        "links.up",
        "K",
        "shift(-1)",
        "Move up",
        "Move the rule up in its list: earlier rules win",
        "Change",
        "links",
        screens=("links",),
        footer=4,
    ),
    Command(
        "links.down",
        "J",
        "shift(1)",
        "Move down",
        "Move the rule down in its list",
        "Change",
        "links",
        screens=("links",),
        footer=5,
    ),
    Command(
        "change.undo", "u", "undo", "Undo", "Undo the last change", "Change", footer=8, screens=("links",)
    ),
    Command("change.redo", "U", "redo", "Redo", "Do the undone change again", "Change", screens=("links",)),
    # --- screens --------------------------------------------------------------------------
    Command(
        "screen.overview",
        "1",
        "go('overview')",
        "Overview",
        "Revenue, cost, margin and the biggest losses",
        "App",
    ),
    Command("screen.customers", "2", "go('customers')", "Customers", "Every customer with its margin", "App"),
    Command("screen.links", "6", "go('links')", "Links", "The rules that give cost to customers", "App"),
    Command(
        "screen.connections",
        "8",
        "go('connections')",
        "Connections",
        "What was delivered, its age and its days",
        "App",
    ),
    # --- the program ----------------------------------------------------------------------
    Command(
        "app.palette", "colon,ctrl+p", "palette", "Commands", "Find a command by name", "App", palette=False
    ),
    Command(
        "app.help",
        "question_mark,f1",
        "help",
        "Help",
        "Keys and signs of what is on screen",
        "App",
        footer=10,
    ),
    Command("app.demo", "d", "demo", "Demo", "From an empty store: open the demo", "App"),
    Command("app.theme", "T", "theme", "Theme", "Next colour theme", "App"),
    Command("app.quit", "q", "leave", "Quit", "Quit, or go back from a deeper screen", "App"),
)

GROUPS = ("Move", "Table", "View", "Change", "App")
"""help lists the groups in this order"""
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
SCREENS: tuple[tuple[str, str, str], ...] = (
    ("1", "overview", "Overview"),
    ("2", "customers", "Customers"),
    ("6", "links", "Links"),
    ("8", "connections", "Connections"),
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
        if (not command.screens or screen in command.screens)
        and (command.scope != "grid" or screen in _GRIDS)
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
