"""YAML -> plain nodes that know their lines, read safely: no types, no code, bounded on every side.

The parser only gives events; what they mean is decided by whoever reads the nodes, so ``percent: 33.3``
stays the text that stands in the file and never becomes a float.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from turbofinops_tui.errors import DataError

MAX_BYTES = 64 * 1024**2
MAX_DEPTH = 12
MAX_ALIASED = 100_000
"""nodes that aliases may add in all: a bomb stays small on disk and grows by its aliases"""
NULLS = ("", "~", "null", "Null", "NULL")
_STRING = "tag:yaml.org,2002:str"


@dataclass(slots=True)
class Node:
    """One value of a file with the physical line (from 1) that it starts on."""

    kind: Literal["scalar", "list", "map"]
    line: int
    text: str = ""
    """of a scalar, exactly as written"""
    plain: bool = False
    """a scalar without quotes, which may mean null, a number or a date"""
    items: list[Node] = field(default_factory=list)
    """of a list; of a map its values, one for each of ``keys``"""
    keys: list[Node] = field(default_factory=list)
    start: int = 0
    """offset of its first character in the text"""
    end: int = 0
    size: int = 1
    """nodes in it, itself included"""

    @property
    def null(self) -> bool:
        """Whether it says that there is no value."""
        return self.kind == "scalar" and self.plain and self.text in NULLS


def read_yaml(text: str, file: str) -> Node:
    """The one document of ``text``; DataError with the line for whatever is no plain, bounded YAML."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise DataError("the file is too large", f"at most {MAX_BYTES // 1024**2} MiB", file=file)
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    reader = _Reader(file)
    try:
        # the safe loader's parser is the fast one; nothing is constructed from what it finds
        return reader.document(iter(YAML(typ="safe").parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        what = error.problem or error.context or "it cannot be read"
        raise DataError(f"this is not YAML: {what}", "correct the file", file=file, line=line) from None
    except (YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else "unreadable"
        raise DataError(f"this is not YAML: {reason}", "correct the file", file=file) from None


class _Reader:
    """Puts the events of one file together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.anchors: dict[str, Node] = {}
        self.aliased = 0

    def document(self, events: Iterator[Any]) -> Node:
        root: Node | None = None
        for event in events:
            kind = type(event).__name__
            if kind in ("StreamStartEvent", "DocumentStartEvent", "DocumentEndEvent", "StreamEndEvent"):
                continue
            if root is not None:
                raise self._error("the file holds more than one document", "keep one", event)
            root = self._node(event, events, 1)
        return root if root is not None else Node("scalar", 1, "", True)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        kind = type(event).__name__
        if depth > MAX_DEPTH:
            raise self._error("the file is nested too deep", f"at most {MAX_DEPTH} levels", event)
        if kind == "AliasEvent":
            return self._alias(event)
        if event.tag is not None and (event.tag != _STRING or kind != "ScalarEvent"):
            raise self._error(f"type {event.tag!r} is not read", "write plain values", event)
        mark = event.start_mark
        node = Node("scalar", mark.line + 1, start=mark.index, end=event.end_mark.index)
        if kind == "ScalarEvent":
            node.text, node.plain = event.value, bool(event.implicit[0])
        elif kind == "SequenceStartEvent":
            node.kind = "list"
            self._list(node, events, depth)
        else:
            node.kind = "map"
            self._map(node, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise self._error(f"alias {event.anchor!r} stands before its anchor", "write the value", event)
        self.aliased += node.size
        if self.aliased > MAX_ALIASED:
            raise self._error("the file's aliases grow too large", "write the values out", event)
        return node

    def _list(self, node: Node, events: Iterator[Any], depth: int) -> None:
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                node.end = event.end_mark.index
                return
            node.items.append(self._node(event, events, depth + 1))
            node.size += node.items[-1].size

    def _map(self, node: Node, events: Iterator[Any], depth: int) -> None:
        seen: set[str] = set()
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                node.end = event.end_mark.index
                return
            key = self._node(event, events, depth + 1)
            if key.kind != "scalar":
                raise self._error("a key is not a plain text", "write one word", event)
            if key.text in seen:
                raise self._error(f"{key.text!r} stands there twice", "keep one", event)
            seen.add(key.text)
            node.keys.append(key)
            node.items.append(self._node(next(events), events, depth + 1))
            node.size += 1 + node.items[-1].size

    def _error(self, message: str, hint: str, event: Any) -> DataError:
        return DataError(message, hint, file=self.file, line=event.start_mark.line + 1)
