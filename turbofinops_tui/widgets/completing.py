"""Completion in a field: what is known stands in grey behind the cursor, → takes it."""

from __future__ import annotations

from collections.abc import Callable

from textual.suggester import Suggester


class Completing(Suggester):
    """Asks ``find`` for the whole text, completed, at every key; None: nothing fits."""

    def __init__(self, find: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.find = find

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text, completed."""
        return self.find(value)
