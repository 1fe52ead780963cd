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
_ELLIPSIS = "\u2026"
_ZWJ = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_TEXT_STYLE = "\ufe0e"
_MAX_MARKS = 3
_KEYCAPS = frozenset("0123456789#*")
# Emoji that stand outside the two emoji blocks (arrows, media keys, squares, signs).
_EMOJI_ELSEWHERE = frozenset(
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194\u2195\u231a\u231b\u2328\u23cf\u24c2\u25b6\u25c0"
    "\u2934\u2935\u2b05\u2b06\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
)
_UNSEEN = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\ufeff\uffa0"
    "\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d"
)
"""characters of other categories that take no room or show nothing (fillers, selectors, soft hyphen)"""


def safe(text: object, limit: int = LIMIT) -> SafeText:
    """``text`` without anything that a terminal or markup could act on, at most ``limit`` characters.

    Control, escape, bidi, zero-width, tag and surrogate characters become
    U+FFFD; a joiner survives only between emoji and a style selector only
    behind one; a mark without a base is replaced, more than three marks on
    one base are cut; the result is NFC, and ``safe`` of it is itself.
    """
    raw = text if isinstance(text, str) else str(text)
    if len(raw) > limit:
        raw = raw[: limit - 1] + _ELLIPSIS
    if raw.isascii() and raw.isprintable():
        return SafeText(raw)
    clean = _clean(unicodedata.normalize("NFC", raw))
    if len(clean) > limit:  # a few characters come apart under NFC
        clean = clean[: limit - 1].rstrip(_ZWJ) + _ELLIPSIS
    return SafeText(clean)


def _clean(text: str) -> str:
    out: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        before = out[-1] if out else ""
        if char == _ZWJ:
            joins = before == _EMOJI_STYLE or _is_emoji(before)
            out.append(char if joins and _is_emoji(text[index + 1 : index + 2]) else REPLACEMENT)
        elif char in (_EMOJI_STYLE, _TEXT_STYLE):
            out.append(char if _is_emoji(before) or before in _KEYCAPS else REPLACEMENT)
        elif _is_hostile(char):
            out.append(REPLACEMENT)
        elif unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks <= _MAX_MARKS:
                out.append(char if before else REPLACEMENT)
            continue
        else:
            out.append(char)
        marks = 0
    return "".join(out)


def _is_hostile(char: str) -> bool:
    code = ord(char)
    if code < 0x20 or 0x7F <= code <= 0x9F or 0xE0000 <= code <= 0xE0FFF or char in _UNSEEN:
        return True
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co")


def _is_emoji(char: str) -> bool:
    if not char:
        return False
    code = ord(char)
    return 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or char in _EMOJI_ELSEWHERE
