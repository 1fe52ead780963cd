"""Required columns: what is missing is named, and so is what is there twice."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import fold_name


def require(names: Sequence[str], required: Sequence[str], file: str, what: str) -> None:
    """DataError unless each of ``required`` stands once in the header (any case, spaces ignored)."""
    folded = [fold_name(name) for name in names]
    for name in required:
        count = folded.count(fold_name(name))
        if count == 0:
            raise DataError(
                f"the {what} column is missing",
                f"{what} files need {', '.join(required)}",
                file=file,
                line=1,
                column=name,
            )
        if count > 1:
            raise DataError(
                "the column is there twice", "export it again with one", file=file, line=1, column=name
            )
