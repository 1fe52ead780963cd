"""Presets: saved slices by who sees them and who owns the file; opened, promoted, exported, imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.widget import Widget

from turbofinops_tui.actions import presets
from turbofinops_tui.actions.presets_view import PresetLine, look_into, preset_lines, read_file
from turbofinops_tui.errors import ConflictError, UsageError
from turbofinops_tui.widgets.empty import show
from turbofinops_tui.widgets.frame import Frame
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.paint import Lines, Spans

PLACES = ("team", "organization")
EMPTY: tuple[tuple[Spans, str], ...] = (
    ((), ""),
    (((" No presets yet", "strong"),), ""),
    ((), ""),
    (((" P", "key"), ("  on any screen saves what it shows under a name: period, filters, columns", "")), ""),
    (((" I", "key"), ("  takes a teammate's file", "")), ""),
)


class PresetsScreen(Frame):
    """Key 9."""

    ID = "presets"
    TITLE = "Presets"
    MONEY = False
    BINDINGS = bindings("presets")
    DEFAULT_CSS = "PresetsScreen #details { height: 4; }"

    def __init__(self) -> None:
        super().__init__()
        model: GridModel[PresetLine] = GridModel(
            lambda line: line.entry.path, lambda line: f"{line.entry.name} {line.place} {line.shows}"
        )
        self.list = Grid(model, self.columns_for, id="presets")
        self.hint = Lines(id="empty", height=len(EMPTY))
        self.hint.set_lines(EMPTY)
        self.details = Lines(id="details", height=4)

    def body(self) -> Iterable[Widget]:
        """One grid and what its row holds, or how to begin."""
        self.hint.display = False
        yield self.list
        yield self.details
        yield self.hint

    def gather(self, session: Any, reports: Any) -> list[PresetLine]:
        """The presets (in the thread)."""
        return preset_lines(session)

    def take(self, data: Any) -> None:
        """Show them."""
        lines: list[PresetLine] = data
        self.list.set_rows(lines)
        show(self.hint, not lines)
        show(self.list, bool(lines))
        show(self.details, bool(lines))

    def columns_for(self, width: int) -> Sequence[Column[PresetLine]]:
        """Name, who sees it, who owns it, what it shows."""
        name = max(12, min(max((len(line.entry.name) for line in self.list.model.rows), default=12), 30))

        def word(key: str, title: str, size: int, text: Callable[[PresetLine], str]) -> Column[PresetLine]:
            return Column[PresetLine](key, title, size, lambda line, _: ((text(line), ""),), text)

        return [
            word("name", "Preset", name, lambda line: line.entry.name),
            word("place", "Who sees it", 16, lambda line: line.place),
            word("owner", "Owner", 12, lambda line: line.entry.owner),
            Column[PresetLine](
                "shows", "Shows", 20,
                lambda line, _: ((line.shows, "error" if line.entry.error else "muted"),), elastic=150,
            ),
        ]  # fmt: skip

    def on_grid_moved(self, message: Grid.Moved) -> None:
        """The row in full."""
        line = self.list.current
        if line is None:
            self.details.set_lines([])
            return
        preset, entry = line.entry.preset, line.entry
        facts = f"{line.place}, owned by {entry.owner}"
        if preset is not None:
            other = preset.author and preset.author != entry.owner
            claim = f", said to be by {preset.author}" if other else ""
            facts += f"{claim}, saved {preset.saved_at}, opens {preset.screen or 'as a table'}"
        rows = [preset.title if preset is not None else entry.error, facts, f"turbofinops {line.shows}"]
        self.details.set_lines([((), "rule"), *(((((f" {text}", "muted"),)), "") for text in rows if text)])

    # --- keys -----------------------------------------------------------------------------

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Its screen, with its slice."""
        line: PresetLine = message.row
        if line.entry.preset is None:
            self.say(line.entry.error, "error")
        else:
            self.host.open_preset(line.entry.preset)

    def _current(self) -> PresetLine | None:
        if self.list.current is None:
            self.say("no preset yet: P on any screen saves what it shows")
        return self.list.current

    def _do(
        self, work: Callable[[Any], Any], told: Callable[[Any], str], writes: str = "change presets"
    ) -> None:
        def done(found: Any) -> None:
            self.host.load(self)
            self.say(told(found), "gain")

        self.host.beside(work, done, writes=writes)

    def action_delete_preset(self) -> None:
        """Ask, then delete."""
        line = self._current()
        if line is None:
            return
        question = f"The file {line.entry.path} is deleted."

        def answered(yes: bool) -> None:
            if yes:
                self._do(lambda s: presets.delete(s, line.title), lambda e: f"{e.name} is deleted")

        self.host.form("confirm", f"Delete {line.entry.name}?", question, then=answered)

    def action_promote(self) -> None:
        """Ask for team or organization; owners only."""
        line = self._current()
        if line is not None:
            self.host.form(
                "line", f"Promote {line.entry.name}", "To: organization, team, or team ROLE", "team", _place,
                then=lambda text: self._promote(line, *_place(text)),
            )  # fmt: skip

    def _promote(self, line: PresetLine, to: str, role: str, over: bool = False) -> None:
        def work(session: Any) -> Any:
            try:
                return presets.promote(replace(session, yes=over), line.title, to, role)
            except ConflictError as error:
                return error

        def done(found: Any) -> None:
            if isinstance(found, ConflictError):
                self.host.form(
                    "confirm", "Replace it?", found.message,
                    then=lambda yes: self._promote(line, to, role, True) if yes else None,
                )  # fmt: skip
                return
            entry, notes = found
            self.host.load(self)
            self.say("   ".join([f"{entry.name} is now a preset of {role or to}", *notes]), "gain")

        self.host.beside(work, done, writes="promote presets")

    def action_export_preset(self) -> None:
        """Ask for a file, then write it."""
        line = self._current()
        if line is not None:
            self.host.form(
                "line", f"Export {line.entry.name}", "File", f"{line.entry.name}.tfpreset.json", _new_file,
                then=lambda text: self._do(
                    lambda s: presets.export_file(s, line.title, _new_file(text)),
                    lambda _: f"written to {_new_file(text)}", "",
                ),
            )  # fmt: skip

    def action_import_preset(self) -> None:
        """Ask for a file, show what it asks, then keep it as a private preset."""
        self.host.form(
            "line", "Import a preset", "File", "", read_file,
            then=lambda text: self.host.beside(
                lambda s: (read_file(text), *look_into(s, read_file(text))),
                lambda found: self._imported(*found), writes="import presets",
            ),
        )  # fmt: skip

    def _imported(self, path: Path, preset: Any, lines: list[str]) -> None:
        by = f" said to be by {preset.author}" if preset.author else ""
        question = f"It asks: {'; '.join(lines) or 'what yours asks'}"

        def answered(yes: bool) -> None:
            if yes:
                self._do(
                    lambda s: presets.import_file(replace(s, yes=True), path),
                    lambda found: f"{found[0].name} is a private preset now",
                )

        self.host.form("confirm", f"Keep {preset.name}{by} as a private preset?", question, then=answered)


def _place(text: str) -> tuple[str, str]:
    """(team or organization, role)."""
    words = text.split()
    if not words or words[0] not in PLACES or len(words) > 2 or (len(words) == 2 and words[0] != "team"):
        raise UsageError(f"{text!r} is no place for presets", "write organization, team, or team ROLE")
    return words[0], words[1] if len(words) == 2 else ""


def _new_file(text: str) -> Path:
    path = Path(text.strip()).expanduser()
    if not text.strip() or not path.parent.is_dir():
        raise UsageError(f"there is no directory {path.parent}", "create it, or give another path")
    if path.exists():
        raise UsageError(f"{path} is there already", "give another name")
    return path
