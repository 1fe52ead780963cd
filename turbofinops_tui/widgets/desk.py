"""What widgets need to know of the state that all screens share; the real one lives in actions."""

from __future__ import annotations

from typing import Protocol


class Desk(Protocol):
    """The shared view state as the frame's lines read it."""

    @property
    def today(self) -> int:
        """Today as days since 1970-01-01, UTC."""

    @property
    def books_id(self) -> str:
        """8 hex of the books last seen, or empty."""

    @property
    def stored(self) -> bool:
        """True while the numbers on screen come from the stored tables."""

    @property
    def age_text(self) -> str:
        """How old the newest delivery is, in words."""

    def period_text(self) -> str:
        """The period as written."""

    def where_text(self) -> str:
        """The shared filters in their own words, or empty."""
