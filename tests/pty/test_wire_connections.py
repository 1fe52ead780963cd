"""Bytes of the Connections screen and its forms at 80x24, and what a walk through them writes."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pty.grammar import check
from tests.pty.terminal import QUIET, Terminal
from turbofinops_tui.actions.connections_view import connect
from turbofinops_tui.actions.imports import import_costs
from turbofinops_tui.actions.session import open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.fetch_runs import FetchRun, save_run

RUN = "import sys\nfrom turbofinops_tui.cli.main import run\nsys.exit(run(['--root', {root!r}]))\n"
REPAINTS = "from turbofinops_tui.widgets.panel import Panel\ndel Panel.focused\n"
"""a form that repaints everything when another field has the focus, as Textual's own screens do"""
ROW, PAGE, SCREEN = 2_000, 20_000, 30_000
DOWN, PAGE_DOWN, ESC = "\x1b[B", "\x1b[6~", "\x1b"
NOW = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
DENIED = (
    "the credential of azure-2 may not Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read:"
    " give it the role Storage Blob Data Reader, see docs/connect/azure.md"
)


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sources with days, three connections, one of them refused by its provider."""
    root = tmp_path_factory.mktemp("accounts")
    session = open_session(resolve(root=str(root), environ={}), NOW)
    for number in range(12):
        bill = root / f"bill{number}.csv"
        rows = [f"2026-{month}-{day:02d},5,USD" for month in (10, 11) for day in range(1, 22)]
        bill.write_text("\n".join(["day,cost,currency", *rows]) + "\n", "utf-8")
        import_costs(session, [bill], f"bill-{number}", ["day=day", "cost=cost", "currency=currency"])
    connect(session, "aws", "aws-1", {"bucket": "billing-exports", "source": "bill-1"}, {})
    connect(session, "azure", "azure-2", {"container_url": "https://a.blob.core.windows.net/exports"}, {})
    connect(session, "stripe", "stripe", {}, {})
    with session.store.write("test") as txn:
        save_run(txn, FetchRun("aws-1", "sync", NOW.stamp(), NOW.stamp(), items=3, lines=1200))
        save_run(txn, FetchRun("azure-2", "sync", NOW.stamp(), NOW.stamp(), error=DENIED))
    session.store.close()
    return root


@pytest.fixture
def root(accounts: Path, tmp_path: Path) -> Path:
    """In a copy of its own."""
    shutil.copytree(accounts / "data", tmp_path / "root" / "data", ignore=shutil.ignore_patterns("received"))
    return tmp_path / "root"


def _open(terminal: Terminal) -> int:
    terminal.until("books")
    terminal.settle(QUIET)
    return terminal.answer("8", wanted="days to yesterday")


def test_budgets_of_connections_and_their_forms(root: Path, tmp_path: Path) -> None:
    found: dict[str, int] = {}
    with Terminal(RUN.format(root=str(root)), tmp_path) as terminal:
        found["screen connections"] = _open(terminal)
        found["row"] = terminal.answer(DOWN, 2)
        found["page of connections"] = terminal.answer(PAGE_DOWN)
        assert terminal.read(0.5) == b"", "idle"
        found["screen of all about one"] = terminal.answer("\r", wanted="Deliveries")
        found["screen back"] = terminal.answer(ESC, wanted="days to yesterday")
        found["screen form"] = terminal.answer("n", wanted="Connect an account")
        found["row of the form"] = terminal.answer(DOWN, 2)
        found["row of a letter"] = terminal.answer("x")
        assert terminal.read(0.5) == b"", "idle in a form"
        terminal.answer(ESC, wanted="days to yesterday")
        found["screen revenue"] = terminal.answer("I", wanted="Add revenue")
        found["row of revenue"] = terminal.answer(DOWN, 2)
        check(bytes(terminal.data))
    limits = {"row": ROW, "page": PAGE, "screen": SCREEN}
    over = {name: size for name, size in found.items() if size > limits[name.partition(" ")[0]]}
    assert not over
    assert found["screen connections"] > 1000
    assert found["screen form"] > 1000


def test_control_a_form_that_repaints_everything_is_caught(root: Path, tmp_path: Path) -> None:
    with Terminal(REPAINTS + RUN.format(root=str(root)), tmp_path) as terminal:
        _open(terminal)
        terminal.answer("n", wanted="Connect an account")
        assert terminal.answer(DOWN, 2) > ROW
