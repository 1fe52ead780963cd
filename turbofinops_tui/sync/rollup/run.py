"""A delivery's files through the engine: opened, rolled up, checked; the first bad row named by line and column."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from turbofinops_tui.errors import DataError, TurboError
from turbofinops_tui.sync.read import files as cost_files
from turbofinops_tui.sync.read import lines
from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.read.layout import Layout, columns_used
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.recognise import LayoutOf
from turbofinops_tui.sync.rollup.bad_rows import first_bad
from turbofinops_tui.sync.rollup.canonical import Canonical, TagOptions
from turbofinops_tui.sync.rollup.engine import Engine, EngineRefusal
from turbofinops_tui.sync.rollup.finish import finish
from turbofinops_tui.sync.rollup.parts import FileFacts, Parts
from turbofinops_tui.sync.rollup.result import Finding, Rollup

Progress = Callable[[str, int, int], None]
"""(what, done, of)"""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was rolled up: its fingerprint and lines, for the delivery."""

    file: CostFile
    layout: Layout
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """All files of a delivery, rolled up."""

    rollup: Rollup
    files: tuple[ReadFile, ...]


class _Hash(threading.Thread):
    """The fingerprint of a file, taken beside the rollup (both leave the interpreter free)."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="sha256", daemon=True)
        self.path = path
        self.hex = ""
        self.error: OSError | None = None

    def run(self) -> None:
        try:
            self.hex = cost_files.sha256(self.path)
        except OSError as error:
            self.error = error

    def result(self) -> str:
        """The hex digest; DataError when the file could not be read."""
        self.join()
        if self.error is not None:
            raise DataError(f"cannot be read ({self.error.strerror})", "check its modes", file=str(self.path))
        return self.hex


def open_files(engine: Engine, paths: Sequence[Path], limits: Limits) -> list[CostFile]:
    """The files with their headers, each given once; DataError for what is no cost file."""
    opened = [cost_files.open_file(path, limits) for path in paths]
    cost_files.check_distinct(opened)
    unpacked = 0
    small = sum(file.size for file in opened) <= cost_files.VERIFY_BYTES
    for number, file in enumerate(opened):
        if file.kind == "parquet":
            opened[number], size = _parquet(engine, file, limits)
            unpacked += size
        elif small:
            unpacked += _verified(file, limits)
        else:
            unpacked += file.size
        if unpacked > limits.bytes:
            raise DataError(
                f"the delivery unpacks to more than {limits.bytes:,} bytes", "split it, or raise the setting limits.bytes",
                file=str(file.path),
            )  # fmt: skip
    return opened


def _verified(file: CostFile, limits: Limits) -> int:
    try:
        return cost_files.verify(file, limits)
    except UnicodeDecodeError:
        lines.diagnose(file, limits)
        raise DataError("the text is not UTF-8", "save the file as UTF-8", file=str(file.path)) from None


def _parquet(engine: Engine, file: CostFile, limits: Limits) -> tuple[CostFile, int]:
    try:
        names, rows, size = engine.parquet_facts(file.path)
    except EngineRefusal as error:
        raise _parquet_damage(file, error) from None
    if len(names) > limits.columns:
        raise DataError(
            f"the file has {len(names)} columns, the limit is {limits.columns}",
            "leave out columns, or raise the setting limits.columns", file=str(file.path),
        )  # fmt: skip
    if rows > limits.rows:
        raise _too_many(file, limits)
    return replace(file, names=tuple(names)), size


def _parquet_damage(file: CostFile, error: EngineRefusal) -> DataError:
    first = str(error).splitlines()[0][:200]
    return DataError(f"the Parquet file is damaged ({first})", "fetch it again", file=str(file.path))


def roll_up(
    engine: Engine,
    paths: Sequence[Path],
    layout_of: LayoutOf,
    limits: Limits,
    options: TagOptions,
    progress: Progress | None = None,
) -> Delivered:
    """The whole delivery as integers; DataError with file, line and column for the first thing wrong in it."""
    opened = open_files(engine, paths, limits)
    layouts = [layout_of(file.names, str(file.path)) for file in opened]
    parts = Parts(engine, limits)
    read: list[ReadFile] = []
    all_facts: list[FileFacts] = []
    for number, (file, layout) in enumerate(zip(opened, layouts, strict=True)):
        if progress is not None:
            progress(file.path.name, number, len(opened))
        hashing = _Hash(file.path)
        hashing.start()
        facts = _one(engine, parts, number, file, layout, limits)
        cost_files.unchanged(file)
        read.append(ReadFile(file, layout, hashing.result(), facts.lines))
        all_facts.append(facts)
        if sum(each.lines for each in all_facts) > limits.rows:
            raise _too_many(file, limits)
    if not any(facts.lines for facts in all_facts):
        raise DataError("there are no rows below the header", "export it again", file=str(opened[0].path), line=1)
    canonical = Canonical(engine, limits, options)
    canonical.build()
    rollup = finish(engine, canonical)
    _tell(rollup, canonical, read, all_facts)
    return Delivered(rollup, tuple(read))


def _too_many(file: CostFile, limits: Limits) -> DataError:
    return DataError(
        f"the delivery has more than {limits.rows:,} rows", "split it, or raise the setting limits.rows",
        file=str(file.path),
    )  # fmt: skip


def _one(engine: Engine, parts: Parts, number: int, file: CostFile, layout: Layout, limits: Limits) -> FileFacts:
    """Roll up one file, the hard way when the engine stumbles over what is good CSV; else DataError."""
    reading, line_bytes = file, limits.field
    try:
        try:
            facts = parts.add(number, file, layout, line_bytes)
        except EngineRefusal as error:
            if file.kind == "parquet":
                raise _parquet_damage(file, error) from None
            lines.diagnose(file, limits)  # raises for what is really wrong
            reading, line_bytes = replace(file, rewritten=engine.spare(number)), 16 * limits.field
            lines.rewrite(file, reading.reading)
            parts.take_back(number)
            facts = parts.add(number, reading, layout, line_bytes)
    except EngineRefusal as error:
        first = str(error).splitlines()[0][:200]
        raise DataError(f"the file cannot be read ({first})", "export it again", file=str(file.path)) from None
    if facts.problems:
        raise bad_row(engine, reading, layout, facts, limits, line_bytes)
    return facts


def bad_row(
    engine: Engine, file: CostFile, layout: Layout, facts: FileFacts, limits: Limits, line_bytes: int
) -> TurboError:
    """The error for the first row that has one of the problems, with its physical line and column."""
    relation = engine.relation(file, line_bytes)
    found = first_bad(engine, layout, relation, facts.problems, limits.field)
    if found is None:
        problem = facts.problems[0]
        text = repr(problem.texts[0][:40]) if problem.texts else ""
        return DataError(problem.message.format(text=text), problem.hint, file=str(file.path))
    row, problem, text = found
    message = problem.message.format(text=repr(text[:40]))
    if file.kind == "parquet":
        name = layout.column_name(problem.field)
        return DataError(message, problem.hint, file=str(file.path), line=row, column=name)
    line, cells = lines.record_at(replace(file, rewritten=None), row, text if text and problem.field != "day" else None)
    return DataError(
        message, problem.hint, file=str(file.path), line=line, column=_column(layout, problem.field, cells, text)
    )


def _column(layout: Layout, field: str, cells: Sequence[str], text: str) -> str:
    """The header's name of the cell that is wrong: the field's own column unless another one holds the text."""
    own = layout.column_of.get(field)
    if own is None and field == "tags" and cells:
        own = max(layout.tags, key=lambda index: len(cells[index]) if index < len(cells) else 0, default=None)
    if text and own is not None and own < len(cells) and text not in cells[own]:
        own = next((index for index in sorted(columns_used(layout)) if cells[index : index + 1] == [text]), own)
    return layout.names[own] if own is not None else ""


def _tell(rollup: Rollup, canonical: Canonical, read: Sequence[ReadFile], facts: Sequence[FileFacts]) -> None:
    """Warnings of the layouts, and findings about how numbers were written."""
    for file in read:
        for warning in file.layout.warnings:
            if warning not in rollup.warnings:
                rollup.warnings.append(warning)
    floats = sorted({name for each in facts for name in each.float_columns})
    if floats:
        count = sum(each.lines for each in facts if each.float_columns)
        detail = f"binary floats in {', '.join(floats)}: read as the shortest decimal that reads back"
        rollup.findings.append(Finding("float-cost", ", ".join(floats), detail, count))
    formatted = sum(each.formatted for each in facts)
    if formatted:
        detail = "amounts written with a currency sign or grouped thousands: read as the number they show"
        rollup.findings.append(Finding("formatted-cost", "amounts", detail, formatted))
    unreadable = sum(each.unreadable_quantities for each in facts)
    if unreadable:
        rollup.findings.append(
            Finding("unreadable-quantity", "quantities", "quantities that are no number count 0", unreadable)
        )
    if canonical.unfit_units:
        units = ", ".join(sorted(canonical.unfit_units))[:200]
        rollup.warnings.append(f"quantities in {units} are too large to store and were left out; the cost is kept")
