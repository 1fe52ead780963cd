"""The first look at a file: what kind it is by its bytes, and the names in its header.

Nothing is guessed by an engine: delimiter, header and compression come from
here, so that a wrong guess cannot turn into a wrong number.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.limits import Limits

Kind = Literal["csv", "gzip", "parquet"]
_DELIMITERS = (",", ";", "\t")
_LONGEST_HEADER = 4 << 20
_BOM = b"\xef\xbb\xbf"
_FOREIGN = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """The header of a CSV file: its names and how its lines are written."""

    names: tuple[str, ...]
    delimiter: str
    lines: int
    """physical lines that the header takes (more than one when a name holds a newline)"""


def file_kind(path: Path) -> Kind:
    """``parquet``, ``gzip`` (of CSV) or ``csv`` by the first bytes; DataError for anything else or
    nothing.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})", "check the path and its modes", file=str(path)
        ) from None
    if not start:
        raise DataError("the file is empty", "export it again", file=str(path))
    if start[:4] == b"PAR1":
        return "parquet"
    if start[:2] == b"\x1f\x8b":
        return "gzip"
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise DataError(
                f"the file is {what}, not CSV, CSV.gz or Parquet",
                "unpack it or save it as UTF-8 CSV",
                file=str(path),
                line=1,
            )
    return "csv"


@contextmanager
def binary(path: Path, kind: Kind) -> Iterator[IO[bytes]]:
    """The decompressed bytes of a CSV file; damage in the compression becomes a DataError."""
    with path.open("rb") as raw:
        if kind != "gzip":
            yield raw
            return
        from isal import igzip, isal_zlib  # gzip and zlib in a third of the time

        try:
            with igzip.IGzipFile(fileobj=raw) as stream:  # type: ignore[no-untyped-call]
                yield io.BufferedReader(stream, 1 << 20)
        except (EOFError, isal_zlib.IsalError, gzip.BadGzipFile) as error:  # type: ignore[misc]
            raise damaged(path, error) from None


def damaged(path: Path, error: Exception) -> DataError:
    """The sentence for gzip data that ends early or fails its checksum."""
    if isinstance(error, EOFError):
        return DataError(
            "the gzip data ends before its end: the file is truncated", "fetch it again", file=str(path)
        )
    return DataError(f"the gzip data is damaged ({error})", "fetch it again", file=str(path))


def read_header(path: Path, kind: Kind, limits: Limits) -> CsvHeader:
    """Names and delimiter of a CSV file; DataError when there is no header to read."""
    with binary(path, kind) as stream:
        start = stream.read(len(_BOM))
        first, lines = _first_record(stream, b"" if start == _BOM else start, path)
    try:
        text = first.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"the header is not UTF-8 (byte {first[error.start]:#04x})",
            "save the file as UTF-8",
            file=str(path),
            line=1,
        ) from None
    if not text.strip():
        raise DataError(
            "the file has no header", "its first line must name the columns", file=str(path), line=1
        )
    delimiter = _delimiter(text.splitlines()[0])
    # newline=None: a file of old Macintosh line ends comes as one "line"
    names = next(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter))
    if len(names) > limits.columns:
        raise DataError(
            f"the file has {len(names)} columns, the limit is {limits.columns}",
            "leave out columns, or raise the setting limits.columns",
            file=str(path),
            line=1,
        )
    return CsvHeader(tuple(name.strip() for name in names), delimiter, lines)


def _first_record(stream: IO[bytes], start: bytes, path: Path) -> tuple[bytes, int]:
    """The bytes of the first record: lines until their quotes are even."""
    record = start
    lines = 0
    while True:
        line = stream.readline(_LONGEST_HEADER)
        record += line
        lines += line.endswith(b"\n")
        if len(record) > _LONGEST_HEADER or b"\0" in record[:4096]:
            raise DataError("the first line is no CSV header", "is this a text file?", file=str(path), line=1)
        if not line.endswith(b"\n") or record.count(b'"') % 2 == 0:
            break
    return record, max(lines, 1)


def _delimiter(text: str) -> str:
    """The candidate that the header holds most often outside quotes."""
    bare = "".join(part for index, part in enumerate(text.split('"')) if index % 2 == 0)
    counts = Counter({mark: bare.count(mark) for mark in _DELIMITERS})
    return counts.most_common(1)[0][0]
