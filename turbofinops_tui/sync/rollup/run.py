"""A delivery's files through the engine: opened, rolled up, checked; the first bad row named by line and
column.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from turbofinops_tui.errors import DataError, NoRowsError
from turbofinops_tui.sync.read import files as cost_files
from turbofinops_tui.sync.read import lines
from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.problems import column_name, problem_error
from turbofinops_tui.sync.read.recognise import LayoutOf
from turbofinops_tui.sync.rollup.bad_rows import first_bad
from turbofinops_tui.sync.rollup.canonical import Canonical, TagOptions
from turbofinops_tui.sync.rollup.engine import Engine, EngineRefusal
from turbofinops_tui.sync.rollup.finish import finish
from turbofinops_tui.sync.rollup.parts import FileFacts, Parts, Problem
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


class _Watch(threading.Thread):
    """A full reading of a file's bytes beside the rollup (both leave the interpreter free)."""

    def __init__(self, file: CostFile, limits: Limits) -> None:
        super().__init__(name="read-whole", daemon=True)
        self.file = file
        self.limits = limits
        self.whole = cost_files.Whole("", file.size, 0)
        self.error: Exception | None = None

    def run(self) -> None:
        """Read the file; what goes wrong is kept for ``result``."""
        try:
            if self.file.kind == "parquet":
                self.whole = replace(self.whole, sha256=cost_files.sha256(self.file.path))
            else:
                self.whole = cost_files.read_whole(self.file, self.limits)
        except (OSError, UnicodeDecodeError, DataError) as error:
            self.error = error

    def result(self, layout: Layout) -> cost_files.Whole:
        """What was found; DataError when the file could not be read to its end."""
        self.join()
        if isinstance(self.error, DataError):
            raise self.error
        if isinstance(self.error, UnicodeDecodeError):
            lines.diagnose(self.file, self.limits, layout)
            raise DataError("the text is not UTF-8", "save the file as UTF-8", file=str(self.file.path))
        if isinstance(self.error, OSError):
            raise DataError(
                f"cannot be read ({self.error.strerror})", "check its modes", file=str(self.file.path)
            )
        return self.whole


def open_files(engine: Engine, paths: Sequence[Path], limits: Limits) -> list[CostFile]:
    """The files with their headers, each given once; DataError for what is no cost file."""
    opened = [cost_files.open_file(path, limits) for path in paths]
    cost_files.check_distinct(opened)
    for number, file in enumerate(opened):
        if file.kind == "parquet":
            opened[number] = _parquet(engine, file, limits)
    return opened


def _check_size(unpacked: int, file: CostFile, limits: Limits) -> None:
    if unpacked > limits.bytes:
        raise DataError(
            f"the delivery unpacks to more than {limits.bytes:,} bytes",
            "split it, or raise the setting limits.bytes",
            file=str(file.path),
        )


def _parquet(engine: Engine, file: CostFile, limits: Limits) -> CostFile:
    try:
        names, rows, size = engine.parquet_facts(file.path)
    except EngineRefusal as error:
        raise _parquet_damage(file, error) from None
    if len(names) > limits.columns:
        raise DataError(
            f"the file has {len(names)} columns, the limit is {limits.columns}",
            "leave out columns, or raise the setting limits.columns",
            file=str(file.path),
        )
    if rows > limits.rows:
        raise _too_many(file, limits)
    _check_size(size, file, limits)
    return replace(file, names=tuple(names))


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
    """The whole delivery as integers; DataError with file, line and column for the first thing wrong in
    it.
    """
    opened = open_files(engine, paths, limits)
    layouts = [layout_of(file.names, str(file.path)) for file in opened]
    parts = Parts(engine, limits)
    unpacked = 0
    read: list[ReadFile] = []
    all_facts: list[FileFacts] = []
    for number, (file, layout) in enumerate(zip(opened, layouts, strict=True)):
        if progress is not None:
            progress(file.path.name, number, len(opened))
        facts, whole = _watched(engine, parts, number, file, layout, limits)
        read.append(ReadFile(file, layout, whole.sha256, facts.lines))
        all_facts.append(facts)
        unpacked += whole.size
        _check_size(unpacked, file, limits)
        # lines that were rolled up elsewhere are no rows of this delivery
        if sum(each.lines for each in all_facts if not each.engine) > limits.rows:
            raise _too_many(file, limits)
    if not any(facts.lines for facts in all_facts):
        raise NoRowsError(
            "there are no rows below the header", "export it again", file=str(opened[0].path), line=1
        )
    canonical = Canonical(engine, limits, options)
    canonical.build()
    rollup = finish(engine, canonical)
    elsewhere = sorted({facts.engine for facts in all_facts if facts.engine})
    rollup.engine = ", ".join(elsewhere) or rollup.engine
    _tell(rollup, canonical, read, all_facts)
    return Delivered(rollup, tuple(read))


