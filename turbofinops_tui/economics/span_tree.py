"""The spans of a trace as a tree: who lies above whom, what children cover, which spans are AI calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from turbofinops_tui.economics.spans import RESPONSE_ID, Attributes, Span, text_of


class Tree:
    """The spans of a trace by parent; a cycle of parents has no top."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans
        places = {span.id: index for index, span in enumerate(spans)}
        self.parent = [
            up if (up := places.get(span.parent, -1)) != index else -1 for index, span in enumerate(spans)
        ]
        self.children: dict[int, list[int]] = {}
        for index, up in enumerate(self.parent):
            if up >= 0:
                below = self.children.get(up)
                if below is None:
                    self.children[up] = [index]
                else:
                    below.append(index)
        self.rootless = all(span.parent for span in spans)

    def self_time(self, index: int, span: Span) -> int:
        """What a span lasts without its children."""
        below = self.children.get(index)
        if below is None or not span.length:
            return span.length
        return span.length - covered_by(span, [self.spans[place] for place in below])

    def above(self, index: int) -> list[int]:
        """The ancestors, nearest first."""
        found: list[int] = []
        seen = {index}
        while (index := self.parent[index]) >= 0 and index not in seen:
            seen.add(index)
            found.append(index)
        return found


def covered_by(span: Span, children: Sequence[Span]) -> int:
    """How much of a span its children cover: the union of their intervals, clipped to it."""
    first, last = span.start, span.start + span.length
    if len(children) == 1:
        child = children[0]
        return max(0, min(child.start + child.length, last) - max(child.start, first))
    covered, reached = 0, first
    for begin, length in sorted((child.start, child.length) for child in children):
        end = min(begin + length, last)
        begin = max(begin, reached)
        if end > begin:
            covered += end - begin
            reached = end
    return covered


def calls_of(tree: Tree, words: Sequence[Attributes], roles: Mapping[int, str]) -> tuple[set[int], int]:
    """(places of the spans that count as AI calls, how many were left out for their response id)."""
    chosen = {index for index, role in roles.items() if role == "call"}
    if len(chosen) < len(roles):  # an agent counts when nothing that counts lies below it
        covered = {up for index in roles for up in tree.above(index)}
        chosen |= {index for index in roles if roles[index] == "agent" and index not in covered}
    if len(chosen) == 1:
        return chosen, 0
    same: dict[str, list[int]] = {}
    for index in chosen:
        if ident := text_of(words[index].get(RESPONSE_ID)):
            same.setdefault(ident, []).append(index)
    left_out = {index for group in same.values() if len(group) > 1 for index in _others(tree, group)}
    return chosen - left_out, len(left_out)


def _others(tree: Tree, group: Sequence[int]) -> set[int]:
    """All of one response id but the one that counts: an ancestor of the others, else the earliest."""
    own = set(group)
    top = [index for index in group if own.isdisjoint(tree.above(index))] or list(group)
    spans = tree.spans
    kept = min(top, key=lambda index: (spans[index].start, spans[index].id))
    return own - {kept}
