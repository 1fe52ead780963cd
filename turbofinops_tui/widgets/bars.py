"""The thin lines of the frame: tabs, header strip, status line, key line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events

from turbofinops_tui import keymap
from turbofinops_tui.economics.types import Table
from turbofinops_tui.widgets import header_text
from turbofinops_tui.widgets.paint import Lines, Span, clean, spread, width_of

if TYPE_CHECKING:
    from turbofinops_tui.actions.screens_data import Desk

WIDE = 100
"""cells from which names stand beside the digits"""


class TabLine(Lines):
    """``1 Overview  2 Customers ...``; below 100 cells digits and the active name only."""

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._active = ""
        self._books = ""
        self._age: list[Span] = []
        self._flags: list[Span] = []
        """what holds for the whole session: masked, read-only, published"""
        self._spots: list[tuple[int, int, str]] = []

    def show(self, active: str, books: str, desk: Desk) -> None:
        """Mark ``active`` (a deeper screen marks none); data age and books id at the right."""
        self._active, self._books, self._age = active, books, header_text.age(desk)
        said = {
            "MASKED": getattr(self.app, "mask", None) is not None,
            "READ-ONLY": desk.opener.read_only,
            "PUBLISHED": bool(getattr(desk.opener, "published", "")),
        }
        self._flags = [span for word, on in said.items() if on for span in ((f" {word} ", "tab"), (" ", ""))]
        self._draw()

    def on_resize(self) -> None:
        """Names come and go with the width."""
        self._draw()

    def _draw(self) -> None:
        books: list[Span] = [(" books ", "muted"), (self._books, "text"), (" ", "")] if self._books else []
        right = [*self._flags, *self._age, *books]
        left = self._tabs(self.size.width >= WIDE)
        if width_of(left) + width_of(clean(right)) >= self.size.width:
            left = self._tabs(False)
        if width_of(left) + width_of(clean(right)) >= self.size.width:
            right = [*self._flags, *books]
        self.set_lines([(spread(left, right, self.size.width), "strip")])

    def _tabs(self, names: bool) -> list[Span]:
        """The screens, with all their names or that of the active one alone."""
        left: list[Span] = [(" ", "")]
        self._spots = []
        for digit, name, title in keymap.SCREENS:
            active = name == self._active
            text = f" {digit} {title} " if active or names else f" {digit} "
            start = width_of(left)
            self._spots.append((start, start + cell_len(text), name))
            left.append((text, "tab" if active else "muted"))
        return left

    def on_click(self, event: events.Click) -> None:
        """A click goes to the screen."""
        from turbofinops_tui.widgets.host import Host

        for start, end, name in self._spots:
            if start <= event.x < end and isinstance(self.app, Host):
                self.app.goto(name)


class HeaderStrip(Lines):
    """Period and how much of it is complete, UTC, currency, basis, coverage, age, draft, breadcrumbs."""

    def __init__(self) -> None:
        super().__init__(id="header", height=2)
        self._shown: tuple[Table | None, list[str], Desk, bool] | None = None

    def show(self, table: Table | None, crumbs: list[str], desk: Desk, *, money: bool) -> None:
        """Show the facts of ``table`` (None: not known yet)."""
        self._shown = (table, crumbs, desk, money)
        self._draw()

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        table, crumbs, desk, money = self._shown
        width = self.size.width
        trail: list[Span] = [(" ", "")]
        for index, crumb in enumerate(crumbs):
            last = index == len(crumbs) - 1
            trail += [(crumb, "strong" if last else "crumb"), ("" if last else " › ", "crumb")]
        extra = header_text.filters_text(table, desk.where_text()) if money and table is not None else ""
        if extra:
            trail.append((f" · {extra}", "accent"))
        if not money:
            self.set_lines([(trail, ""), ((), "")])
            return
        first = spread(trail, header_text.coverage(table, width - width_of(clean(trail))), width)
        second = header_text.period(table, desk, width)
        self.set_lines([(first, ""), (second, "")])


class StatusLine(Lines):
    """One line of what just happened or is going on; changes at most as often as told."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.text = ""

    def say(self, text: str, role: str = "") -> None:
        """Show ``text``; an empty one clears the line."""
        if text != self.text or role:
            self.text = text
            self.set_lines([([(f" {text}", role or "muted")], "")])


class KeyLine(Lines):
    """The keys of this screen, from the binding table; ``? Help`` is there at any width."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._shown: tuple[str, Mapping[str, str]] = ("", {})

    def show(self, screen: str, keys: Mapping[str, str]) -> None:
        """Show the footer commands of ``screen`` with the user's ``keys``."""
        self._shown = (screen, keys)
        self._draw()

    def on_resize(self) -> None:
        """As many as fit."""
        self._draw()

    def _draw(self) -> None:
        screen, keys = self._shown
        commands = keymap.footer(screen)
        pinned = [command for command in commands if command.id == "app.help"]
        left: list[Span] = [(" ", "")]
        right: list[Span] = [span for command in pinned for span in _key_spans(command, keys)]
        room = self.size.width - width_of(right) - 1
        for command in commands:
            if command in pinned:
                continue
            spans = _key_spans(command, keys)
            if width_of(left) + width_of(spans) > room:
                break
            left += spans
        self.set_lines([(spread(left, right, self.size.width), "strip")])


def _key_spans(command: keymap.Command, keys: Mapping[str, str]) -> list[Span]:
    key = keymap.key_text(keys.get(command.id, command.keys))
    return [(key, "key"), (f" {command.label}  ", "")]
