"""The one injected clock. Nothing else in the package reads the time of day.

``TURBOFINOPS_TODAY=YYYY-MM-DD`` fixes it at 12:00 UTC of that day (interface.md,
"Files and environment"). Signature checks do not use this clock.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from turbofinops_tui.errors import UsageError

EPOCH_ORDINAL = 719163  # date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Clock:
    """``fixed`` is the injected moment, or None for the real time."""

    fixed: datetime | None = None

    def now(self) -> datetime:
        """The present moment, timezone-aware, UTC."""
        return self.fixed if self.fixed is not None else datetime.now(UTC)

    def today(self) -> int:
        """Today as days since 1970-01-01, UTC."""
        return self.now().date().toordinal() - EPOCH_ORDINAL

    def stamp(self) -> str:
        """The present moment as ``2026-11-24T12:00:00Z`` (stored and audited form)."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def from_environment(environ: dict[str, str] | None = None) -> Clock:
    """The clock of this process; raises UsageError when TURBOFINOPS_TODAY is no date."""
    text = (os.environ if environ is None else environ).get("TURBOFINOPS_TODAY", "")
    if not text:
        return Clock()
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"TURBOFINOPS_TODAY={text} is not a date", "write it as YYYY-MM-DD") from None
    return Clock(day.replace(hour=12))
