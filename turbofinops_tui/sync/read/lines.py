"""Physical lines of CSV files: where the n-th record stands, and what is wrong with one that no reader takes.

Slow and thorough: used when something is wrong, or when a record holds line
breaks; never on the way of a good import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.files import CostFile
from turbofinops_tui.sync.read.headers import binary
from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.problems import first_problem, problem_error

_LONGEST_LINE = 1 << 26


@contextmanager
def _text(file: CostFile) -> Iterator[TextIO]:
    """The lines of a CSV file with their ends; bytes that are no UTF-8 stay visible as surrogates."""
    with binary(file.path, file.kind) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def _field_limit(characters: int) -> Iterator[None]:
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def records(file: CostFile) -> Iterator[tuple[int, list[str]]]:
    """(first physical line, cells) of every record below the header; the header's first line is 1."""
    with _text(file) as text, _field_limit(1 << 30):
        reader = csv.reader(text, delimiter=file.delimiter)
        next(reader, None)
        end = reader.line_num
        for cells in reader:
            if cells:
                yield end + 1, cells
            end = reader.line_num


def quick_records(file: CostFile) -> Iterator[tuple[int, str]]:
    """(first physical line, raw text) of every record, by the parity of quotes: several times faster.

    Right unless an unquoted cell holds a lone quote; callers compare what they find.
    """
    with _text(file) as text:
        start, held = 1, ""
        first = True
        for number, line in enumerate(text, 1):
            if held:
                line = held + line
            else:
                start = number
            if line.count('"') & 1:
                held = line
                continue
            held = ""
            if first:
                first = False
            elif line.strip("\r\n"):
                yield start, line


def record_at(file: CostFile, ordinal: int, wanted: str | None = None) -> tuple[int, list[str]]:
    """(physical line, cells) of the ``ordinal``-th record (from 1); ``wanted`` is a cell it must hold."""
    for count, (line, raw) in enumerate(quick_records(file), 1):
        if count == ordinal:
            with _field_limit(_LONGEST_LINE):
                cells = next(csv.reader(io.StringIO(raw), delimiter=file.delimiter), [])
            if wanted is None or wanted in cells:
                return line, cells
            break
    for count, (line, cells) in enumerate(records(file), 1):
        if count == ordinal:
            return line, cells
    return ordinal + file.header_lines, []


def physical_lines(file: CostFile, ordinals: Sequence[int], total: int) -> list[int]:
    """The physical line of each record number (from 1, ascending); ``total`` is the number of records in all.

    As many lines as records: no record holds a line break and no line is blank, so the answer is a sum.
    """
    if not ordinals:
        return []
    if _count_lines(file) == total + file.header_lines:
        return [ordinal + file.header_lines for ordinal in ordinals]
    wanted = set(ordinals)
    found: dict[int, int] = {}
    for count, (line, _) in enumerate(records(file) if _lone_quotes(file) else quick_records(file), 1):
        if count in wanted:
            found[count] = line
        if count >= ordinals[-1]:
            break
    return [found.get(ordinal, ordinal + file.header_lines) for ordinal in ordinals]


def ordinal_of(file: CostFile, line: int) -> int:
    """The number (from 1) of the record on a physical line; 0 for the header, a blank line, or past the
    end.
    """
    last = 0
    for count, (start, cells) in enumerate(records(file), 1):
        if start > line:
            return last
        last = count if start == line or any("\n" in cell or "\r" in cell for cell in cells) else 0
    return last


def _count_lines(file: CostFile) -> int:
    count, end = 0, b"\n"
    with binary(file.path, file.kind) as stream:
        while chunk := stream.read(1 << 20):
            count += chunk.count(b"\n")
            end = chunk[-1:]
    return count + (end != b"\n")


