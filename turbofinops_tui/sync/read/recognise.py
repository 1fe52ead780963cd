"""Which form a cost file has, told by its header alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read import azure, cur, focus
from turbofinops_tui.sync.read.layout import Layout

LayoutOf = Callable[[Sequence[str], str], Layout]
"""(header names, file for errors) -> layout; DataError when it does not fit"""


def recognise(names: Sequence[str], file: str) -> Layout:
    """The layout of a FOCUS, CUR or Azure header; DataError for any other."""
    for form in (focus, cur, azure):
        if form.matches(names):
            return form.layout(names, file)
    raise DataError(
        "the header is not of FOCUS, AWS CUR or Azure cost details",
        "for any other CSV use `turbofinops import costs FILE --source NAME --map FIELD=COLUMN`",
        file=file, line=1, column=names[0] if names else "",
    )  # fmt: skip
