"""The binding table: one grammar, nothing that terminals own, everything remappable, all of it reachable."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from textual.keys import Keys, _character_to_key

from tests.tui.conftest import Opener
from tests.tui.driving import press, running, shown
from turbofinops_tui import config, keymap
from turbofinops_tui.app import TurboApp
from turbofinops_tui.errors import UsageError
from turbofinops_tui.screens.audit import AuditScreen
from turbofinops_tui.screens.bridge import BridgeScreen
from turbofinops_tui.screens.cohorts import CohortsScreen
from turbofinops_tui.screens.connections import ConnectionsScreen
from turbofinops_tui.screens.customer import CustomerScreen
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.features import FeaturesScreen
from turbofinops_tui.screens.findings import FindingsScreen
from turbofinops_tui.screens.links import LinksScreen
from turbofinops_tui.screens.margins import MarginsScreen
from turbofinops_tui.screens.overview import OverviewScreen
from turbofinops_tui.screens.presets import PresetsScreen
from turbofinops_tui.screens.settings import SettingsScreen
from turbofinops_tui.screens.start import StartScreen
from turbofinops_tui.screens.unmatched import UnmatchedScreen
from turbofinops_tui.widgets.grid import Grid

OWNERS: dict[str, type] = {
    "app": TurboApp,
    "grid": Grid,
    "customers": CustomersScreen,
    "customer": CustomerScreen,
    "cohorts": CohortsScreen,
    "features": FeaturesScreen,
    "margins": MarginsScreen,
    "links": LinksScreen,
    "connections": ConnectionsScreen,
    "start": StartScreen,
    "unmatched": UnmatchedScreen,
    "settings": SettingsScreen,
    "audit": AuditScreen,
    "findings": FindingsScreen,
    "presets": PresetsScreen,
    "overview": OverviewScreen,
    "bridge": BridgeScreen,
}


def _keys(command: keymap.Command) -> list[str]:
    return [key.strip() for key in command.keys.split(",")]


def test_no_default_on_keys_that_terminals_and_tmux_own() -> None:
    taken = {key for command in keymap.COMMANDS for key in _keys(command)}
    assert taken & keymap.FORBIDDEN == set()


def test_ids_are_unique_and_readable() -> None:
    assert max(Counter(command.id for command in keymap.COMMANDS).values()) == 1
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", command.id) for command in keymap.COMMANDS)
    assert {command.group for command in keymap.COMMANDS} == set(keymap.GROUPS)


@pytest.mark.parametrize(
    "screen", ["overview", "customers", "customer", "links", "connections", "explain", "bridge"]
)
def test_no_key_means_two_things_on_a_screen(screen: str) -> None:
    counts = Counter(key for command in keymap.for_screen(screen) for key in _keys(command))
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_action_exists_where_it_is_bound() -> None:
    for command in keymap.COMMANDS:
        name = command.action.partition("(")[0]
        assert hasattr(OWNERS[command.scope], f"action_{name}"), command.id


def test_every_key_has_a_name_that_textual_knows() -> None:
    known = {key.value for key in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}
    for command in keymap.COMMANDS:
        for key in _keys(command):
            assert len(key) == 1 or key in known, key


def test_help_is_in_every_footer() -> None:
    for screen in (*keymap.TOP, "customer", "explain"):
        assert "app.help" in {command.id for command in keymap.footer(screen)}


def test_remapping_checks_the_id_and_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\n"table.srot" = "f5"\n', "utf-8")
    with pytest.raises(UsageError, match=r"config.toml: unknown key binding 'table.srot'") as caught:
        config.load(path)
    assert "table.sort" in caught.value.hint
    path.write_text('theme = "pink"\n', "utf-8")
    with pytest.raises(UsageError, match=r"config.toml: theme = 'pink'"):
        config.load(path)
    path.write_text("colour = 1\n", "utf-8")
    with pytest.raises(UsageError, match=r"unknown key 'colour'"):
        config.load(path)
    path.write_text("theme = \n", "utf-8")
    with pytest.raises(UsageError, match="is not TOML"):
        config.load(path)


def test_both_spellings_of_an_id_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\ntable.sort = "f5"\n"app.help" = "f2"\n', "utf-8")
    assert config.load(path).keys == {"table.sort": "f5", "app.help": "f2"}
    assert config.load(tmp_path / "none.toml") == config.Config()


async def test_a_remapped_key_works_and_is_what_footer_and_help_say(opener: Opener) -> None:
    opener.paths.config.parent.mkdir(parents=True)
    opener.paths.config.write_text('[keys]\n"screen.customers" = "f6"\n"table.filter" = "f7"\n', "utf-8")
    async with running(opener) as (app, pilot):
        await press(pilot, "2")
        assert app.frame is not None
        assert app.frame.ID == "overview"
        await press(pilot, "f6")
        assert app.frame.ID == "customers"
        assert "f7 Filter" in shown(app)[-1]
        await press(pilot, "question_mark")
        assert any(line.split()[:1] == ["f7"] for line in shown(app))
