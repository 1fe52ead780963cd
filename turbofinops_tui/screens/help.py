"""Help: the keys of the screen it was opened from, and what the signs mean; from the one binding table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual import events
from textual.app import ComposeResult

from turbofinops_tui import keymap
from turbofinops_tui.widgets.paint import Lines, Span, Spans, fit
from turbofinops_tui.widgets.panel import Panel

SIGNS: tuple[tuple[str, str], ...] = (
    ("—", "no value: a margin % needs revenue above zero"),
    ("<$1  >-$1", "rounds to nothing, but is not nothing"),
    ("<-999%  >999%", "off the scale: y copies the exact figure"),
    ("◀━━━│", "loss bar: length is the loss as a share of revenue, ◀ is more than 100 %"),
    ("⠒⠒⠤⠤", "trend over 12 months: dots above the middle are profit, below it loss"),
    ("<2025-11", "loses since the first month shown or longer"),
    ("x  anyway", "verdict: margin below zero however shared and unattributed cost is spread"),
    ("?  depends", "verdict: below zero with some ways of spreading it, not with others"),
    ("any. dep.", "of the losing customers: lose anyway, depends on the spreading"),
    ("provisional", "delivered, may still be restated by the provider"),
    ("■ ▪ ·", "days: final, provisional, missing"),
    ("● ○ ✗", "connections: fetched, not yet, the last fetch failed"),
    ("a day", "changes compare amounts per day, so that months of unequal length compare"),
    ("coverage", "direct: a link or the source names the customer; shared: spread by a rule;"),
    ("", "unattributed: nobody yet. The three parts add up to 100 % of cost"),
    ("~ settling", "after an edit: figures still being computed; export and keep wait for them"),
    ("◆", "cohorts: first month from which the running margin stays at zero or above"),
    ("m0  m1", "cohorts: months since the first revenue; m0 is a part of a month"),
    ("12k  .1M", "cohorts: amounts cut to the cell; the line below has them whole"),
    ("◆ x • ◉", "points: AI-heavy on a flat rate, loses, earns, under the cursor"),
    ("books", "same books id, same numbers, on every screen and in every export"),
    ("(others)", "the customers beyond the top, in one row"),
)


class HelpScreen(Panel[None]):
    """``?``."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape,q,question_mark,backspace", "back", "Close"),
        ("down,j,pagedown,space", "scroll(1)", "Down"),
        ("up,k,pageup", "scroll(-1)", "Up"),
    ]

    def __init__(self, screen: str, title: str, keys: Mapping[str, str]) -> None:
        foot = (("esc", "key"), (" close   ", ""), ("↓↑", "key"), (" scroll", ""))
        super().__init__(f"Help · {title}", foot)
        self.entries = list(_entries(screen, keys))
        self.lines = Lines()
        self.lines.styles.height = "1fr"
        self.first = 0

    def body(self) -> ComposeResult:
        """The list of keys and signs."""
        yield self.lines

    def on_resize(self, _: events.Resize) -> None:
        """Fill the page."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width, height = self.lines.size
        columns = 2 if width >= 150 else 1
        each = width // columns
        rows = -(-len(self.entries) // columns)
        self.first = max(0, min(self.first, rows - height))
        shown: list[tuple[Spans, str]] = []
        for row in range(self.first, min(rows, self.first + height)):
            spans: list[Span] = []
            for column in range(columns):
                index = row + column * rows
                if index < len(self.entries):
                    spans += _cut(self.entries[index], each)
            shown.append((spans, ""))
        self.lines.set_lines([*shown, *[((), "")] * (height - len(shown))])

    def action_scroll(self, step: int) -> None:
        """Half a page."""
        self.first += step * max(1, self.lines.size.height // 2)
        self._draw()


def _cut(spans: Spans, width: int) -> Spans:
    if len(spans) == 2:
        return (spans[0], (fit(spans[1][0], width - 22), spans[1][1]))
    return tuple((fit(text, width), role) for text, role in spans)


def _entries(screen: str, keys: Mapping[str, str]) -> Iterator[Spans]:
    group = ""
    for command in sorted(keymap.for_screen(screen), key=lambda c: keymap.GROUPS.index(c.group)):
        if command.group != group:
            if group:
                yield (("", ""),)
            group = command.group
            yield ((group, "accent"),)
        yield (fit(keymap.all_keys_text(keys.get(command.id, command.keys)), 22), "key"), (command.help, "")
    yield (("", ""),)
    yield (("Signs", "accent"),)
    for sign, meaning in SIGNS:
        yield (fit(sign, 22), "strong"), (meaning, "")
    yield (("", ""),)
    yield (("Binding ids for config.toml", "accent"),)
    for command in keymap.for_screen(screen):
        yield (fit(command.id, 22), "muted"), (command.label, "muted")
