"""Files of traces: JSON Lines or one document, gzip or zstd, length-framed messages; bounded memory.

What a file is shows in its first bytes. A message that cannot be read is counted with its position and left
out; a damaged archive is an error, since nobody knows what is missing (trust.md 7).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.limits import RATIO_FLOOR, Limits
from turbofinops_tui.sync.read.otlp import Add, NotTraces, Read, loads, read_message
from turbofinops_tui.sync.read.otlp_big import read_big
from turbofinops_tui.sync.read.otlp_proto import parse_message, read_proto
from turbofinops_tui.sync.read.otlp_quick import read_quick

LONGEST_LINE = 128 << 20
BIG = 8 << 20
"""bytes of a message above which it is parsed in pieces"""
DOCUMENT = 64 << 20
"""bytes up to which a file whose first line is no JSON may be one document"""
_BUFFER = 1 << 20
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Bytes(io.RawIOBase):
    """The bytes of a file, unpacked, counted against the limits; only the first ``size`` bytes of it."""

    def __init__(self, path: Path, size: int, limits: Limits) -> None:
        self._path, self._limits, self._size = path, limits, max(size, 1)
        self._count = 0
        file = path.open("rb")
        head = file.read(4)
        file.seek(0)
        self._stream = cast(IO[bytes], _First(file, size))
        self.packed = head.startswith((GZIP, ZSTD))
        if head.startswith(GZIP):
            import gzip

            self._stream = cast(IO[bytes], gzip.GzipFile(fileobj=self._stream))
        elif head == ZSTD:
            from zstandard import ZstdDecompressor

            reader = ZstdDecompressor().stream_reader(self._stream, read_across_frames=True)
            self._stream = cast(IO[bytes], reader)

    def readable(self) -> bool:
        """True: the stream is read only."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; DataError past a limit and for a damaged archive."""
        from zstandard import ZstdError

        try:
            chunk = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error, ZstdError):
            raise DataError(
                "is damaged or ends in the middle of its archive", "fetch it again", file=str(self._path)
            ) from None
        self._count += len(chunk)
        dense = self._count > RATIO_FLOOR and self._count > self._size * self._limits.ratio
        if self.packed and (dense or self._count > self._limits.bytes):
            what = f"unpacks to more than {self._limits.ratio} times its size"
            raise DataError(what, "is it damaged? The setting is limits.ratio", file=str(self._path))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the file below too."""
        if not self.closed:
            self._stream.close()
        super().close()


class _First(io.RawIOBase):
    """The first bytes of a file that may be growing."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(min(len(buffer), self._left))
        self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        super().close()


Take = Callable[[bytes | None, str, bool], None]
"""takes a message with its position, and whether it was framed; None: the message is cut off"""


def read_file(path: Path, size: int, limits: Limits, add: Add, read: Read, take: Take | None = None) -> None:
    """Hand every span of the first ``size`` bytes of a file to ``add``. DataError when it cannot be read.

    With ``take`` the messages of lines and frames go there unread, in their order.
    """

    def here(raw: bytes | None, position: str, framed: bool) -> None:
        read_raw(raw, position, framed, add, read)

    hand = take or here
    try:
        with io.BufferedReader(Bytes(path, size, limits), _BUFFER) as stream:
            head = stream.peek(16)[:16]
            if is_framed(head):
                for number, raw in enumerate(_frames(stream), 1):
                    hand(raw, f"{path.name}:message {number}", True)
            else:
                _lines(cast(IO[bytes], stream), path.name, hand, add, read)
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror or error})", "check the path", file=str(path)
        ) from None


def is_framed(head: bytes) -> bool:
    """Whether a file's first bytes are a length and a message, packed or binary."""
    if len(head) < 8 or head[:1] == b"{":
        return False
    return 0 < int.from_bytes(head[:4], "big") <= LONGEST_LINE and (
        head[4:8] == ZSTD or head[4:5] in b"\x0a{"
    )


