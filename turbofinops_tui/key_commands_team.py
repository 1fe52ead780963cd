"""Keys of connections, presets, settings and the audit; keymap.py joins them with the rest of the table."""

from __future__ import annotations

from turbofinops_tui.key_commands import Command

TEAM_GRIDS = ("start", "unmatched", "connections", "presets", "report", "settings", "audit")
"""screens with tables"""
_CONNECTIONS, _PRESETS = ("connections",), ("presets",)
_REVENUE = ("overview", "customers", "customer", "cohorts", "features", "margins", "findings", "connections")
"""screens where revenue can be added"""
_KEPT = ("overview", "customers", "cohorts", "features", "margins", "links", "report")
"""screens whose view can be kept as a preset"""

TEAM: tuple[Command, ...] = (
    # --- connections ----------------------------------------------------------------------
    Command("connections.add", "n", "add_connection", "Add", "Connect an account: name, settings, secret",
            "Change", "connections", _CONNECTIONS, footer=2),
    Command("connections.edit", "e", "edit_connection", "Edit", "Change settings or the secret",
            "Change", "connections", _CONNECTIONS),
    Command("connections.test", "t", "test_connection", "Test", "Ask the provider what the credential may",
            "Change", "connections", _CONNECTIONS, footer=4),
    Command("connections.backfill", "b", "backfill", "Backfill",
            "Fetch history once, from a day on; what costs money asks first", "Change", "connections",
            _CONNECTIONS, footer=5),
    Command("connections.sync_all", "R", "sync_all", "Sync all", "Fetch what is new from every connection",
            "Change", "connections", _CONNECTIONS),
    Command("connections.remove", "D", "remove_connection", "Remove",
            "Remove the connection and its secrets (asks first); its facts stay", "Change", "connections",
            _CONNECTIONS, footer=6),
    Command("revenue.add", "I", "add_revenue", "Add revenue",
            "Revenue from Stripe or a CSV file, shown before it counts", "Change", screens=_REVENUE),
    Command("unmatched.accept", "a", "accept", "Take likely",
            "The marked names, or all: likely the same customer; into the draft", "Change", "unmatched",
            ("unmatched",), footer=1),
    Command("unmatched.side", "tab,shift+tab", "side(1)", "Other side", "The other list", "Table",
            "unmatched", ("unmatched",), footer=2),
    Command("findings.names", "m", "names", "Names", "Names that revenue or cost alone knows", "View",
            "findings", ("findings",)),
    # --- presets --------------------------------------------------------------------------
    Command("presets.save", "P", "save_preset", "Save view", "Save this view as a private preset",
            "Change", screens=_KEPT),
    Command("presets.promote", "p", "promote", "Promote", "Share with a team or all (owners only)",
            "Change", "presets", _PRESETS, footer=3),
    Command("presets.export", "X", "export_preset", "Export", "Write the preset to a file", "Change",
            "presets", _PRESETS, footer=4),
    Command("presets.import", "I", "import_preset", "Import", "Take a teammate's file; shows what it asks",
            "Change", "presets", _PRESETS, footer=5),
    Command("presets.delete", "D", "delete_preset", "Delete", "Delete the preset (asks first)", "Change",
            "presets", _PRESETS, footer=6),
    Command("screen.presets", "9", "go('presets')", "Presets", "Saved views, by who sees them", "App"),
    # --- settings, audit, mask ------------------------------------------------------------
    Command("settings.edit", "e", "edit_setting", "Change", "Change the setting; audited, u undoes it",
            "Change", "settings", ("settings",), footer=1),
    Command("audit.verify", "v", "verify", "Verify", "Walk the hash chain of the whole log", "Change",
            "audit", ("audit",), footer=1),
    Command("app.settings", "comma", "settings", "Settings", "Settings that change numbers", "App"),
    Command("app.audit", "L", "audit", "Audit", "Who changed what, and whether the log holds", "App"),
    Command("app.mask", "Z", "mask", "Mask", "Mask names and amounts for screen sharing", "App"),
    Command("start.choose", "a", "choose_key", "This tag", "This tag names the customer: makes one link",
            "Change", "start", ("start",), footer=1),
    Command("app.sync", "r", "sync", "Sync",
            "Fetch what is new from the connections, or take the newest published books; esc stops", "App",
            footer=7, screens=("overview", "customers", "connections")),
    Command("app.connect", "c", "connect", "Connect", "Connect an account; its first fetch begins at once",
            "App", screens=("overview", "customers")),
)  # fmt: skip