def _lone_quotes(file: CostFile) -> bool:
    """True when quotes do not pair up by lines, so that only a full CSV reader counts records right."""
    with _text(file) as text:
        mark = f'{file.delimiter}"\r\n'
        for line in text:
            if line.count('"') & 1:
                return True
            if '"' in line and any(
                part and part[-1:] not in mark and index % 2 == 0
                for index, part in enumerate(line.split('"')[:-1])
            ):
                return True
    return False


def rewrite(file: CostFile, target: Path) -> None:
    """The same records with plain line ends, for an engine that stumbles over unusual ones."""
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=file.delimiter, lineterminator="\n")
        writer.writerow(file.names)
        writer.writerows(cells for _, cells in records(file))


def diagnose(file: CostFile, limits: Limits, layout: Layout) -> int:
    """Read the file whole and strictly; returns its records below the header.

    DataError names the first line and column that cannot be read or believed.
    """
    where = str(file.path)
    with _text(file) as text, _field_limit(limits.field):
        reader = csv.reader(_checked(text, file), delimiter=file.delimiter, strict=True)
        end = count = 0
        try:
            for cells in reader:
                if cells and len(cells) != len(file.names):
                    raise _ragged(file, end + 1, len(cells))
                for index, cell in enumerate(cells):
                    if len(cell) > limits.field // 4 and len(cell.encode()) > limits.field:
                        raise _too_long(file, end + 1, index, limits)
                if cells and end and (problem := first_problem(layout, cells)):
                    raise problem_error(where, end + 1, layout, *problem, cells)
                end = reader.line_num
                count += bool(cells)
        except csv.Error as error:
            if "field larger" in str(error):
                raise _too_long(file, end + 1, _column_at(file, end + 1, limits), limits) from None
            hint = "a quote inside a quoted cell must be doubled, and every quoted cell closed"
            raise DataError(f"the quotes do not close ({error})", hint, file=where, line=end + 1) from None
    return count - 1


def _checked(text: TextIO, file: CostFile) -> Iterator[str]:
    """The lines, each looked at for bytes that are no UTF-8 and for an absurd length."""
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if not line.isascii():
            try:
                line.encode("utf-8")
            except UnicodeEncodeError as error:
                index = len(next(csv.reader([line[: error.start + 1]], delimiter=file.delimiter), [""])) - 1
                byte = ord(line[error.start]) & 0xFF
                raise DataError(
                    f"the text is not UTF-8 (byte {byte:#04x})",
                    "save the file as UTF-8",
                    file=str(file.path),
                    line=number,
                    column=_name(file, index),
                ) from None
        yield line


def _column_at(file: CostFile, line: int, limits: Limits) -> int:
    """The column of the over-long cell in the record that starts at ``line``: what stands before it
    closed.
    """
    with _text(file) as text:
        for _ in range(line - 1):
            text.readline()
        start = text.readline(limits.field * 3)
    column, inside, length = 0, False, 0
    for char in start:
        length += 1
        if char == '"':
            inside = not inside
        elif char == file.delimiter and not inside:
            column, length = column + 1, 0
        if length > limits.field:
            break
    return column


def _ragged(file: CostFile, line: int, count: int) -> DataError:
    expected = len(file.names)
    if count < expected:
        return DataError(
            f"the row has {count} fields, the header {expected}",
            "the row is cut short: export the file again",
            file=str(file.path),
            line=line,
            column=_name(file, count),
        )
    return DataError(
        f"the row has {count} fields, the header {expected}",
        "a cell that holds the delimiter must be quoted",
        file=str(file.path),
        line=line,
        column=_name(file, expected - 1),
    )


def _too_long(file: CostFile, line: int, index: int, limits: Limits) -> DataError:
    return DataError(
        f"the field is longer than {limits.field:,} bytes",
        "the limit is the setting limits.field",
        file=str(file.path),
        line=line,
        column=_name(file, index),
    )


def _name(file: CostFile, index: int) -> str:
    return file.names[index] if 0 <= index < len(file.names) else ""
