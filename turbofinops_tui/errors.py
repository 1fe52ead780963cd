"""One family of errors, shared by both front ends.

TurboError                 failed, nothing half-done            exit 1
├── UsageError             the call's words are off             exit 2
├── DataError              a file or row cannot be read          exit 1   (file, line, column)
│   └── NoRowsError        there is nothing below the header     exit 1
├── NotFoundError          a named thing does not exist          exit 1
├── ConflictError          the change contradicts what is there  exit 1
├── MissingDataError       data missing or too old to judge      exit 4
├── NewerStoreError        the store is newer than the program   exit 5
├── SourceError            an account cannot be read            exit 1
├── ReadOnlyError          a write was asked of a reader         exit 1
└── StoreError             disk full, corrupt, not a store, NFS  exit 1

Every error is one sentence of what is wrong and one of what to do. Data that
can be kept honestly becomes a finding (a value), never an exception.
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_FOUND = 3
EXIT_MISSING = 4
EXIT_NEWER_STORE = 5


class TurboError(Exception):
    """Base of the family: ``message`` says what is wrong, ``hint`` what to do.

    Texts are raw; whoever prints them passes them through ``safe_text.safe``.
    """

    title = "Failed"
    exit_code = EXIT_FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def line(self) -> str:
        """``what is wrong: what to do`` on one line (raw, not yet sanitised)."""
        return f"{self.message}: {self.hint}" if self.hint else self.message


class UsageError(TurboError):
    """The arguments do not fit; exit 2."""

    title = "Usage"
    exit_code = EXIT_USAGE


class DataError(TurboError):
    """A file or a row that cannot be read; names file, physical line (header = 1) and column."""

    title = "Bad data"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        file: str = "",
        line: int | None = None,
        column: str = "",
    ) -> None:
        super().__init__(message, hint)
        self.file = file
        self.line_number = line
        self.column = column

    def line(self) -> str:
        """``FILE line N column "C": what is wrong: what to do``."""
        where = self.file
        if self.line_number is not None:
            where += f" line {self.line_number}"
        if self.column:
            where += f' column "{self.column}"'
        text = super().line()
        return f"{where.strip()}: {text}" if where else text


class NoRowsError(DataError):
    """Files that hold a header and nothing below it."""

    title = "No rows"


class NotFoundError(TurboError):
    """Something named by the user does not exist."""

    title = "Not found"


class ConflictError(TurboError):
    """The change contradicts what is there (an identity on two customers, over 100 percent)."""

    title = "Conflict"


class MissingDataError(TurboError):
    """Data is missing or too old to judge; exit 4."""

    title = "Data missing"
    exit_code = EXIT_MISSING


class NewerStoreError(TurboError):
    """The store was written by a newer program and was left untouched; exit 5."""

    title = "Newer store"
    exit_code = EXIT_NEWER_STORE


class ReadOnlyError(TurboError):
    """A write was asked of a read-only session."""

    title = "Read-only"


class SourceError(TurboError):
    """An account cannot be read: no permission, a key of the wrong kind, no answer."""

    title = "Source"


class StoreError(TurboError):
    """The store cannot be used: disk full, corrupt, not a store, network file system."""

    title = "Store"
