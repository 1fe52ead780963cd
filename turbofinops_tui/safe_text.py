"""The one sanitising boundary: foreign text is shown, never interpreted (trust.md 10).

Everything that a file, a provider or a user typed passes ``safe`` before it
reaches a widget, a CLI table, a log line or an exit message. The store keeps
the true text; JSON export escapes by itself (``ensure_ascii``).
"""

from __future__ import annotations

import unicodedata
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that has passed ``safe``: no control, escape, bidi or zero-width character."""

LIMIT = 512
REPLACEMENT = "\ufffd"
_ZWJ = "\u200d"
_MAX_MARKS = 3


def safe(text: object, limit: int = LIMIT) -> SafeText:
    """``text`` without anything that a terminal or markup could act on, at most ``limit`` characters.

    Control, escape, bidi, zero-width, tag and surrogate characters become
    U+FFFD; a joiner survives only between emoji; more than three combining
    marks on one base are cut; the result is NFC.
    """
    raw = text if isinstance(text, str) else str(text)
    if len(raw) > limit:
        raw = raw[: limit - 1] + "\u2026"
    if raw.isascii() and raw.isprintable():
        return SafeText(raw)
    return SafeText(_clean(unicodedata.normalize("NFC", raw)))


def _clean(text: str) -> str:
    out: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        if unicodedata.combining(char):
            marks += 1
            if marks > _MAX_MARKS:
                continue
            out.append(char)
            continue
        marks = 0
        if char == _ZWJ:
            joins = 0 < index < len(text) - 1 and _is_emoji(text[index - 1]) and _is_emoji(text[index + 1])
            out.append(char if joins else REPLACEMENT)
        else:
            out.append(REPLACEMENT if _is_hostile(char) else char)
    return "".join(out)


def _is_hostile(char: str) -> bool:
    code = ord(char)
    if code < 0x20 or 0x7F <= code <= 0x9F or 0xE0000 <= code <= 0xE0FFF:
        return True
    if code in (0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0x3164, 0xFEFF, 0xFFA0):
        return True
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co")


def _is_emoji(char: str) -> bool:
    code = ord(char)
    return 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or code in (0xFE0F, 0x2640, 0x2642, 0x2695)
