"""Rows of a small table file, CSV or JSON Lines (gzip too), as texts with their physical line.

Used for revenue, customers and rates. The header is line 1; every error names file, line and column.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from turbofinops_tui.errors import DataError, UsageError
from turbofinops_tui.sync.read.jsonl import open_bytes, parse_object, read_lines

MOST_COLUMNS = 500
FIELD_LIMIT = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: column name -> trimmed text ('' when empty or null)."""

    file: str
    line: int
    values: Mapping[str, str]

    def error(self, message: str, hint: str = "", column: str = "") -> DataError:
        """A DataError that points at this row."""
        return DataError(message, hint, file=self.file, line=self.line, column=column)


def read_rows(path: Path) -> tuple[list[str], Iterator[TextRow]]:
    """(columns, rows) of ``path``; JSON Lines when it starts with ``{``, then without columns of its own."""
    with open_bytes(path) as stream:
        try:
            start = stream.peek(4096)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise DataError("is damaged or truncated gzip", "fetch the file again", file=path.name) from None
    if start[:1] == b"{":
        return [], _json_rows(path)
    return _csv_rows(path)


def _json_rows(path: Path) -> Iterator[TextRow]:
    for number, text in read_lines(path):
        values = parse_object(text, path.name, number)
        row = {str(key).strip(): _text(value, path.name, number, str(key)) for key, value in values.items()}
        yield TextRow(path.name, number, row)


def _text(value: object, file: str, line: int, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise DataError("is neither text nor a number", "write a string", file=file, line=line, column=column)


def _text_lines(path: Path) -> Iterator[str]:
    number = 0
    with open_bytes(path) as stream:
        while True:
            number += 1
            try:
                raw = stream.readline(MOST_COLUMNS * FIELD_LIMIT)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                raise DataError(
                    "the gzip data ends early or is damaged",
                    "fetch the file again",
                    file=path.name,
                    line=number,
                ) from None
            if not raw:
                return
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                message = f"byte {error.start + 1} is not UTF-8"
                raise DataError(message, "save the file as UTF-8", file=path.name, line=number) from None


def _csv_rows(path: Path) -> tuple[list[str], Iterator[TextRow]]:
    csv.field_size_limit(FIELD_LIMIT)
    lines = _text_lines(path)
    first = next(lines, "")
    if not first.strip():
        raise DataError("the file is empty", "it should have a header and rows", file=path.name)
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(_chained(first, lines), delimiter=delimiter, strict=True)
    header = [name.strip() for name in _next(reader, path.name, 0) or []]
    if len(header) > MOST_COLUMNS:
        raise DataError(f"has more than {MOST_COLUMNS} columns", "export fewer", file=path.name, line=1)
    for name in header:
        if name and header.count(name) > 1:
            raise DataError("the column is there twice", "rename one", file=path.name, line=1, column=name)
    return header, _records(reader, header, path.name)


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _next(reader: Iterator[list[str]], file: str, line: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        text = "a field is larger than 1 MiB" if "limit" in str(error) else f"is not CSV ({error})"
        raise DataError(text, "export the file again", file=file, line=line + 1) from None


def _records(reader: Iterator[list[str]], header: Sequence[str], file: str) -> Iterator[TextRow]:
    while True:
        line = int(reader.line_num)  # type: ignore[attr-defined]
        cells = _next(reader, file, line)
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        # ECB's own files end every line with a delimiter: an empty cell too many says nothing
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(header):
            raise DataError(
                f"has {len(cells)} fields, the header has {len(header)}",
                "quote fields that hold the delimiter",
                file=file,
                line=line + 1,
            )
        yield TextRow(file, line + 1, {n: cell.strip() for n, cell in zip(header, cells, strict=True) if n})


def parse_map(words: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """``FIELD=COLUMN`` words as a dict; UsageError for an unknown field or one given twice."""
    mapping: dict[str, str] = {}
    for word in words:
        field, equals, column = word.partition("=")
        field, column = field.strip().casefold(), column.strip()
        if not equals or not column:
            raise UsageError(f"--map {word!r} is not FIELD=COLUMN", "write for example --map amount=Total")
        if field not in fields:
            raise UsageError(f"--map knows no field {field!r}", f"fields are {', '.join(fields)}")
        if field in mapping:
            raise UsageError(f"--map names {field!r} twice", "name each field once")
        mapping[field] = column
    return mapping


def columns_of(header: Sequence[str], mapping: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    """field -> column: the one mapped, else the column of the field's name in any case."""
    folded: dict[str, str] = {}
    for name in header:
        folded.setdefault(name.casefold().replace(" ", "_"), name)
    return {field: mapping.get(field) or folded.get(field, field) for field in fields}
