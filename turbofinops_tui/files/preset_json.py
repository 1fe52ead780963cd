"""Presets as files: ``NAME.tfpreset.json``, strict (trust.md 11).

A preset is data: a saved slice under a name. Unknown fields are refused with their path, so that a
preset of a newer program is never half understood; nothing in it is a path, a command or SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, get_args

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.errors import DataError, TurboError, UsageError
from turbofinops_tui.files.report_json import encode_slice
from turbofinops_tui.files.slice_words import (
    CHOICES,
    check_dimension,
    check_measure,
    parse_condition,
    parse_currency,
    parse_having,
)

FORMAT = "turbofinops.preset"
VERSION = 1
ENDING = ".tfpreset.json"
MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_TEXT = 200
MAX_LIST = 500
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\Z")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
_FIELDS = ("format", "version", "name", "title", "author", "saved_at", "screen", "slice")
_LISTS = ("by", "measure", "where", "having", "sort")
_TEXTS = ("period", "from", "to", "currency", "compare")
SCREENS = ("", "overview", "customers", "cohorts", "features", "margins", "links", "findings")


@dataclass(frozen=True, slots=True)
class Preset:
    """A saved slice. ``author`` is a claim: who owns the file is the fact."""

    name: str
    slice: t.Slice
    title: str = ""
    author: str = ""
    saved_at: str = ""
    screen: str = ""
    """the screen that opens it; empty: the one that fits its dimensions"""


def check_name(text: str) -> str:
    """``text`` when it can name a preset: ``a-z 0-9 -``, 1 to 64, no device; UsageError otherwise."""
    if not _NAME.match(text) or text in _DEVICES:
        raise UsageError(
            f"{text!r} cannot name a preset",
            "use small letters, digits and dashes, at most 64, no dash at an end",
        )
    return text


def dumps(preset: Preset) -> str:
    """The file's text; the range stays as written."""
    from turbofinops_tui.economics.periods import Days

    words = encode_slice(preset.slice, Days(0, 0))
    del words["days"]
    document = {
        "format": FORMAT,
        "version": VERSION,
        "name": preset.name,
        "title": preset.title,
        "author": preset.author,
        "saved_at": preset.saved_at,
        "screen": preset.screen,
        "slice": words,
    }
    return json.dumps(document, ensure_ascii=True, indent=1) + "\n"


def loads(text: str, file: str = "") -> Preset:
    """The preset of a file's text; DataError names what is wrong and where."""
    try:
        if _deep(text):
            raise DataError(f"is nested deeper than {MAX_DEPTH}", "give a file of 'presets export'")
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        return _preset(document)
    except DataError as error:
        raise DataError(error.message, error.hint, file=file) from None
    except (ValueError, RecursionError):
        raise DataError("is no JSON", "give a file of 'presets export'", file=file) from None
    except TurboError as error:
        raise DataError(error.message, error.hint, file=file) from None


def _deep(text: str) -> bool:
    """Whether brackets outside of texts nest too deep; without parsing, so that no bomb gets that far."""
    depth = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > MAX_DEPTH:
            return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(twice, "stands there twice")
    return found


def _no_constant(text: str) -> NoReturn:
    raise DataError(f"{text} is no number", "presets hold text and whole numbers")


def _refuse(path: str, what: str) -> NoReturn:
    raise DataError(f"field {path[:MAX_TEXT]!r} {what}", "give a file of 'presets export'")


def _preset(document: Any) -> Preset:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise DataError(f'is no preset (no "format": "{FORMAT}")', "give a file of 'presets export'")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        _refuse("version", "is no version")
    if version > VERSION:
        raise DataError(
            f"was made by a newer program (version {version}, this one knows {VERSION})",
            "upgrade turbofinops",
        )
    _only(document, _FIELDS, "")
    texts = {name: _text(document.get(name, ""), name) for name in ("title", "author", "saved_at", "screen")}
    if texts["screen"] not in SCREENS:
        _refuse("screen", f"is none of {', '.join(SCREENS[1:])}")
    words = document.get("slice")
    if not isinstance(words, dict):
        _refuse("slice", "is missing or no object")
    return Preset(check_name(_text(document.get("name"), "name")), _slice(words), **texts)


def _only(found: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    for name in found:
        if name not in known:
            _refuse(f"{path}{name}", "is unknown")


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        _refuse(path, "is no text")
    if len(value) > MAX_TEXT:
        _refuse(path, f"is longer than {MAX_TEXT}")
    return value


def _items(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        _refuse(path, "is no list")
    if len(value) > MAX_LIST:
        _refuse(path, f"has more than {MAX_LIST} items")
    return value


def _slice(words: dict[str, Any]) -> t.Slice:
    choices = {option: (name, get_args(literal)) for option, name, literal, _ in CHOICES}
    _only(words, (*_LISTS, *_TEXTS, *choices, "top", "cumulative"), "slice.")
    texts = {name: _optional(words.get(name), f"slice.{name}") for name in _TEXTS}
    lists = {name: _items(words.get(name, []), f"slice.{name}") for name in _LISTS}
    plain = {
        name: [_text(item, f"slice.{name}") for item in lists[name]]
        for name in ("by", "measure", "where", "having")
    }
    fields: dict[str, Any] = {}
    for option, (name, allowed) in choices.items():
        value = words.get(option)
        if value is not None and value not in allowed:
            _refuse(f"slice.{option}", f"is none of {', '.join(allowed)}")
        if value is not None:
            fields[name] = value
    top, cumulative = words.get("top"), words.get("cumulative", False)
    if top is not None and (not isinstance(top, int) or isinstance(top, bool) or top < 1):
        _refuse("slice.top", "is no count")
    if not isinstance(cumulative, bool):
        _refuse("slice.cumulative", "is neither true nor false")
    by = tuple(check_dimension(name) for name in plain["by"])
    measures = tuple(check_measure(name) for name in plain["measure"]) or t.DEFAULT_MEASURES
    return t.Slice(
        by=by,
        measures=measures,
        range=Range(texts["period"], texts["from"], texts["to"]),
        currency=parse_currency(texts["currency"]) if texts["currency"] else "",
        where=tuple(map(parse_condition, plain["where"])),
        having=tuple(map(parse_having, plain["having"])),
        sort=tuple(_sort(item, (*by, *t.MEASURES)) for item in lists["sort"]),
        top=top,
        compare=texts["compare"],
        cumulative=cumulative,
        **fields,
    )


def _optional(value: Any, path: str) -> str:
    return "" if value is None else _text(value, path)


def _sort(item: Any, known: tuple[str, ...]) -> t.Sort:
    if not isinstance(item, dict):
        _refuse("slice.sort", "holds no object")
    _only(item, ("by", "ascending"), "slice.sort.")
    name, ascending = _text(item.get("by"), "slice.sort.by"), item.get("ascending", False)
    if name not in known or not isinstance(ascending, bool):
        _refuse("slice.sort", "names no dimension or measure of the slice")
    return t.Sort(name, ascending)
