"""The connect form: kind, name, secrets, settings. A secret goes to the OS keyring and is never shown."""

from __future__ import annotations

from typing import Any, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from turbofinops_tui.actions import connections_view as view
from turbofinops_tui.errors import TurboError
from turbofinops_tui.safe_text import safe
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.panel import Panel, row_of


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
        self.scroll = VerticalScroll(can_focus=False)
        self.error = Lines(height=2)
        self._saving = False

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    def body(self) -> ComposeResult:
        """Kind and name, the fields of the kind, what is wrong."""
        yield row_of("Kind", self.kind, 16)
        yield row_of("Name", self.name_box, 16)
        with self.scroll:
            yield from self._fields()
        yield self.error

    def _fields(self) -> list[Any]:
        self.fields, self.secrets, rows = {}, set(), []
        for item in view.form_fields(self.kind.value):
            box = _box(f"field-{item.name}", self.settings.get(item.name, ""), item.hint, secret=item.secret)
            self.fields[item.name] = box
            if item.secret:
                self.secrets.add(item.name)
            rows.append(row_of(item.name, box, 16))
        return rows

    async def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another kind has other fields."""
        await self.scroll.remove_children()
        await self.scroll.mount_all(self._fields())
        self.error.set_lines([((), "")])

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Enter in a field connects, too."""
        self.action_save()

    def action_save(self) -> None:
        """Check, store the secrets, then the connection; trouble is said below and the form stays."""
        if self._saving:
            return
        self._saving = True
        secrets = {name: box.value for name, box in self.fields.items() if name in self.secrets}
        settings = {name: box.value for name, box in self.fields.items() if name not in self.secrets}
        kind, name = self.kind.value, self.changed_name or self.name_box.value

        def work(session: Any) -> str | TurboError:
            try:
                if self.changed_name:
                    return view.reconnect(session, name, settings, secrets)
                return view.connect(session, kind, name, settings, secrets)
            except TurboError as error:
                return error

        self.host.beside(work, self._saved, writes="connect accounts")

    def _saved(self, found: str | TurboError) -> None:
        self._saving = False
        if not self.is_attached:
            return
        if isinstance(found, str):
            for name in self.secrets:
                self.fields[name].value = ""
            self.dismiss(found)
        else:
            self.error.set_lines([(((str(safe(found.line())), "error"),), "")])


def _box(name: str, value: str, hint: str, *, secret: bool = False) -> Input:
    box = Input(value=value, placeholder=hint, id=name, max_length=20_000, password=secret)
    box.cursor_blink = False
    return box
