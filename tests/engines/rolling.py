"""The same lines rolled up by hand SQL on this machine and by an engine, and what must be equal."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.recognise import recognise
from turbofinops_tui.sync.read.tags import DEFAULT_PREFIXES
from turbofinops_tui.sync.rollup.canonical import TagOptions
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.engines import open_table
from turbofinops_tui.sync.rollup.remote import RemoteTable, scopes_of
from turbofinops_tui.sync.rollup.result import Rollup
from turbofinops_tui.sync.rollup.run import roll_up
from turbofinops_tui.sync.rollup.staging import Origin, write_rows


def settings_of(engine: str, path: Path, **more: str) -> dict[str, str]:
    """Settings of a connection to the files at ``path``."""
    return {
        "engine": engine,
        "path": str(path),
        **({"master": "local[2]"} if engine == "spark" else {}),
        **more,
    }


def table_of(engine: str, path: Path) -> RemoteTable:
    return open_table(settings_of(engine, path), lambda: "")


def by_hand(paths: Sequence[Path], work: Path, limits: Limits | None = None) -> Rollup:
    """The rollup of files by the default engine."""
    with Engine(work) as engine:
        return roll_up(engine, paths, recognise, limits or Limits(), TagOptions(DEFAULT_PREFIXES, ())).rollup


def by_engine(table: RemoteTable, work: Path, *, full: bool = False, limits: Limits | None = None) -> Rollup:
    """The rollup of a table; ``full`` takes long and exponent amounts apart on the engine, however few."""
    layout = recognise(tuple(table.columns()), table.label)
    origin = Origin(table.engine, table.label, layout, table.floats(layout))
    folder = work / "rows"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files = []
    for scope in scopes_of(table.counted(layout), layout, table.label):
        scope.hard = 10**9 if full else 0
        files.append(folder / f"{scope.month}.parquet")
        write_rows(table.rows(layout, scope), origin, scope.lines, files[-1], work)
    return by_hand(files, work, limits)


def facts(rollup: Rollup) -> dict[str, Any]:
    """Everything that is stored of a rollup, without the numbers that positions have."""
    rows = {
        (period.period, day, *astuple(rollup.dimensions[place][0]), rollup.dimensions[place][1]): amounts
        for period in rollup.periods
        for day, place, *amounts in zip(
            *(
                column.tolist()
                for column in (
                    period.days, period.dimensions, period.effective, period.billed, period.quantities
                )
            ),
            strict=True,
        )
    }  # fmt: skip
    return {
        "rows": rows,
        "lines": {period.period: period.lines for period in rollup.periods},
        "totals": {period.period: period.totals for period in rollup.periods},
        "residuals": {
            period.period: [total.residual for total in period.totals] for period in rollup.periods
        },
        "left out": {period.period: period.left_out for period in rollup.periods},
        "findings": [finding for finding in rollup.findings if finding.kind != "formatted-cost"],
        "warnings": rollup.warnings,
    }
