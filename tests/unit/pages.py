"""The pages of docs/ that are made from tables: ``make docs`` writes them, test_docs.py holds them to it."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

from turbofinops_tui import keymap
from turbofinops_tui.cli.main import NOUNS
from turbofinops_tui.cli.parsing import Parser

DOCS = Path(__file__).parents[2] / "docs"
MADE = "<!-- made by `make docs`; edit the command line's own help instead -->"
KEYS_MADE = "<!-- made by `make docs`; edit turbofinops_tui/keymap.py instead -->"


def parser_of(noun: str) -> argparse.ArgumentParser:
    """The parser of one command, as the command line builds it."""
    module, text = NOUNS[noun]
    parser = Parser(prog=f"turbofinops {noun}", description=text)
    parser.set_defaults(noun=noun)
    importlib.import_module(f"turbofinops_tui.cli.{module}").register(parser)
    return parser


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def _value(action: argparse.Action) -> str:
    if action.choices and not isinstance(action, argparse._SubParsersAction):
        return "{" + ",".join(map(str, action.choices)) + "}"
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return name if action.option_strings or action.metavar else action.dest


def _word(action: argparse.Action) -> str:
    """How one argument is written: ``--sort M[:asc]``, ``FILE...``."""
    many = "..." if action.nargs in ("+", "*") else ""
    if not action.option_strings:
        return f"{_value(action)}{many}"
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {_value(action)}{many}"


def _rows(parser: argparse.ArgumentParser) -> list[str]:
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        if action.help == argparse.SUPPRESS:
            continue
        text = (action.help or "") % {"default": action.default, "prog": parser.prog}
        rows.append(f"| `{_cell(_word(action))}` | {_cell(text)} |")
    return ["| argument | meaning |", "|---|---|", *rows, ""] if rows else []


def _section(parser: argparse.ArgumentParser, level: int) -> list[str]:
    text = (parser.description or "").strip()
    lines = [
        f"{'#' * level} {parser.prog.removeprefix('turbofinops ')}",
        "",
        f"{text[:1].upper()}{text[1:]}.",
        "",
    ]
    lines += _rows(parser)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                lines += _section(verb, level + 1)
    return lines


def commands_page() -> str:
    """docs/commands.md: every command, verb and argument."""
    lines = [
        "# Commands",
        "",
        MADE,
        "",
        "`turbofinops` alone opens the app. Global options stand before or after the command:",
        "`--store PATH`, `--config PATH`, `--root DIR`, `--workspace DIR`, `--read-only`, `--yes`,",
        "`--debug`, `--version`, `--help`.",
        "",
    ]
    for noun in NOUNS:
        lines += _section(parser_of(noun), 2)
    return "\n".join(lines).rstrip() + "\n"


def keys_page() -> str:
    """docs/keys.md: every command of the app with its keys and the id that config.toml remaps."""
    lines = [
        "# Keys",
        "",
        KEYS_MADE,
        "",
        "Every key can be changed by its id in `config.toml`:",
        "",
        "```toml",
        "[keys]",
        '"table.sort" = "f5"',
        "```",
        "",
    ]
    for group in dict.fromkeys(command.group for command in keymap.COMMANDS):
        lines += [f"## {group}", "", "| key | does | screens | id |", "|---|---|---|---|"]
        for command in keymap.COMMANDS:
            if command.group == group:
                where = ", ".join(command.screens) or ("tables" if command.scope == "grid" else "all")
                keys = " ".join(f"`{key}`" for key in keymap.all_keys_text(command.keys).split())
                lines.append(f"| {keys} | {_cell(command.help)} | {where} | `{command.id}` |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


PAGES = {"commands.md": commands_page, "keys.md": keys_page}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (DOCS / page).write_text(make(), encoding="utf-8")
