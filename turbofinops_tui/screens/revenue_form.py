"""Add revenue: from Stripe, or from a file whose columns, months and customers are shown before it counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import Any, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from turbofinops_tui.actions.revenue_preview import (
    FIELDS,
    REQUIRED,
    Preview,
    complete_path,
    preview,
    target,
    words_of,
)
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.errors import TurboError
from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.completing import Completing
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines, Spans
from turbofinops_tui.widgets.panel import Panel, row_of

LABEL = 14
COLUMN = 26
FILE, STRIPE = "a file", "Stripe"
HELP = "what it brings is shown here once every needed column is known"
MONTHS = 12
"""months of the preview"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form gives: ``path`` None for Stripe, whose form comes next."""

    path: Path | None = None
    source: str = ""
    mapping: tuple[str, ...] = ()


class RevenueForm(Panel[Wanted]):
    """``I``: gives what to import."""

    AUTO_FOCUS = "#file"
    DEFAULT_CSS = """
    RevenueForm VerticalScroll { height: 1fr; min-height: 6; scrollbar-size: 0 0; }
    RevenueForm #what { height: auto; max-height: 8; margin-top: 1; }
    RevenueForm.-tall VerticalScroll { height: auto; max-height: 11; }
    RevenueForm.-tall #what { height: 1fr; max-height: 100%; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("enter", "take", "Import"),
        ("down,tab", "app.focus_next", "Next field"),
        ("up,shift+tab", "app.focus_previous", "Previous field"),
    ]

    def __init__(self) -> None:
        keys = (
            *(("enter", "key"), (" import   ", ""), ("→", "key"), (" complete   ", "")),
            *(("↓↑", "key"), (" field   ", ""), ("←→", "key"), (" from   ", "")),
            *(("esc", "key"), (" close", "")),
        )  # fmt: skip
        super().__init__("Add revenue", keys)
        self.kind = Choice((FILE, STRIPE), FILE, id="from")
        self.file = _box("file", "", "a CSV or JSON Lines file; → completes", Completing(complete_path))
        self.source = _box("source", "crm", "such as crm")
        self.fields = {name: _box(f"of-{name}", "", _hint(name)) for name in FIELDS}
        self.notes = {name: Lines() for name in ("file", "source", *FIELDS)}
        self.what = Lines(id="what", height=MONTHS + 6)
        self.found: Preview | None = None
        self._stop = threading.Event()
        self._asked_of = ""
        self._filling = False

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    def body(self) -> ComposeResult:
        """From where; the file, its columns with what is wrong beside them; what it would bring."""
        yield row_of("From", self.kind, LABEL)
        yield row_of("File", self.file, LABEL)
        yield self.notes["file"]
        yield _field_row("Source", self.source, self.notes["source"])
        with VerticalScroll(can_focus=False):
            for name in FIELDS:
                yield _field_row(name, self.fields[name], self.notes[name])
        yield self.what

    # --- the preview ----------------------------------------------------------------------

    def on_input_changed(self, message: Input.Changed) -> None:
        """Every key asks again; another file is recognised anew."""
        if message.input is self.source or self._filling:
            return
        self._ask(None if message.input is self.file else self._mapping())

    def _mapping(self) -> dict[str, str]:
        return {name: box.value for name, box in self.fields.items()}

    def _ask(self, mapping: dict[str, str] | None) -> None:
        """Read the file in a thread; the last question wins."""
        self._stop.set()
        self._stop = stop = threading.Event()
        self.found = None
        text = self.file.value
        self.what.set_lines([((("reading the file …" if text else HELP, "muted"),), "")])

        def work() -> None:
            found = self.host.desk.call(partial(_seen, text, mapping, stop))
            if found is not None and not stop.is_set():
                self.app.call_from_thread(self._show, found, mapping is None, stop)

        self.run_worker(work, thread=True, group="preview", exit_on_error=False)

    def _show(self, found: Preview, recognised: bool, stop: threading.Event) -> None:
        if stop.is_set() or not self.is_attached:
            return
        self.found = found
        if recognised:
            self._fill(found)
        for name, note in self.notes.items():
            if name == "source":
                continue
            wrong = found.problem if found.field == name and self.file.value else ""
            pad = " " * LABEL if name == "file" else ""
            note.set_lines([(((pad + str(safe(wrong, 200)), "error"),), "")])
        self.what.set_lines(_told(found, max(40, self.size.width - 4), bool(self.file.value)))

    def _fill(self, found: Preview) -> None:
        """The recognised columns into the fields, without asking again for each."""
        self._filling = True
        for name, box in self.fields.items():
            with box.prevent(Input.Changed):
                box.value = found.columns.found.get(name, "")
        self._filling = False

    # --- keys -----------------------------------------------------------------------------

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Stripe needs no file."""
        if message.choice.value == STRIPE:
            self.what.set_lines([((("enter opens the form of the Stripe connection", "text"),), "")])
        else:
            self._ask(None)

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Enter in a field imports, too."""
        self.action_take()

    def action_take(self) -> None:
        """Give what was previewed; nothing as long as something is wrong."""
        if self.kind.value == STRIPE:
            self.dismiss(Wanted())
            return
        found, source = self.found, self.source.value.strip()
        if found is None or found.problem or not found.rows:
            return
        if not source or source.casefold() == "stripe":
            self.notes["source"].set_lines([((("give the system a name of its own", "error"),), "")])
            self.source.focus()
            return
        try:
            path = target(self.file.value)
        except TurboError as error:
            self._show(Preview(problem=error.line(), field="file"), False, self._stop)
            return
        self.dismiss(Wanted(path, source, tuple(words_of(self._mapping()))))


def _seen(
    text: str, mapping: dict[str, str] | None, stop: threading.Event, _: object, reports: Any
) -> Preview | None:
    return preview(reports, text, mapping, stop)


def _box(name: str, value: str, hint: str, suggester: Completing | None = None) -> Input:
    box = Input(value=value, placeholder=hint, id=name, max_length=4000, suggester=suggester)
    box.cursor_blink = False
    return box


def _hint(name: str) -> str:
    return "the column's name" if name in REQUIRED else "may stay empty"


def _field_row(name: str, box: Input, note: Lines) -> Widget:
    """A field, its column, what is wrong with it."""
    row = row_of(name, box, LABEL)
    box.styles.width = COLUMN
    note.styles.width = "1fr"
    note.styles.margin = (0, 0, 0, 1)
    row.compose_add_child(note)
    return row


def _told(found: Preview, width: int, given: bool) -> list[tuple[Spans, str]]:
    """Rows, months, customers: what the import would bring; or what is wrong, in full."""
    if found.problem or not found.rows:
        wrong = wrap(str(safe(found.problem, 1000)), width) if given else []
        return [*(((((line, "error"),)), "") for line in wrong), (((HELP, "muted"),), "")]
    lines: list[tuple[Spans, str]] = [_customers(found), ((("by the month it occurred in", "muted"),), "")]
    shown = found.months[-MONTHS:]
    if len(found.months) > len(shown):
        lines.append((((f"{len(found.months) - len(shown)} earlier months, then", "muted"),), ""))
    for month, amount in shown:
        currency = "" if money_text(amount, 0)[:1] in "$€£-" else f" {amount.currency}"
        lines.append((((f"{month}  ", "muted"), (f"{money_text(amount, 0) + currency:>14}", "strong")), ""))
    return lines


def _customers(found: Preview) -> tuple[Spans, str]:
    without = found.customers - found.with_cost
    spans: list[tuple[str, str]] = [
        (f"{found.rows:,} rows, {found.customers:,} customers", "strong"),
        (f", {found.with_cost:,} of them with cost", "gain" if found.with_cost else "warn"),
    ]
    if without:
        more = ", …" if without > len(found.without) else ""
        spans.append((f"; not yet: {', '.join(found.without)}{more}", "muted"))
    return spans, ""
