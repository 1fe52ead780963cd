"""The first look: cost per service as it comes in, and the one question: which tag names the customer?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from textual.widget import Widget

from turbofinops_tui import keymap
from turbofinops_tui.actions import source_tags
from turbofinops_tui.actions.source_tags import ProviderTags
from turbofinops_tui.actions.suggesting import TagKey, name_by_tag, tag_keys
from turbofinops_tui.economics.money import Money
from turbofinops_tui.economics.periods import Range, day_text
from turbofinops_tui.economics.shown import money_text
from turbofinops_tui.economics.types import Slice, Sort
from turbofinops_tui.widgets.frame import Frame, Tables
from turbofinops_tui.widgets.grid import Grid, bindings
from turbofinops_tui.widgets.grid_model import Column, GridModel
from turbofinops_tui.widgets.paint import Lines, Spans

DAYS = 400
BAR = 24
QUESTION = 5
"""lines of the question: what is asked, how it is answered, what the provider said"""
NO_TAGS = (
    "No tag came with this cost: activate cost allocation tags at the provider; 6 makes links by account"
)
ASKING = "This cost came by account: asking AWS which tags it knows …"
AGAIN = "enter takes one: the months come again by it (about 0.09 USD), one link for all values"
ONE_LINK = "enter takes one: one link for all its values"
WAITING = "The first month is on its way: this list fills by itself, older months follow."


class StartScreen(Frame):
    """Opens behind the connect form on an empty store."""

    ID = "start"
    TITLE = "First look"
    MONEY = False
    AUTO_FOCUS = "#keys-list"
    BINDINGS = bindings("start")
    DEFAULT_CSS = """
    StartScreen #services { height: 2fr; }
    StartScreen #keys-list { height: 1fr; min-height: 5; }
    """

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.connection = name
        """the one whose first fetch this shows; empty: any"""
        self.provider: ProviderTags | None = None
        """the tags that the provider told, when its cost came without any"""
        services: GridModel[tuple[str, Money]] = GridModel(lambda row: row[0], lambda row: row[0])
        self.services = Grid(services, self._service_columns, id="services")
        self.services.empty_text = WAITING
        keys: GridModel[TagKey] = GridModel(lambda row: row.key, lambda row: row.key)
        self.list = Grid(keys, self._key_columns, id="keys-list")
        self.question = Lines(height=QUESTION)
        self.most = 1

    def body(self) -> Iterable[Widget]:
        """Services, the question, the keys that may answer it."""
        yield self.services
        yield self.question
        yield self.list

    def plan(self, tables: Tables) -> dict[str, Slice]:
        """Cost per service over everything that may have come."""
        today = self.host.desk.today
        span = Range(start=day_text(today - DAYS), end=day_text(today + 1))
        return {"services": self.host.desk.slice(("service",), ("cost",), range=span, sort=(Sort("cost"),))}

    def show(self, tables: Tables) -> None:
        """The services, the dearest first."""
        table = tables.get("services")
        if table is None:
            return
        rows = [(str(row.key[0] or "(none)"), row.values[0]) for row in table.rows]
        known = [(name, value) for name, value in rows if isinstance(value, Money)]
        self.most = max([1, *(value.units for _, value in known)])
        self.services.set_rows(known)

    def gather(self, session: Any, reports: Any) -> tuple[list[TagKey], str]:
        """The keys, ranked, and the connection whose provider has to be asked for them (in the thread)."""
        found = tag_keys(reports)
        return found, "" if found else source_tags.untagged(session, self.connection)

    def take(self, data: tuple[list[TagKey], str]) -> None:
        """Show the keys; those of the provider where cost came without any."""
        rows, untagged = data
        came = bool(self.services.model.rows)
        if rows:
            self.provider = None
        elif came and untagged and self.provider is None and self.host.fetching is None:
            self.provider = ProviderTags(untagged)
            self.host.beside(
                lambda session: source_tags.ask_provider(session, untagged), self._told, writes="ask AWS"
            )
        self._show_keys(rows, came)

    def _told(self, found: ProviderTags) -> None:
        """What the provider knows."""
        self.provider = found
        if self.is_mounted:
            self._show_keys([], True)

    def _show_keys(self, rows: list[TagKey], came: bool) -> None:
        told = self.provider
        self.list.empty_text = NO_TAGS if came else ""
        how, why = ONE_LINK if rows else "", ""
        if not rows and told is not None:
            rows, why = list(told.keys), told.words
            self.list.empty_text = NO_TAGS if told.words else ASKING
            how = AGAIN if rows else ""
        self.list.set_rows(rows)
        title = "Which tag names the customer?" if came else ""
        lines: list[tuple[Spans, str]] = [((), ""), (((f" {title}", "strong"),), "")]
        if how:
            lines.append((((f" {how}", ""),), ""))
        lines += [(((f" {text}", "muted"),), "") for text in wrap(why, max(20, self.size.width - 2))]
        self.question.set_lines(lines[:QUESTION])
        self.list.refresh()

    # --- columns --------------------------------------------------------------------------

    def _service_columns(self, width: int) -> Sequence[Column[tuple[str, Money]]]:
        name = min(max((len(row[0]) for row in self.services.model.rows), default=12), width - BAR - 18)
        return [
            Column("service", "Service", max(12, name), lambda row, _: ((row[0], ""),), lambda row: row[0]),
            Column(
                "cost", "Cost", 14, lambda row, _: ((money_text(row[1]), ""),), lambda row: row[1].units,
                lambda row: row[1].text(), right=True,
            ),
            Column("share", "", BAR, self._bar),
        ]  # fmt: skip

    def _bar(self, row: tuple[str, Money], width: int) -> Sequence[tuple[str, str]]:
        return (("█" * max(0, row[1].units * width // self.most), "bar"),)

    def _key_columns(self, width: int) -> Sequence[Column[TagKey]]:
        key = max(12, min(max((len(row.key) for row in self.list.model.rows), default=12), 28))
        return [
            Column[TagKey]("key", "Tag key", key, lambda row, _: ((row.key, "strong"),), lambda row: row.key),
            Column[TagKey](
                "cost", "Cost it carries", 15, lambda row, _: ((money_text(row.cost), ""),),
                lambda row: row.cost.units, lambda row: row.cost.text(), right=True,
            ),
            Column[TagKey](
                "values", "Values", 7, lambda row, _: ((f"{row.values:,}", ""),), lambda row: row.values,
                right=True,
            ),
            Column[TagKey]("samples", "such as", 16, lambda row, _: ((", ".join(row.samples), "muted"),),
                           elastic=48),
            Column[TagKey]("reason", "why", 12, lambda row, _: ((row.reason, "accent"),), elastic=30),
        ]  # fmt: skip

    # --- keys -----------------------------------------------------------------------------

    def on_grid_opened(self, message: Grid.Opened) -> None:
        """Enter on a key chooses it."""
        if isinstance(message.row, TagKey):
            self.action_choose_key()

    def action_choose_key(self) -> None:
        """One template link; then what there is to act on."""
        row = self.list.current
        if row is None:
            self.say("no tag key yet: the first month is on its way")
        elif self.provider is None:
            self._link(row.key)
        elif self.host.fetching is not None:
            self.say("the first months are still coming: press it again when they are in, or esc stops them")
        else:
            name = self.provider.connection
            self.host.beside(
                lambda session: source_tags.group_by(session, name, row.key),
                lambda _: self._again(name, row.key),
                writes="change connections",
            )

    def _again(self, name: str, key: str) -> None:
        self._link(key)
        self.host.fetch([name])

    def _link(self, key: str) -> None:
        made: list[str] = []

        def do(_: Any, reports: Any) -> None:
            made[:] = [name_by_tag(reports, key)]

        def undo(session: Any, _: Any) -> None:
            from turbofinops_tui.actions.links import remove_rule

            remove_rule(session, "links", made[0])

        self.host.change(f"the tag {key} names the customer", do, undo)
        self.host.goto("findings" if "findings" in keymap.TOP else "customers")
