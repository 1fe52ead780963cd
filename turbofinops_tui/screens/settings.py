"""Settings that change numbers or guard imports: value, default, what each is; changes are audited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions.settings import SettingRow, check_setting, list_settings, set_setting
from turbofinops_tui.widgets.frame import Frame
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel


class SettingsScreen(Frame):
    """``,``; what only changes looks lives in config.toml."""

    ID = "settings"
    TITLE = "Settings"
    MONEY = False
    BINDINGS = bindings("settings")

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[SettingRow] = GridModel(lambda row: row.key, lambda row: f"{row.key} {row.help}")
        self.list = Grid(model, self.columns_for, id="settings")

    def body(self) -> Iterable[Widget]:
        """One grid."""
        yield self.list

    def gather(self, session: Any, reports: Any) -> list[SettingRow]:
        """Every setting (in the thread)."""
        return list_settings(session)

    def take(self, data: Any) -> None:
        """Show them."""
        self.list.set_rows(data)

    def crumbs(self) -> list[str]:
        """How many differ from their default."""
        rows = self.list.model.rows
        changed = sum(row.value != row.default for row in rows)
        return [self.TITLE, f"{changed} changed" if changed else "all as delivered"]

    def columns_for(self, width: int) -> Sequence[Column[SettingRow]]:
        """Key, value, what it is, default."""
        columns = [
            Column[SettingRow](
                "key", "Setting", 24, lambda row, _: ((row.key, "strong"),), lambda row: row.key
            ),
            Column[SettingRow](
                "value", "Value", 18,
                lambda row, _: ((row.value, "warn" if row.value != row.default else ""),),
                lambda row: row.value, lambda row: row.value, elastic=40,
            ),
            Column[SettingRow]("help", "What it is", 26, lambda row, _: ((row.help, "muted"),), elastic=72),
        ]  # fmt: skip
        if width >= 110:
            columns.append(
                Column[SettingRow]("default", "Default", 18, lambda row, _: ((row.default, "muted"),))
            )
        return columns

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The setting in full."""
        row = self.list.current
        if row is not None:
            self.say(f"{row.key} = {row.value}   {row.help}; default {row.default or 'none'}")

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Enter changes it, too."""
        self.action_edit_setting()

    def action_edit_setting(self) -> None:
        """Ask for the value; what does not fit is said below the field."""
        row = self.list.current
        if row is None:
            return
        self.host.form(
            "line", f"Set {row.key}", f"{row.help} (default {row.default or 'none'})", row.value,
            lambda text: check_setting(row.key, text), then=lambda text: self._set(row, text),
        )  # fmt: skip

    def _set(self, row: SettingRow, text: str) -> None:
        def do(session: Any, _: object) -> None:
            set_setting(session, row.key, text)

        def undo(session: Any, _: object) -> None:
            set_setting(session, row.key, row.value)

        self.host.change(f"{row.key} is set", do, undo)