def _frames(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Each message behind its length; None for one that is cut off or too long."""
    while head := stream.read(4):
        length = int.from_bytes(head, "big")
        raw = stream.read(length) if len(head) == 4 and length <= LONGEST_LINE else b""
        if len(head) < 4 or len(raw) < length:
            yield None
            return
        yield raw


def read_raw(raw: bytes | None, position: str, framed: bool, add: Add, read: Read) -> None:
    """One message: a line of JSON; framed also binary, packed or not."""
    try:
        if raw is None:
            raise NotTraces("cut_off")
        if framed and raw[:4] == ZSTD:
            raw = unpacked(raw)
        if not framed or raw[:1] == b"{":
            read_json(raw, add, read, position)
        else:
            read_proto(parse_message(raw), add, read, position)
    except NotTraces as error:
        read.malformed += 1
        read.reject(str(error), position)


def unpacked(raw: bytes, most: int = LONGEST_LINE) -> bytes:
    """A zstd message unpacked; NotTraces when it is damaged or larger than ``most``."""
    from zstandard import ZstdDecompressor, ZstdError

    try:
        reader = ZstdDecompressor().stream_reader(raw)
        found: bytes = reader.read(most + 1)
    except ZstdError:
        raise NotTraces("not_zstd") from None
    if len(found) > most:
        raise NotTraces("too_long")
    return found


def read_json(raw: bytes, add: Add, read: Read, position: str = "") -> None:
    """One JSON message, in pieces when it is big; NotTraces when it is none."""
    if len(raw) > BIG:
        read_big(raw, add, read, position)
    elif not read_quick(raw, add, read):
        read_message(loads(raw), add, read, position)


def _lines(stream: IO[bytes], name: str, hand: Take, add: Add, read: Read) -> None:
    """A document or one message a line; blank lines are skipped."""
    first = stream.readline(LONGEST_LINE + 1)
    first = first.removeprefix(b"\xef\xbb\xbf")
    if not _is_json(first):
        more = stream.read(max(0, DOCUMENT - len(first)))
        whole = first + more
        if len(whole) < DOCUMENT and _is_document(whole, name, add, read):
            return
        source: IO[bytes] = io.BytesIO(whole)
        _each(source, name, 1, hand, read, tail=stream)
    else:
        _line(first, f"{name}:1", hand)
        _each(stream, name, 2, hand, read)


def _is_json(raw: bytes) -> bool:
    if len(raw) > BIG:
        return True
    try:
        loads(raw)
    except NotTraces:
        return False
    return True


def _is_document(raw: bytes, name: str, add: Add, read: Read) -> bool:
    """Read ``raw`` as one message, JSON or binary, when that is what it is."""
    text = raw.strip()
    if not text:
        return True
    try:
        if text[:1] not in b"{[":
            read_proto(parse_message(raw), add, read, name)
        else:
            read_json(text, add, read, name)
    except NotTraces as error:
        if text[:1] not in b"{[" or len(raw) > BIG or str(error) not in ("no_object", "no_traces"):
            return False
        read.malformed += 1
        read.reject(str(error), f"{name}:1")
    return True


def _each(
    stream: IO[bytes], name: str, number: int, hand: Take, read: Read, tail: IO[bytes] | None = None
) -> int:
    """Every line of ``stream``, then of ``tail``; a line may go over from one to the other."""
    while raw := stream.readline(LONGEST_LINE + 1):
        if tail is not None and not raw.endswith(b"\n"):
            raw += tail.readline(LONGEST_LINE + 1)
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(_BUFFER) or (tail.readline(_BUFFER) if tail is not None else b"")
            read.malformed += 1
            read.reject("too_long", f"{name}:{number}")
        else:
            _line(raw, f"{name}:{number}", hand)
        number += 1
    return _each(tail, name, number, hand, read) if tail is not None else number


def _line(raw: bytes, position: str, hand: Take) -> None:
    if not raw.isspace():
        hand(raw, position, False)
