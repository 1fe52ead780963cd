"""Rules put into a file that people keep: their comments, order of sections and untouched lines stay.

An entry that says what the store says keeps its text. One that is new or changed is written as an export
writes it; comments above an entry go with it, those of removed ones stay where they stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turbofinops_tui.errors import DataError
from turbofinops_tui.files.rules_text import Entry, entries, entry_text, rules_text, section_text
from turbofinops_tui.files.rules_yaml import rule_set_of
from turbofinops_tui.files.yaml_nodes import Node, read_yaml
from turbofinops_tui.store.rule_sets import FILE_SECTIONS, FileSection, RuleSet


def merged_text(text: str, rules: RuleSet, file: str) -> str:
    """``text`` with every section as ``rules`` has it; DataError when it is no rules file."""
    root = read_yaml(text, file)
    held = rule_set_of(root, file)
    if held == rules:
        return text
    if root.keys and root.keys[0].start == text.find("{"):  # one flow mapping: nothing to keep line by line
        return _with_comments(text, rules)
    merged = _merged(text, root, held, rules)
    try:
        if rule_set_of(read_yaml(merged, file), file) == rules:
            return merged
    except DataError:
        pass
    return _with_comments(text, rules)


def _with_comments(text: str, rules: RuleSet) -> str:
    """The plain export under every comment of the old text."""
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    return "".join(f"{line.strip()}\n" for line in comments) + rules_text(rules)


def _merged(text: str, root: Node, held: RuleSet, rules: RuleSet) -> str:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    starts = [key.line - 1 for key in root.keys]
    order = [(key.text, start) for key, start in zip(root.keys, starts, strict=True)]
    found: list[str] = lines[: starts[0]]
    for number, (name, start) in enumerate(order):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        block = lines[start:end]
        if name in FILE_SECTIONS and getattr(held, name) != getattr(rules, name):
            inline = _inline(text, root.items[number])
            found += _Section(name, block, start, root.items[number], held, rules, inline).text()
        else:
            found += block
    present = {name for name, _ in order}
    found += [
        section_text(name, entries(rules, name))
        for name in FILE_SECTIONS
        if name not in present and getattr(rules, name) is not None
    ]
    return "".join(found)


@dataclass(slots=True)
class _Chunk:
    """The lines of one entry: what stands above it, and its own."""

    name: str
    above: list[str]
    own: list[str]
    start: int
    """number of its first own line within the section"""


class _Section:
    """One section that changes; ``block`` are its lines, ``first`` the number of the first, from 0."""

    def __init__(
        self, name: str, block: list[str], first: int, node: Node, held: RuleSet, rules: RuleSet,
        inline: dict[int, str],
    ) -> None:  # fmt: skip
        self.name: FileSection = name  # type: ignore[assignment]
        self.block, self.first, self.node = block, first, node
        self.inline = {line - first: comment for line, comment in inline.items()}
        self.old = dict(entries(held, self.name))
        self.new = entries(rules, self.name)
        self.named = [entry[0] for entry in entries(held, self.name)]

    def text(self) -> list[str]:
        """The section's lines as they are to be."""
        tail = self._tail()
        body = self.block[: len(self.block) - len(tail)]
        chunks = self._chunks(body)
        if chunks is None:
            kept = [*self._after(0, len(body)), *_comments(body[1:])]
            return [*kept, *section_text(self.name, self.new).splitlines(True), *tail]
        return [*self._head(body), *self._entries(chunks), *tail]

    def _tail(self) -> list[str]:
        """Comments and blank lines at the end, without indent: they belong to the section that follows."""
        count = 0
        for line in reversed(self.block[1:]):
            if line.strip() and not line.startswith("#"):
                break
            count += 1
        return self.block[len(self.block) - count :]

    def _head(self, body: Sequence[str]) -> list[str]:
        if self.new:
            return [body[0]]
        return section_text(self.name, []).splitlines(True)

    def _chunks(self, body: list[str]) -> list[_Chunk] | None:
        """The entries' lines; None when the section is not written an entry a line or more."""
        marks = self.node.items if self.node.kind == "list" else self.node.keys
        starts = [mark.line - 1 - self.first for mark in marks]
        flow = any(start < 1 for start in starts) or len(set(starts)) < len(starts)
        if not marks or flow or len(self.named) != len(marks):
            return None
        chunks: list[_Chunk] = []
        previous = 1
        for number, start in enumerate(starts):
            above = start
            while above > previous and (not body[above - 1].strip() or _is_comment(body[above - 1])):
                above -= 1
            if number:
                chunks[-1].own = body[starts[number - 1] : above]
            chunks.append(_Chunk(self.named[number], body[above:start], [], start))
            previous = start + 1
        chunks[-1].own = body[starts[-1] :]
        return chunks

    def _entries(self, chunks: Sequence[_Chunk]) -> list[str]:
        known = {chunk.name: chunk for chunk in chunks}
        wanted = {name for name, _ in self.new}
        orphans: dict[str | None, list[str]] = {}
        after: str | None = None
        for chunk in chunks:  # what stood above a removed entry stays behind the one before it
            if chunk.name in wanted:
                after = chunk.name
            else:
                orphans.setdefault(after, []).extend(
                    [
                        *_comments(chunk.above),
                        *self._after(chunk.start, len(chunk.own)),
                        *_comments(chunk.own),
                    ]
                )
        found = list(orphans.get(None, ()))
        for entry in self.new:
            chunk_ = known.get(entry[0])
            found += self._entry(entry, chunk_)
            found += orphans.get(entry[0], ())
        return found

    def _entry(self, entry: Entry, chunk: _Chunk | None) -> list[str]:
        if chunk is None:
            return entry_text(self.name, entry).splitlines(True)
        if self.old.get(entry[0]) == entry[1]:
            return [*chunk.above, *chunk.own]
        own = entry_text(self.name, entry).splitlines(True)
        if len(own) == len(chunk.own) == 1 and chunk.start in self.inline:
            return [*chunk.above, f"{own[0][:-1]}  {self.inline[chunk.start]}\n"]
        inside = [*self._after(chunk.start, len(chunk.own)), *_comments(chunk.own[1:])]
        return [*chunk.above, *inside, *own]

    def _after(self, start: int, count: int) -> list[str]:
        """Comments at the ends of ``count`` lines, as lines of their own."""
        numbers = range(start, start + count)
        return [f"  {self.inline[number]}\n" for number in numbers if number in self.inline]


def _inline(text: str, node: Node) -> dict[int, str]:
    """Number of a line, from 0 -> the comment at its end, behind a value of ``node``."""
    found: dict[int, str] = {}
    todo = [node]
    while todo:
        item = todo.pop()
        todo += [*item.items, *item.keys]
        if item.kind == "scalar" or text[item.end - 1 : item.end] in ("]", "}"):
            stop = text.find("\n", item.end)
            rest = text[item.end : None if stop < 0 else stop].strip()
            if rest.startswith("#"):
                found[text.count("\n", 0, item.end)] = rest
    return found


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _comments(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if _is_comment(line)]
