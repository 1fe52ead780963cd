"""The files of a delivery: what they are, their fingerprints, and limits that a reader cannot see later."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.headers import Kind, binary, file_kind, read_header
from turbofinops_tui.sync.read.limits import RATIO_FLOOR, Limits

CHUNK = 1 << 20
VERIFY_BYTES = 64 << 20
"""CSV up to this many bytes on disk is read once more whole: checksum, encoding and exact size"""


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
    """The file with its header; names of Parquet columns are filled in by the engine. DataError as it reads."""
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
        other = seen.setdefault((info.st_dev, info.st_ino), file.path)
        if other is not file.path:
            raise _twice(file.path, other)
        sizes.setdefault(file.size, []).append(file)
    for group in sizes.values():
        hashes: dict[str, Path] = {}
        for file in group if len(group) > 1 else ():
            other = hashes.setdefault(sha256(file.path), file.path)
            if other is not file.path:
                raise _twice(file.path, other)


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


def verify(file: CostFile, limits: Limits) -> int:
    """Read a CSV file whole: gzip checksum, UTF-8 to the last byte, size; returns its decompressed bytes.

    The engine reads only the columns it needs, and does not look at gzip checksums.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    with binary(file.path, file.kind) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limits.bytes or (file.kind == "gzip" and _too_dense(size, file.size, limits)):
                raise _bomb(file, limits, size)
            if not chunk.isascii() or decoder.getstate()[0]:
                decoder.decode(chunk)
    decoder.decode(b"", True)
    return size


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
            f"the file unpacks to more than {limits.bytes:,} bytes", "split it, or raise the setting limits.bytes",
            file=str(file.path),
        )  # fmt: skip
    return DataError(
        f"the file unpacks to more than {limits.ratio} times its size", "is it damaged? The setting is limits.ratio",
        file=str(file.path),
    )  # fmt: skip
