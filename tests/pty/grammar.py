"""The bytes that our terminal driver may write, and nothing else: a strict parser.

Every sequence is named here. Foreign text that reaches the terminal unsanitised
brings sequences or characters of its own and is refused with its place.
"""

from __future__ import annotations

import re
import unicodedata

_STYLE = rb"(?:0|1|2|3|4|5|7|9|39|49|[34]8;2;\d{1,3};\d{1,3};\d{1,3})"
_MODES = "1000 1003 1004 1006 1015 1049 2004 2026 2048 25 7"
ALLOWED = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\x1b\[\d+;\d+H",  # cursor to a place
        rb"\x1b\[" + _STYLE + rb"(?:;" + _STYLE + rb")*m",  # true colours and attributes, never 31
        rb"\x1b\[\?(?:" + b"|".join(_MODES.encode().split()) + rb")[hl]",
        rb"\x1b\[\?(?:2026|2048)\$p",  # does the terminal know synchronised output, in-band resize?
        rb"\x1b\[>\d+u",
        rb"\x1b\[<u",  # keyboard protocol on and off
        rb"\x1b\]22;[a-z-]*\x07",  # shape of the mouse pointer
    )
)
COPY = re.compile(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
"""allowed only for a user's own copy"""


class Refused(AssertionError):
    """A byte sequence that the driver does not write."""


LEAVE = b"\x1b[?1049l"
"""back to the shell's screen: only there a line may end"""


def check(data: bytes, copies: int = 0) -> str:
    """The plain text of ``data``; Refused for anything outside the grammar or more than ``copies`` copies."""
    inside, leave, after = data.rpartition(LEAVE)
    if not leave:
        return _check(after, copies)
    return _check(inside + leave, copies) + _check(after.replace(b"\r\n", b""), 0)


def _check(data: bytes, copies: int) -> str:
    text: list[str] = []
    position = 0
    while position < len(data):
        if data[position] == 0x1B:
            position, copies = _sequence(data, position, copies)
            continue
        end = data.find(b"\x1b", position)
        end = len(data) if end < 0 else end
        # A line of a full frame ends right before the next sequence; foreign text has its breaks inside.
        text.append(_text(data[position:end].removesuffix(b"\r\n"), position))
        position = end
    return "".join(text)


def _sequence(data: bytes, position: int, copies: int) -> tuple[int, int]:
    for pattern in ALLOWED:
        match = pattern.match(data, position)
        if match:
            return match.end(), copies
    match = COPY.match(data, position)
    if match and copies > 0:
        return match.end(), copies - 1
    raise Refused(f"sequence {data[position : position + 24]!r} at byte {position}")


def _text(data: bytes, position: int) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"no UTF-8 at byte {position}: {error}") from None
    for char in text:
        hostile = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        if hostile and char != "\u200d":
            raise Refused(f"character U+{ord(char):04X} near byte {position}")
    return text
