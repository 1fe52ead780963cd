"""The connect form: kind, name, secrets, settings. A secret goes to the OS keyring and is never shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import Any, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from turbofinops_tui.actions import connect_check as check
from turbofinops_tui.actions import connections_view as view
from turbofinops_tui.actions.revenue_preview import complete_path
from turbofinops_tui.errors import TurboError
from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.completing import Completing
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.panel import Panel, row_of

ERROR = 3
"""lines for one thing that is wrong"""
LABEL, INDENT = 16, 17
"""cells of a label, and left of what stands below a field"""


@dataclass(frozen=True, slots=True)
class Misnamed:
    """The name cannot be used, and why."""

    text: str


class ConnectForm(Panel[str]):
    """Gives the name of the connection that was added or changed."""

    AUTO_FOCUS = "#kind"
    DEFAULT_CSS = """
    ConnectForm VerticalScroll { height: 1fr; scrollbar-size: 0 0; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("enter", "save", "Connect"),
        ("down,tab", "app.focus_next", "Next field"),
        ("up,shift+tab", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, kind: str = "aws", name: str = "", settings: dict[str, str] | None = None) -> None:
        keys = (
            *(("enter", "key"), (" save   " if name else " connect   ", "")),
            *(("↓↑", "key"), (" field   ", "")),
            *(("←→", "key"), (" kind   ", ""), ("esc", "key"), (" close", "")),
        )  # fmt: skip
        super().__init__(f"Change the connection {name}" if name else "Connect an account", keys)
        self.changed_name = name
        self.settings = settings or {}
        self.kind = Choice((kind,) if name else view.kind_names(), kind, id="kind")
        self.name_box = _box("name", name, "empty: the kind")
        self.name_box.disabled = bool(name)
        self.fields: dict[str, Input] = {}
        self.secrets: set[str] = set()
        self.notes: dict[str, Lines] = {"name": _note()}
        """field -> the line below it, which says what is wrong with it"""
        self.scroll = VerticalScroll(can_focus=False)
        self.error = Lines(height=ERROR)
        self._saving = False

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    def body(self) -> ComposeResult:
        """Kind and name, the fields of the kind, what is wrong."""
        yield row_of("Kind", self.kind, LABEL)
        yield row_of("Name", self.name_box, LABEL)
        yield self.notes["name"]
        with self.scroll:
            yield from self._fields()
        yield self.error

    def _fields(self) -> list[Any]:
        self.fields, self.secrets, rows = {}, set(), []
        self.notes = {"name": self.notes["name"]}
        for item in view.form_fields(self.kind.value):
            box = _box(f"field-{item.name}", self.settings.get(item.name, ""), item.hint, secret=item.secret)
            if item.name == "path":
                box.suggester = Completing(complete_path)
            self.fields[item.name] = box
            if item.secret:
                self.secrets.add(item.name)
            self.notes[item.name] = _note()
            rows += [row_of(item.name, box, LABEL), self.notes[item.name]]
        return rows

    async def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another kind has other fields."""
        await self.scroll.remove_children()
        await self.scroll.mount_all(self._fields())
        self.error.set_lines([((), "")])

    def on_descendant_blur(self, message: events.DescendantBlur) -> None:
        """Leaving a field checks it."""
        for name, box in self.fields.items():
            if box is message.widget:
                secret = name in self.secrets
                wrong = (
                    check.secret_problem if secret else partial(check.setting_problem, self.kind.value, name)
                )
                self._mark(name, wrong(box.value))

    def on_input_changed(self, message: Input.Changed) -> None:
        """What is typed anew is not wrong yet."""
        for name, box in (("name", self.name_box), *self.fields.items()):
            if box is message.input:
                self._mark(name, "")

    def _mark(self, name: str, wrong: str) -> None:
        """Say below a field what is wrong with it; nothing takes the line away."""
        note = self.notes.get(name)
        if note is None or (not wrong and not note.display):
            return
        room = max(30, self.size.width - INDENT - 4)
        lines = wrap(f"✗ {safe(wrong, 400)}", room, subsequent_indent="  ")[:ERROR]
        note.set_lines([(((" " * INDENT + line, "error"),), "") for line in lines])
        note.styles.height = max(1, len(lines))
        note.display = bool(wrong)

    def _all_right(self, settings: dict[str, str], secrets: dict[str, str]) -> bool:
        """Check everything that can be known here; the first field that is wrong gets the focus."""
        wrong = check.form_problems(self.kind.value, settings, secrets)
        for name in self.fields:
            self._mark(name, wrong.get(name, ""))
        first = next((box for name, box in self.fields.items() if name in wrong), None)
        if first is not None:
            first.focus()
        return first is None

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Enter in a field connects, too."""
        self.action_save()

    def action_save(self) -> None:
        """Check, store the secrets, then the connection; trouble is said below and the form stays."""
        if self._saving:
            return
        secrets = {name: box.value for name, box in self.fields.items() if name in self.secrets}
        settings = {name: box.value for name, box in self.fields.items() if name not in self.secrets}
        kind, name = self.kind.value, self.changed_name or self.name_box.value

        if not self._all_right(settings, secrets):
            return
        self._saving = True

        def work(session: Any) -> str | TurboError | Misnamed:
            if not self.changed_name and (wrong := check.name_problem(session, kind, name)):
                return Misnamed(wrong)
            try:
                if self.changed_name:
                    return view.reconnect(session, name, settings, secrets)
                return view.connect(session, kind, name, settings, secrets)
            except TurboError as error:
                return error

        self.host.beside(work, self._saved, writes="connect accounts")

    def _saved(self, found: str | TurboError | Misnamed) -> None:
        self._saving = False
        if not self.is_attached:
            return
        if isinstance(found, str):
            for name in self.secrets:
                self.fields[name].value = ""
            self.dismiss(found)
        elif isinstance(found, Misnamed):
            self._mark("name", found.text)
            self.name_box.focus()
        else:
            lines = wrap(str(safe(found.line(), 600)), max(40, self.size.width - 4))
            self.error.set_lines([(((line, "error"),), "") for line in lines[:ERROR]])


def _note() -> Lines:
    """The hidden line below a field."""
    note = Lines()
    note.display = False
    return note


def _box(name: str, value: str, hint: str, *, secret: bool = False) -> Input:
    box = Input(value=value, placeholder=hint, id=name, max_length=20_000, password=secret)
    box.cursor_blink = False
    return box
