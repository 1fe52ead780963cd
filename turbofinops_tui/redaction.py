"""The second net for secrets: known values and known shapes are blanked in what is logged or printed.

The first net is that nobody hands a secret to a log: see ``sync.secrets.Secret``.
"""

from __future__ import annotations

import logging
import re

BLANK = "[secret]"
LEAST = 8
"""a shorter value would blank ordinary words"""
_SHAPES = re.compile(
    r"\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{8,}"
    r"|\bsk-[A-Za-z0-9_-]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|(?i:\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
)
_known: set[str] = set()


def know(value: str) -> None:
    """Blank this value from now on, wherever ``redacted`` looks."""
    if len(value) >= LEAST:
        _known.add(value)


def redacted(text: str) -> str:
    """``text`` without known secrets and without what has the shape of one."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, BLANK)
    return _SHAPES.sub(BLANK, text)


class RedactingFilter(logging.Filter):
    """Blanks secrets in a record's message and drops its traceback (whose lines may hold values)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record is changed in place."""
        record.msg = redacted(record.getMessage())
        record.args = None
        record.exc_text = None
        record.exc_info = None
        record.stack_info = None
        return True


def quiet_libraries(names: tuple[str, ...] = ("urllib3", "httpx", "stripe", "botocore", "uvicorn")) -> None:
    """Talk of HTTP libraries from warnings on, and everything that a handler of the root gets blanked."""
    for name in names:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        if not any(isinstance(item, RedactingFilter) for item in handler.filters):
            handler.addFilter(RedactingFilter())
