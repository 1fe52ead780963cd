"""The table behind keymap.py: every command with its default keys, in the order help and docs list them."""

from __future__ import annotations

from dataclasses import dataclass


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
GRIDS = ("overview", "customers", "customer", "links", "connections", "explain")
"""screens with tables"""

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
        screens=GRIDS,
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
        "customers.verdict",
        "V",
        "verdict",
        "Verdict",
        "Show all, those who lose anyway, those for whom it depends, or the safe ones",
        "Table",
        "customers",
        screens=("customers",),
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
        screens=GRIDS,
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
        "links.edit",
        "e",
        "edit_rule",
        "Edit",
        "Edit the rule with its consequences beside it; saves to the draft",
        "Change",
        "links",
        screens=("links",),
        footer=2,
    ),
    Command(
        "links.new",
        "n",
        "new_rule",
        "New",
        "A new link, class or shared rule; saves to the draft",
        "Change",
        "links",
        screens=("links",),
        footer=3,
    ),
    Command(
        "links.toggle",
        "o",
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
        "change.undo",
        "u",
        "undo",
        "Undo",
        "Undo the last change",
        "Change",
        footer=8,
        screens=("links", *_MONEY),
    ),
    Command(
        "change.redo", "U", "redo", "Redo", "Do the undone change again", "Change", screens=("links", *_MONEY)
    ),
    Command(
        "draft.view",
        "v",
        "view",
        "Saved/draft",
        "Show saved numbers, those of the draft, or what the draft changes",
        "Change",
        screens=(*_MONEY, "links"),
    ),
    Command(
        "draft.keep",
        "W",
        "keep_draft",
        "Keep draft",
        "Write the draft to the saved rules (asks first)",
        "Change",
        screens=(*_MONEY, "links"),
    ),
    Command(
        "draft.discard",
        "D",
        "discard_draft",
        "Discard draft",
        "Throw the draft away (asks first)",
        "Change",
        screens=(*_MONEY, "links"),
    ),
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
