"""One tolerant parser for tag sets: whatever a provider writes, a cost is never lost.

A text is a JSON object, the same without its braces (Azure), a list of
``{"key", "value"}`` pairs (GCP labels), or unreadable. Keys are folded, known
prefixes dropped, and the first key in the text wins.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence

from turbofinops_tui.sync.read.layout import MISSING

DEFAULT_PREFIXES = ("user:", "user_")
Pairs = list[tuple[str, object]]


class _Number(str):
    """A JSON number in the digits of its text."""

    __slots__ = ()


def fold_key(key: str, prefixes: Sequence[str] = DEFAULT_PREFIXES) -> str:
    """A tag key without case, outer blanks and a known prefix: `` user:Org `` -> ``org``."""
    folded = unicodedata.normalize("NFC", key).strip().casefold()
    for prefix in prefixes:
        if folded.startswith(prefix) and len(folded) > len(prefix):
            return folded[len(prefix) :].strip()
    return folded


def raw_pairs(text: str | None) -> Pairs | None:
    """The pairs of a tag text in their order; ``[]`` for none, None when it is unreadable."""
    stripped = (text or "").strip()
    if stripped in MISSING or stripped == "{}":
        return []
    for attempt in (stripped, "{" + stripped + "}"):
        try:
            loaded = json.loads(
                attempt, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, strict=False
            )
        except (ValueError, RecursionError):
            continue
        return _as_pairs(loaded)
    return None


def fold(pairs: Iterable[tuple[str, object]], prefixes: Sequence[str] = DEFAULT_PREFIXES) -> dict[str, str]:
    """Folded key -> value text, the first in the text wins; boolean, null and empty values are left out."""
    seen: set[str] = set()
    tags: dict[str, str] = {}
    for raw, item in pairs:
        key = fold_key(_clean(raw), prefixes)
        if not key or key in seen:
            continue
        seen.add(key)
        text = _text(item)
        if text:
            tags[key] = text
    return tags


def canonical(tags: Iterable[tuple[str, str]]) -> str:
    """The canonical JSON of a tag set: keys sorted, no blanks."""
    return json.dumps(dict(sorted(tags)), ensure_ascii=False, separators=(",", ":"))


class _Object(list[tuple[str, object]]):
    """A JSON object that keeps the order and the repetitions of its keys."""


def _as_pairs(loaded: object) -> Pairs | None:
    if isinstance(loaded, _Object):
        return list(loaded)
    if not isinstance(loaded, list):
        return None
    pairs: Pairs = []
    for item in loaded:
        entry = dict(item) if isinstance(item, _Object) else {}
        key = next((entry[name] for name in ("key", "Key", "name") if name in entry), None)
        if not isinstance(key, str):
            return None
        pairs.append((key, entry.get("value", entry.get("Value"))))
    return pairs


def _text(item: object) -> str:
    if item is None or isinstance(item, bool):
        return ""
    if isinstance(item, str):
        return _clean(str(item)).strip()
    return json.dumps(_plain(item), ensure_ascii=False, separators=(",", ":"))


def _plain(item: object) -> object:
    if isinstance(item, _Object):
        return {key: _plain(each) for key, each in item}
    return [_plain(each) for each in item] if isinstance(item, list) else item


def _clean(text: str) -> str:
    """``text`` without lone surrogates, which no store takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
