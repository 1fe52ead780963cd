"""JSON Lines, plain or gzip: one object a line, every error with file and physical line.

Money never becomes a float here: fractions are read as Decimal, NaN and infinities are refused.
Limits (interface.md, "Files and environment") are checked while reading, before anything is kept.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NoReturn

from turbofinops_tui.errors import DataError

LINE_LIMIT = 4 << 20
"""bytes of one line; a fat invoice with 250 lines has about 400 kB"""
RATIO_LIMIT = 200
RATIO_FROM = 10 << 20
SIZE_LIMIT = 64 << 30
_GZIP = b"\x1f\x8b"


class _Guarded(io.RawIOBase):
    """The decompressed bytes of a file, counted against the size and ratio limits."""

    def __init__(self, stream: IO[bytes], name: str, packed: int, compressed: bool) -> None:
        self._stream, self._name, self._packed = stream, name, max(1, packed)
        self._compressed, self._count = compressed, 0

    def readable(self) -> bool:
        """True: the stream is read only."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; DataError past a limit."""
        chunk = self._stream.read(len(buffer))
        self._count += len(chunk)
        ratio = self._count // self._packed
        if self._compressed and self._count > RATIO_FROM and ratio > RATIO_LIMIT:
            raise DataError(
                f"decompresses to more than {RATIO_LIMIT} times its size",
                "check where the file comes from",
                file=self._name,
            )
        if self._count > SIZE_LIMIT:
            raise DataError("is larger than 64 GiB", "split it", file=self._name)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the file below too."""
        if not self.closed:
            self._stream.close()
        super().close()


def open_bytes(path: Path) -> io.BufferedReader:
    """The bytes of ``path``, decompressed when they are gzip; DataError when it cannot be opened."""
    try:
        with path.open("rb") as probe:
            compressed = probe.read(2) == _GZIP
        opener: Any = gzip.open if compressed else Path.open
        stream: IO[bytes] = opener(path, "rb")
        guarded = _Guarded(stream, path.name, path.stat().st_size, compressed)
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror or error})", "check the path", file=str(path)
        ) from None
    return io.BufferedReader(guarded, 1 << 18)


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line that is not blank with its number (first = 1).

    Raises DataError for a truncated or damaged gzip, a line past the limit, bytes that are not UTF-8,
    and a file without any line.
    """
    number = found = 0
    with open_bytes(path) as stream:
        while True:
            number += 1
            try:
                raw = stream.readline(LINE_LIMIT + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                text = (
                    "ends in the middle of its gzip data"
                    if isinstance(error, EOFError)
                    else "is damaged gzip"
                )
                raise DataError(text, "fetch the file again", file=path.name, line=number) from None
            if not raw:
                break
            if len(raw) > LINE_LIMIT:
                raise DataError(
                    "line is longer than 4 MiB", "write one object a line", file=path.name, line=number
                )
            text = _decode(raw, path.name, number)
            if text:
                found += 1
                yield number, text
    if not found:
        raise DataError("the file is empty", "it should hold one JSON object a line", file=path.name)


def _decode(raw: bytes, name: str, number: int) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte {error.start + 1} is not UTF-8", "save the file as UTF-8", file=name, line=number
        ) from None


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def parse_object(text: str, name: str, number: int) -> dict[str, Any]:
    """One JSON object; DataError for anything else (not JSON, a list, NaN, nested too deep)."""
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"is not JSON ({error.msg} at character {error.pos + 1})"
        raise DataError(message, "write one JSON object a line", file=name, line=number) from None
    except ValueError as error:
        raise DataError(str(error)[:80], "write finite numbers", file=name, line=number) from None
    except RecursionError:
        raise DataError(
            "is nested too deep", "check where the file comes from", file=name, line=number
        ) from None
    if not isinstance(value, dict):
        raise DataError("is not a JSON object", "write one JSON object a line", file=name, line=number)
    return value


def read_objects(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(line number, text, parsed object) of each line; errors as in ``read_lines`` and ``parse_object``."""
    for number, text in read_lines(path):
        yield number, text, parse_object(text, path.name, number)


def encode(value: dict[str, Any]) -> str:
    """An object as one line of JSON again; a fraction keeps its digits."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        # Fractions in Stripe's objects are never money (percent_off, exchange_rate).
        return float(value)
    raise TypeError(type(value).__name__)
