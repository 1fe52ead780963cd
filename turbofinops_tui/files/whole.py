"""Files read and written as a whole: bounded, no surprises by links or devices, never half-written."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from turbofinops_tui.errors import DataError, NotFoundError, StoreError
from turbofinops_tui.paths import FILE_MODE


def read_text(path: Path, limit: int) -> str:
    """The text of a regular file of at most ``limit`` bytes of UTF-8; a link or a device is refused.

    NotFoundError when there is none; DataError when it is too big, no plain file or no UTF-8.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {path}", "check the name") from None
    except OSError as error:
        what = "is a link" if error.errno == errno.ELOOP else f"cannot be read ({error.strerror})"
        raise DataError(what, "give a plain file", file=str(path)) from None
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DataError("is no plain file", "give a plain file", file=str(path))
        body = stream.read(limit + 1)
    if len(body) > limit:
        raise DataError(f"is larger than {limit // 1024:,} KiB", "give a smaller file", file=str(path))
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise DataError("this is not UTF-8", "save it as UTF-8", file=str(path), line=line) from None


def write_text(path: Path, text: str, mode: int = FILE_MODE) -> None:
    """Put ``text`` at ``path`` in one step: a crash leaves the old file or the new one.

    StoreError when it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:20]}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, mode)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror})", "give another path") from None
