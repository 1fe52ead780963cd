"""Sending a message to a channel through apprise, which nobody else knows.

An address is a secret as a whole (``slack://token/...``, ``mailtos://user:password@host``,
``jsons://host/path``; an ``https://`` address that apprise does not know is a JSON webhook). It is taken at
the moment of sending and is in no message of an error.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from turbofinops_tui import redaction
from turbofinops_tui.errors import TurboError, UsageError
from turbofinops_tui.safe_text import safe

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PLAIN = ("http", "json", "xml", "form")
"""schemes that send in clear"""
HERE = ("syslog", "dbus", "gnome", "macosx", "windows", "file", "kde", "glib", "qt")
"""services of this machine's desktop or log: no channel of a team"""
SECONDS = 20
TITLE = 200
BODY = 12_000
_SIGNS = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "@": "＠", "`": "'"})


class NotifyError(TurboError):
    """A channel did not take a message."""

    title = "Notification"


class Address(Protocol):
    """A secret address."""

    def reveal(self) -> str:
        """Its text, for the moment of sending."""


def plain(text: str, limit: int) -> str:
    """Foreign text as it goes into a message: sanitised, no mention, link or markup of a chat in it."""
    return str(safe(text, limit)).replace("->", "→").translate(_SIGNS)


def service_of(address: Address) -> str:
    """The name of the service behind an address; UsageError (without the address) when it is none."""
    return str(_service(address.reveal()).service_name)


def send(address: Address, title: str, body: str) -> None:
    """Send one message, already sanitised; NotifyError with what the service said, without the address."""
    import apprise

    sender = apprise.Apprise()
    sender.add(_service(address.reveal()))
    said: list[str] = []
    result = sender.notify(
        body=body[:BODY],
        title=title[:TITLE],
        body_format=apprise.NotifyFormat.TEXT,
        timeout=SECONDS,
        log_callback=lambda entry, _: said.append(str(entry.message)),
    )
    if not result:
        why = _without(address.reveal(), said[-1] if said else "no answer")
        raise NotifyError(str(safe(why, 300)).rstrip("."), "check the address and the service")


def _service(address: str) -> Any:
    """Apprise's object for an address."""
    import apprise

    # apprise tells its log what it refuses, address and all
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    address = address.strip()
    for piece in _pieces(address):
        redaction.know(piece)
    scheme, host = _parts(address)
    if scheme in HERE:
        raise UsageError(
            f"{scheme} stays on this machine", "give the address of a chat, of mail or a webhook"
        )
    if scheme in PLAIN and host not in LOOPBACK:
        raise UsageError(f"{scheme}:// is not encrypted", "use https:// or jsons://; plain is for loopback")
    found = apprise.Apprise.instantiate(address)
    if found is None and scheme in ("http", "https"):
        found = apprise.Apprise.instantiate("json" + address.removeprefix("http"))
    if found is None:
        raise UsageError(
            "this is no address that a message can be sent to",
            "for example slack://TOKENS, mailtos://USER:PASSWORD@HOST, jsons://HOST/PATH: docs/alerts.md",
        )
    return found


def _parts(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
        return parts.scheme.lower(), (parts.hostname or "").lower()
    except ValueError:
        raise UsageError("this is no address", "write SERVICE://...") from None


def _pieces(address: str) -> list[str]:
    """Parts of an address that may be secret on their own: everything but its scheme and host."""
    _, host = _parts(address)
    found = {unquote(piece) for piece in re.split(r"[/:@?&=#,]+", address)} - {host, ""}
    return [piece for piece in found if piece.lower() != host]


def _without(address: str, text: str) -> str:
    for piece in sorted((p for p in _pieces(address) if len(p) >= 4), key=len, reverse=True):
        text = text.replace(piece, redaction.BLANK)
    return redaction.redacted(text)
