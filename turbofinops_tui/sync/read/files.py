"""The files of a delivery: what they are, their fingerprints, and limits that a reader cannot see later."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.headers import Kind, binary, damaged, file_kind, read_header
from turbofinops_tui.sync.read.limits import RATIO_FLOOR, Limits

CHUNK = 1 << 20
_PACKED = CHUNK // 4
"""bytes of a gzip file taken at a time: what they unpack to stays in the processor's cache"""


class Digest(Protocol):
    """A hash that takes bytes."""

    def update(self, data: bytes, /) -> None:
        """Take ``data`` in."""


@dataclass(frozen=True, slots=True)
class CostFile:
    """One file of a delivery, with its header read."""

    path: Path
    kind: Kind
    size: int
    stamp: int
    """modification time in ns, to notice a file that changes while it is read"""
    names: tuple[str, ...] = ()
    delimiter: str = ","
    header_lines: int = 1
    rewritten: Path | None = None
    """the same records in a form that the engine reads (rare line ends)"""

    @property
    def reading(self) -> Path:
        """The path that the engine reads."""
        return self.rewritten or self.path


def open_file(path: Path, limits: Limits) -> CostFile:
    """The file with its header; names of Parquet columns are filled in by the engine. DataError as it
    reads.
    """
    if path.is_dir():
        raise DataError("is a directory", "give its files", file=str(path))
    kind = file_kind(path)
    info = path.stat()
    file = CostFile(path, kind, info.st_size, info.st_mtime_ns)
    if kind == "parquet":
        return file
    if kind == "gzip":
        _check_ratio(file, limits)
    header = read_header(path, kind, limits)
    return replace(file, names=header.names, delimiter=header.delimiter, header_lines=header.lines)


def check_distinct(files: Sequence[CostFile]) -> None:
    """DataError when one file stands twice in a command, by its path or by its bytes."""
    seen: dict[tuple[int, int], Path] = {}
    sizes: dict[int, list[CostFile]] = {}
    for file in files:
        info = file.path.stat()
        if (info.st_dev, info.st_ino) in seen:
            raise _twice(file.path, seen[info.st_dev, info.st_ino])
        seen[info.st_dev, info.st_ino] = file.path
        sizes.setdefault(file.size, []).append(file)
    for group in sizes.values():
        hashes: dict[str, Path] = {}
        for file in group if len(group) > 1 else ():
            digest = sha256(file.path)
            if digest in hashes:
                raise _twice(file.path, hashes[digest])
            hashes[digest] = file.path


def _twice(path: Path, other: Path) -> DataError:
    same = "" if str(path) == str(other) else f" (the same bytes as {other})"
    return DataError(f"the file is given twice{same}", "give each file once", file=str(path))


def sha256(path: Path) -> str:
    """SHA-256 hex of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def unchanged(file: CostFile) -> None:
    """DataError when the file is not what it was when it was opened."""
    info = os.stat(file.path)
    if (info.st_size, info.st_mtime_ns) != (file.size, file.stamp):
        raise DataError("the file changed while it was read", "import it again", file=str(file.path))


@dataclass(frozen=True, slots=True)
class Whole:
    """What a full reading of a file's bytes found."""

    sha256: str
    size: int
    """decompressed bytes"""
    longest_line: int
    """bytes; exact from ``CHUNK`` on, at least that is"""


def read_whole(file: CostFile, limits: Limits) -> Whole:
    """Every byte of a file once: fingerprint, gzip checksum, UTF-8 to the last byte, size.

    The engine reads only the columns it needs, does not look at gzip checksums, and loses a last line
    longer than its buffer without a word. DataError for damage and past the limits, UnicodeDecodeError
    for bytes that are no UTF-8.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = carried = longest = 0
    for chunk in _unpacked(file, digest):
        size += len(chunk)
        if size > limits.bytes or (file.kind == "gzip" and _too_dense(size, file.size, limits)):
            raise _bomb(file, limits, size)
        if not chunk.isascii() or decoder.getstate()[0]:
            decoder.decode(chunk)
        first = chunk.find(b"\n")
        if first < 0:
            carried += len(chunk)
        else:
            longest = max(longest, carried + first)
            carried = len(chunk) - chunk.rfind(b"\n") - 1
    decoder.decode(b"", True)
    return Whole(digest.hexdigest(), size, max(longest, carried))


def _unpacked(file: CostFile, digest: Digest) -> Iterator[bytes]:
    """The decompressed bytes in chunks, ``digest`` fed with the bytes as they lie; DataError for damage."""
    with file.path.open("rb", buffering=0) as stream:
        if file.kind != "gzip":
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                yield chunk
            return
        from isal import isal_zlib  # checks the same sums as zlib in a third of the time

        member = isal_zlib.decompressobj(wbits=31)
        try:
            while packed := stream.read(_PACKED):
                digest.update(packed)
                while packed:
                    if member.eof:  # several members in a row are one file; zeros after the last are padding
                        packed = packed.lstrip(b"\0")
                        if not packed:
                            break
                        member = isal_zlib.decompressobj(wbits=31)
                    yield member.decompress(packed, CHUNK)
                    packed = member.unused_data if member.eof else member.unconsumed_tail
            while not member.eof and (held := member.decompress(b"", CHUNK)):
                yield held
        except isal_zlib.IsalError as error:  # type: ignore[misc]  # its stub takes the class for an instance
            raise damaged(file.path, error) from None
        if not member.eof:
            raise damaged(file.path, EOFError())


def _check_ratio(file: CostFile, limits: Limits) -> None:
    """Refuse a gzip bomb before anything is unpacked: by the size it states, and by how its start unpacks."""
    with file.path.open("rb") as stream:
        stream.seek(-4, os.SEEK_END)
        stated = int.from_bytes(stream.read(4), "little")
    # A truncated file states nonsense, so what it states only decides how far to look.
    suspicious = stated > limits.bytes or _too_dense(stated, file.size, limits)
    size = 0
    with binary(file.path, "gzip") as packed:
        while (suspicious or size <= 4 * RATIO_FLOOR) and (chunk := packed.read(CHUNK)):
            size += len(chunk)
            if size > limits.bytes or _too_dense(size, file.size, limits):
                raise _bomb(file, limits, size)


def _too_dense(size: int, packed: int, limits: Limits) -> bool:
    return size > RATIO_FLOOR and size > packed * limits.ratio


def _bomb(file: CostFile, limits: Limits, size: int) -> DataError:
    if size > limits.bytes:
        return DataError(
            f"the file unpacks to more than {limits.bytes:,} bytes",
            "split it, or raise the setting limits.bytes",
            file=str(file.path),
        )
    return DataError(
        f"the file unpacks to more than {limits.ratio} times its size",
        "is it damaged? The setting is limits.ratio",
        file=str(file.path),
    )
