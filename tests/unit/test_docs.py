"""The documentation says what the program does: made pages are up to date, shown commands parse."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit import pages
from turbofinops_tui import errors
from turbofinops_tui.cli import main
from turbofinops_tui.models.schema import INITIAL

REPOSITORY = Path(__file__).parents[2]
WRITTEN = [
    REPOSITORY / "README.md",
    *(p for p in sorted(pages.DOCS.glob("*.md")) if p.name not in pages.PAGES),
]


def shown_commands(text: str) -> Iterator[str]:
    """Lines of code blocks that start the program, with continued lines joined and comments cut."""
    for block in re.findall(r"```(?:sh|console|bash)\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            command = re.sub(r"\s+#.*", "", line.strip().removeprefix("$ ")).partition(" | ")[0]
            command = re.sub(r"\s+>\s*\S+$", "", command)
            if re.match(r"(\.venv/bin/)?turbofinops\b", command):
                yield command.removeprefix(".venv/bin/")


def parse(command: str) -> None:
    """Parse a shown command as the program would; raises UsageError when it would."""
    words = main.split_words(shlex.split(command)[1:])
    main._check(words)
    if not words.noun:
        return
    pages.parser_of(words.noun).parse_args(main.join_periods(words.rest))


@pytest.mark.parametrize("page", pages.PAGES)
def test_made_page_is_up_to_date(page: str) -> None:
    assert (pages.DOCS / page).read_text("utf-8") == pages.PAGES[page](), "run make docs"


def test_every_shown_command_parses() -> None:
    commands = [command for path in WRITTEN for command in shown_commands(path.read_text("utf-8"))]
    assert len(commands) > 15
    for command in commands:
        parse(command)


@pytest.mark.parametrize(
    "command", ["turbofinops nonsense", "turbofinops report --nonsense", "turbofinops --nonsense"]
)
def test_a_wrong_command_would_be_seen(command: str) -> None:
    block = f"```sh\n$ {command}  # comment\n```"
    [shown] = shown_commands(block)
    with pytest.raises(errors.UsageError):
        parse(shown)


def test_readme_names_every_exit_code_and_variable() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    codes = sorted(value for name, value in vars(errors).items() if name.startswith("EXIT_"))
    assert [code for code in codes if f"| {code} |" not in readme] == []
    used = {
        name
        for path in (REPOSITORY / "turbofinops_tui").rglob("*.py")
        for name in re.findall(r"TURBOFINOPS_[A-Z]+\b", path.read_text("utf-8"))
    }
    assert used - set(re.findall(r"TURBOFINOPS_[A-Z]+\b", readme)) == set()


def test_links_between_pages_lead_somewhere() -> None:
    missing = [
        f"{path.name}: {target}"
        for path in (REPOSITORY / "README.md", *pages.DOCS.glob("*.md"))
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert missing == []


def test_store_page_names_every_table_and_view() -> None:
    page = (pages.DOCS / "store.md").read_text("utf-8")
    made = {match[1] for sql in INITIAL for match in [re.match(r"CREATE (?:TABLE|VIEW) (\w+)", sql)] if match}
    assert {name for name in made if f"`{name}`" not in page} == set()
