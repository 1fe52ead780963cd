"""Memory given back to the system: what a load or a first evaluation freed lies in the C library's heap."""

from __future__ import annotations

from contextlib import suppress


def give_back() -> None:
    """Return freed memory to the system where the C library can (glibc); a few milliseconds, in a thread."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
