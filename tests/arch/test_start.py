"""What a start may load: asked of ``sys.modules`` of a process of its own (a static graph cannot see it)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "numpy", "duckdb", "plotext", "sqlmodel", "sqlalchemy", "pydantic", "sqlite_utils", "keyring", "stripe",
    "boto3", "botocore", "google", "grpc", "datadog_api_client", "starlette", "apprise", "ruamel", "pandas",
    "ibis", "pyspark", "pyarrow",
}  # fmt: skip
"""libraries that nobody pays for before first paint"""

REPORT = (
    "import json, sys; print('\\nLOADED ' + json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
)


def _loaded(code: str, home: Path) -> set[str]:
    """Top names of the modules that ``code`` leaves behind in a fresh process."""
    env = os.environ | {"TURBOFINOPS_ROOT": str(home), "TURBOFINOPS_TODAY": "2026-11-24"}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"], env=env, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.rpartition("LOADED ")[2]))


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_version_and_help_cost_no_more_than_python(argument: str, tmp_path: Path) -> None:
    loaded = _loaded(f"from turbofinops_tui.cli.main import run; assert run([{argument!r}]) == 0", tmp_path)
    assert loaded & (HEAVY | {"textual", "rich", "sqlite3", "argparse", "platformdirs", "asyncio"}) == set()


@pytest.mark.parametrize("noun", ["demo", "report", "import", "links"])
def test_help_of_a_command_loads_nothing_heavy(noun: str, tmp_path: Path) -> None:
    loaded = _loaded(
        f"from turbofinops_tui.cli.main import run; assert run([{noun!r}, '--help']) == 0", tmp_path
    )
    assert loaded & (HEAVY | {"textual", "rich"}) == set()


def test_the_app_is_imported_without_anything_heavy(tmp_path: Path) -> None:
    assert _loaded("import turbofinops_tui.app", tmp_path) & HEAVY == set()


def test_a_new_store_does_not_load_pandas_where_it_is_installed(tmp_path: Path) -> None:
    loaded = _loaded(
        "from turbofinops_tui.cli.main import run; assert run(['customers', 'list']) == 0", tmp_path
    )
    assert "sqlite_utils" in loaded
    assert "pandas" not in loaded


def test_a_heavy_import_is_seen(tmp_path: Path) -> None:
    assert _loaded("def late():\n    import numpy\nlate()", tmp_path) & HEAVY == {"numpy"}


OPENED = """
import asyncio, sys
from turbofinops_tui.app import TurboApp
from turbofinops_tui.cli.main import _context, split_words
from turbofinops_tui.widgets.loader import Loader

async def filled():
    app = TurboApp(_context(split_words([])))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
"""
FIRST_PAINT = (
    OPENED
    + """
shown = []
def stop(app, screen):
    shown.append((set(sys.modules), dict(screen.tables)))
    app.exit(0)
Loader._start_loading = stop
asyncio.run(filled())
loaded, tables = shown[0]
assert tables, "the stored tables are not there at first paint"
for name in set(sys.modules) - loaded:
    del sys.modules[name]
"""
)


def test_first_paint_shows_stored_tables_and_loads_nothing_heavy(tmp_path: Path) -> None:
    store = tmp_path / "data" / "store.db"
    words = ["demo", "--customers", "12", "--months", "3", "--no-tui", "--store", str(store)]
    _loaded(f"from turbofinops_tui.cli.main import run; assert run({words!r}) == 0", tmp_path)
    assert "numpy" in _loaded(f"{OPENED}asyncio.run(filled())", tmp_path)
    loaded = _loaded(FIRST_PAINT, tmp_path)
    assert "textual" in loaded
    assert loaded & HEAVY == set()
