"""A field with a few words of which one is chosen."""

from __future__ import annotations

from textual.message import Message

from turbofinops_tui.widgets.paint import Painted, Spans


class Choice(Painted, can_focus=True):
    """One of a few words; left, right and space choose."""

    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("right,space,l", "choose(1)", "Next"),
        ("left,h", "choose(-1)", "Previous"),
    ]

    class Changed(Message):
        """Another word is chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, words: tuple[str, ...], value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.words = words
        self.value = value if value in words else words[0]

    def line(self, y: int) -> tuple[Spans, str]:
        """All words, the chosen one marked; ``‹ ›`` where more are beyond the edge."""
        spans: list[tuple[str, str]] = [(" ", "")]
        words, room = self._visible(), self.size.width - 3
        if words != self.words:
            spans = [("‹", "muted")]
        for word in words:
            room -= len(word) + 3
            if room < 0 and word != self.value:
                return [*spans, ("›", "muted")], ""
            chosen = word == self.value
            role = ("cursor" if self.has_focus else "chosen") if chosen else "muted"
            spans += [(f"[{word}]" if chosen else f" {word} ", role), (" ", "")]
        return spans, ""

    def _visible(self) -> tuple[str, ...]:
        """The words from the first one on that leaves room for the chosen one."""
        words, width = self.words, self.size.width
        while len(words) > 1 and sum(len(word) + 3 for word in words[: words.index(self.value) + 1]) >= width:
            words = words[1:]
        return words

    def action_choose(self, step: int) -> None:
        """The word beside."""
        self.value = self.words[(self.words.index(self.value) + step) % len(self.words)]
        self.refresh()
        self.post_message(self.Changed(self))

    def on_focus(self) -> None:
        """Show where the keys go."""
        self.refresh()

    def on_blur(self) -> None:
        """Show where the keys no longer go."""
        self.refresh()
