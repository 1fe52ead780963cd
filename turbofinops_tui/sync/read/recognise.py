"""Which form a cost file has, told by its header alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read import azure, cur, focus, rolled
from turbofinops_tui.sync.read.layout import Layout

LayoutOf = Callable[[Sequence[str], str], Layout]
"""(header names, file for errors) -> layout; DataError when it does not fit"""
_FORMS: tuple[tuple[Callable[[Sequence[str]], bool], LayoutOf], ...] = (
    (rolled.matches, rolled.layout),
    (focus.matches, focus.layout),
    (cur.matches, cur.layout),
    (azure.matches, azure.layout),
)


def recognise(names: Sequence[str], file: str) -> Layout:
    """The layout of a FOCUS, CUR or Azure header; DataError for any other."""
    for matches, layout in _FORMS:
        if matches(names):
            return layout(names, file)
    raise DataError(
        "the header is not of FOCUS, AWS CUR or Azure cost details",
        "for any other CSV use `turbofinops import costs FILE --source NAME --map FIELD=COLUMN`",
        file=file,
        line=1,
        column=names[0] if names else "",
    )
