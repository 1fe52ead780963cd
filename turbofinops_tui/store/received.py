"""Received files: kept as received under ``received/<sha256>``, or known by path and hash (trust.md 4).

A kept file is compressed unless it is so already; its name is the SHA-256 of the
bytes as they came, so a copy proves itself when it is read again.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from turbofinops_tui.errors import DataError
from turbofinops_tui.paths import FILE_MODE, make_private_directory
from turbofinops_tui.store import filesystem, locks
from turbofinops_tui.store.deliveries import FileRecord

CHUNK = 1024 * 1024
COMPRESSED = (b"\x1f\x8b", b"PAR1", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")
MONTHS = 13
LIMIT = 20 * 1024**3
_DAYS_A_MONTH = 31  # the longest, so that nothing goes a day too early
_OPEN = ".open-"
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a received file can be read now; without a path, ``reason`` says why not."""

    path: Path | None
    reason: str = ""


def file_record(path: Path) -> FileRecord:
    """Path, SHA-256 and size of a file; DataError when it cannot be read."""
    try:
        digest, size = _hash(path)
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})", "check the path and its modes", file=str(path)
        ) from None
    return FileRecord(os.path.abspath(path), digest, size)


def keep(received: Path, record: FileRecord) -> FileRecord:
    """Copy the file of ``record`` into ``received``: atomic, fsynced, 0600; returns the record as kept.

    DataError when the file is no longer what the record says.
    """
    target = received / record.sha256
    if not target.exists():
        make_private_directory(received)
        temporary = received / f".{record.sha256}-{os.getpid()}{_PART}"
        try:
            if _copy(Path(record.path), temporary) != record.sha256:
                raise DataError("changed while it was read", "import it again", file=record.path)
            os.replace(temporary, target)
            filesystem.sync_directory(received)
        except OSError as error:
            raise locks.unwritable(target, error) from None
        finally:
            temporary.unlink(missing_ok=True)
    return FileRecord(record.path, record.sha256, record.bytes, record.lines, True)


@contextmanager
def open_received(received: Path, record: FileRecord) -> Iterator[Opened]:
    """The file of a delivery under its own name, proven by its hash, for as long as the block runs.

    A kept copy wins over the local path. No copy and no equal file: ``path`` is None
    and ``reason`` says what happened to it.
    """
    kept = received / record.sha256
    local = Path(record.path)
    if kept.is_file():
        holder = Path(tempfile.mkdtemp(prefix=_OPEN, dir=received))
        try:
            yield _unpacked(kept, holder / local.name, record)
        finally:
            shutil.rmtree(holder, ignore_errors=True)
        return
    yield _local(local, record)


def prune(received: Path, now: datetime, months: int = MONTHS, limit: int = LIMIT) -> list[str]:
    """Remove kept files older than ``months``, then the oldest beyond ``limit`` bytes; their hashes."""
    if not received.is_dir():
        return []
    oldest = (now - timedelta(days=months * _DAYS_A_MONTH)).timestamp()
    _remove_leftovers(received, (now - timedelta(days=1)).timestamp())
    files = sorted(
        (item.stat().st_mtime, item.stat().st_size, item) for item in received.iterdir() if _is_kept(item)
    )
    total = sum(size for _, size, _ in files)
    gone = []
    for modified, size, item in files:
        if modified >= oldest and total <= limit:
            break
        item.unlink(missing_ok=True)
        total -= size
        gone.append(item.name)
    return gone


def _is_kept(path: Path) -> bool:
    return len(path.name) == 64 and path.is_file()


def _remove_leftovers(received: Path, before: float) -> None:
    """What a killed run left: half copies and opened directories."""
    for item in received.iterdir():
        if item.stat().st_mtime < before and (item.name.startswith(_OPEN) or item.name.endswith(_PART)):
            shutil.rmtree(item, ignore_errors=True) if item.is_dir() else item.unlink(missing_ok=True)


def _local(path: Path, record: FileRecord) -> Opened:
    try:
        digest, _ = _hash(path)
    except FileNotFoundError:
        return Opened(None, f"{path} is gone")
    except OSError as error:
        return Opened(None, f"{path} cannot be read ({error.strerror})")
    return (
        Opened(path)
        if digest == record.sha256
        else Opened(None, f"{path} has other content than was imported")
    )


def _unpacked(kept: Path, named: Path, record: FileRecord) -> Opened:
    """The kept file under its original name: as it lies, or decompressed."""
    if _hash(kept)[0] == record.sha256:
        named.symlink_to(kept.absolute())
        return Opened(named)
    try:
        with gzip.open(kept, "rb") as source:
            digest = _write(cast(BinaryIO, source), named, pack=False)
    except (OSError, EOFError):
        digest = ""
    if digest != record.sha256:
        return Opened(None, f"the kept copy {kept.name} is damaged")
    return Opened(named)


def _hash(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _copy(source: Path, target: Path) -> str:
    with source.open("rb") as file:
        pack = not file.read(8).startswith(COMPRESSED)
        file.seek(0)
        return _write(file, target, pack=pack)


def _write(source: BinaryIO, target: Path, *, pack: bool) -> str:
    """Copy ``source`` to a new private file; returns the SHA-256 of what was read."""
    digest = hashlib.sha256()
    descriptor = os.open(
        target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE
    )
    with os.fdopen(descriptor, "wb") as raw:
        # mtime=0: the same file gives the same bytes.
        out = gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=3, mtime=0) if pack else raw
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
        if pack:
            out.close()
        raw.flush()
        os.fsync(raw.fileno())
    return digest.hexdigest()
