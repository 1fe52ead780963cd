"""Engines beside the default one: run by ``make test-spark``, in an environment that has their packages.

The everyday suite leaves this folder out. One Spark session serves all tests; it needs a Java runtime.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

import pytest

from turbofinops_tui.sync.rollup.remote import RemoteTable

collect_ignore_glob = [] if find_spec("ibis") and find_spec("pyspark") else ["test_*.py"]

ENGINES = ("duckdb", "spark")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """An engine that runs here."""
    name = str(request.param)
    if name == "spark" and not shutil.which("java"):
        if os.environ.get("CI_WITHOUT_JAVA") or not os.environ.get("CI"):
            pytest.skip("there is no Java runtime")
        pytest.fail("there is no Java runtime")
    return name


@pytest.fixture(autouse=True)
def one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a table leaves the session for the next test."""
    from turbofinops_tui.sync.rollup.ibis_spark import SparkTable

    def stay(table: RemoteTable) -> None:
        """Nothing to do."""

    monkeypatch.setattr(SparkTable, "close", stay)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--keep-sql`` writes the reviewed SQL anew."""
    parser.addoption("--keep-sql", action="store_true", help="write tests/engines/sql anew")
