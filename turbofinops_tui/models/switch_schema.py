"""Products and routes can be switched off, as links, classes and shared rules can."""

from __future__ import annotations

SWITCHES: tuple[str, ...] = (
    "ALTER TABLE feature_rule ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE route_rule ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1",
)
