"""Keys of the bridge; keymap.py joins them with the rest of the table."""

from __future__ import annotations

from turbofinops_tui.key_commands import Command

BRIDGE_GRIDS = ("bridge",)
"""screens with tables"""

BRIDGE: tuple[Command, ...] = (
    Command("overview.bridge", "b", "bridge", "Why", "Why the margin changed since the period before",
            "View", "overview", ("overview",), footer=5),
    Command("overview.looked", "B", "looked", "Since last", "What changed here since you last looked",
            "View", "overview", ("overview",)),
    Command("customer.bridge", "b", "bridge", "Why", "Why this margin changed since the period before",
            "View", "customer", ("customer",), footer=5),
    Command("bridge.export", "x", "export_bridge", "Export", "Write the causes to a CSV, JSON or text file",
            "View", "bridge", ("bridge",), footer=6),
)  # fmt: skip
