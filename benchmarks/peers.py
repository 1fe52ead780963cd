"""What others would write by hand; each runs in a fresh process: ``python -m benchmarks.peers NAME ARGS``."""

from __future__ import annotations

import sys
from pathlib import Path

KEY = (
    "substr(ChargePeriodStart, 1, 10) AS day, ProviderName, SubAccountId, ServiceName, ServiceCategory,"
    " ChargeCategory, BillingCurrency, ConsumedUnit, Tags"
)


def duckdb_rollup(file: str) -> None:
    """The rollup as one hand-written query: exact decimals, daily, by the columns that matter."""
    import duckdb

    source = f"read_csv('{file}', all_varchar=true)" if file.endswith("csv.gz") else f"read_parquet('{file}')"
    with duckdb.connect() as conn:
        conn.execute("SET enable_progress_bar=false")
        found = conn.execute(
            f"SELECT {KEY}, sum(EffectiveCost::DECIMAL(38,12))::VARCHAR AS effective,"
            f" sum(BilledCost::DECIMAL(38,12))::VARCHAR AS billed,"
            f" sum(ConsumedQuantity::DECIMAL(38,9))::VARCHAR AS quantity FROM {source} GROUP BY ALL"
        ).fetchnumpy()
    print(len(found["day"]))


def sqlite_utils_insert(file: str, store: str) -> None:
    """``sqlite-utils insert`` with its defaults, then the rollup in SQL (floats, as SQLite has it)."""
    import gzip
    import sqlite3
    import subprocess

    Path(store).unlink(missing_ok=True)
    with gzip.open(file, "rb") as text:
        command = [sys.executable, "-m", "sqlite_utils", "insert", store, "lines", "-", "--csv", "--silent"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        assert child.stdin is not None
        while block := text.read(1 << 20):
            child.stdin.write(block)
        child.stdin.close()
        assert child.wait() == 0
    conn = sqlite3.connect(store)
    rows = conn.execute(
        f"SELECT {KEY}, sum(EffectiveCost), sum(BilledCost) FROM lines GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
    ).fetchall()
    print(len(rows))


def pandas_groupby(file: str) -> None:
    """``read_csv`` and ``groupby`` (floats)."""
    import pandas as pd

    frame = pd.read_csv(file)
    frame["day"] = frame["ChargePeriodStart"].str.slice(0, 10)
    names = [
        "day", "ProviderName", "SubAccountId", "ServiceName", "ServiceCategory", "ChargeCategory",
        "BillingCurrency", "ConsumedUnit", "Tags",
    ]  # fmt: skip
    rollup = frame.groupby(names, dropna=False)[["EffectiveCost", "BilledCost", "ConsumedQuantity"]].sum()
    print(len(rollup))


def textual_hello() -> None:
    """A bare Textual app that says hello and waits for ``q``."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Hello(App[None]):
        BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012 - as the Textual tutorial writes it

        def compose(self) -> ComposeResult:
            yield Static("Hello, world")

    Hello().run()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