def _too_many(file: CostFile, limits: Limits) -> DataError:
    return DataError(
        f"the delivery has more than {limits.rows:,} rows",
        "split it, or raise the setting limits.rows",
        file=str(file.path),
    )


def _watched(
    engine: Engine, parts: Parts, number: int, file: CostFile, layout: Layout, limits: Limits
) -> tuple[FileFacts, cost_files.Whole]:
    """Roll up one file while its bytes are read whole; what both saw must be the same unchanged file."""
    watch = _Watch(file, limits)
    watch.start()
    try:
        facts = _one(engine, parts, number, file, layout, limits)
    finally:
        watch.join()
    whole = watch.result(layout)
    cost_files.unchanged(file)
    if file.kind != "parquet" and whole.longest_line > limits.field and not facts.problems:
        count = lines.diagnose(file, limits, layout)  # raises for a field over the limit
        if count != facts.lines:
            parts.take_back(number)
            facts = _rewritten(engine, parts, number, file, layout, limits)
    return facts, whole


def _one(
    engine: Engine, parts: Parts, number: int, file: CostFile, layout: Layout, limits: Limits
) -> FileFacts:
    """Roll up one file, the hard way when the engine stumbles over what is good CSV; else DataError."""
    try:
        facts = parts.add(number, file, layout, limits.field)
    except EngineRefusal as error:
        if file.kind == "parquet":
            raise _parquet_damage(file, error) from None
        lines.diagnose(file, limits, layout)  # raises for what is really wrong
        parts.take_back(number)
        return _rewritten(engine, parts, number, file, layout, limits)
    if facts.problems:
        raise bad_row(engine, file, layout, facts.problems, limits, limits.field)
    return facts


def _rewritten(
    engine: Engine, parts: Parts, number: int, file: CostFile, layout: Layout, limits: Limits
) -> FileFacts:
    """Roll up a file from a copy with plain line ends and room for long lines."""
    copy = replace(file, rewritten=engine.spare(number))
    lines.rewrite(file, copy.reading)
    line_bytes = 16 * limits.field
    try:
        facts = parts.add(number, copy, layout, line_bytes)
    except EngineRefusal as error:
        first = str(error).splitlines()[0][:200]
        raise DataError(
            f"the file cannot be read ({first})", "export it again", file=str(file.path)
        ) from None
    if facts.problems:
        raise bad_row(engine, copy, layout, facts.problems, limits, line_bytes)
    return facts


def bad_row(
    engine: Engine,
    file: CostFile,
    layout: Layout,
    problems: Sequence[Problem],
    limits: Limits,
    line_bytes: int,
) -> DataError:
    """The error for the first row that has one of the problems, with its physical line and column."""
    where = str(file.path)
    if layout.rolled:
        return rolled_error(layout, problems, where)
    found = first_bad(engine, layout, engine.relation(file, line_bytes), problems, limits.field)
    row, problem, text = found or (0, problems[0], "".join(problems[0].texts[:1]))
    line, cells = row, list[str]()
    if row and file.kind != "parquet":
        wanted = text if text and problem.field != "day" else None
        line, cells = lines.record_at(replace(file, rewritten=None), row, wanted)
    if not problem.message:
        error = problem_error(where, line, layout, problem.field, _whole(layout, problem, text, cells), cells)
    else:
        column = column_name(layout, problem.field, text, cells)
        message = problem.message.format(text=repr(text[:40]))
        error = DataError(message, problem.hint, file=where, line=line, column=column)
    if not row:
        error.line_number = None
    return error


def rolled_error(layout: Layout, problems: Sequence[Problem], where: str) -> DataError:
    """The error for the first problem of rows that were rolled up elsewhere: their lines have no number."""
    problem, text = problems[0], "".join(problems[0].texts[:1])
    if not problem.message:
        error = problem_error(where, 0, layout, problem.field, text, ())
    else:
        message = problem.message.format(text=repr(text[:40]))
        error = DataError(message, problem.hint, file=where, column=column_name(layout, problem.field, text))
    error.line_number = None
    return error


def _whole(layout: Layout, problem: Problem, text: str, cells: Sequence[str]) -> str:
    """The text of a day as its cell has it (the rollup may know only its first ten characters)."""
    index = layout.column_of.get(problem.field)
    if problem.field == "day" and index is not None and cells[index : index + 1]:
        return "" if not text else cells[index]
    return text


def _tell(rollup: Rollup, canonical: Canonical, read: Sequence[ReadFile], facts: Sequence[FileFacts]) -> None:
    """Warnings of the layouts, and findings about how numbers were written."""
    for file, told in zip(read, facts, strict=True):
        for warning in (*file.layout.warnings, *told.warnings):
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
        rollup.warnings.append(
            f"quantities in {units} are too large to store and were left out; the cost is kept"
        )
