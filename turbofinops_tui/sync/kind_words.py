"""What a kind of connection is made of, and the words that its settings take."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from turbofinops_tui.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Field:
    """One secret of a kind."""

    name: str
    ask: str
    """what the prompt asks for; empty: never asked for, only looked for"""
    own: tuple[str, ...] = ()
    """the provider's own environment variables"""
    required: bool = True
    when: str = ""
    """the setting without which nobody asks for it"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of connection."""

    help: str
    fields: tuple[Field, ...]
    settings: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """setting -> a function that gives its stored form, or raises UsageError"""

    def field(self, name: str) -> Field:
        """The secret field of that name; UsageError when the kind has none."""
        for item in self.fields:
            if item.name == name:
                return item
        known = ", ".join(item.name for item in self.fields) or "none"
        raise UsageError(f"{name!r} is not a secret of this kind", f"its secrets are: {known}")


def base_url(text: str) -> str:
    """An address to ask in place of the provider's own: https, or http on this machine only."""
    parts = urlsplit(text)
    local = parts.hostname in LOOPBACK
    if parts.username or parts.password:
        raise UsageError("base_url holds a user or a password", "secrets are never settings")
    if not parts.hostname or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        raise UsageError(f"base_url {text!r} is not an address", "write https://HOST[:PORT]")
    if parts.scheme == "http" and not local:
        raise UsageError(f"base_url {text!r} is not encrypted", "use https; http is for this machine alone")
    return text.rstrip("/")


def yes_no(text: str) -> str:
    """``yes`` or ``no``, from the usual words."""
    folded = text.strip().casefold()
    if folded in ("yes", "true", "1", "on"):
        return "yes"
    if folded in ("no", "false", "0", "off"):
        return "no"
    raise UsageError(f"{text!r} is neither yes nor no", "write yes or no")


def word(text: str) -> str:
    """A name without spaces and control characters, at most 255 long."""
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f]{1,255}", text):
        raise UsageError(f"{text!r} is not a name", "give one word")
    return text


def line(text: str) -> str:
    """Words on one line without control characters, at most 500 long."""
    if not re.fullmatch(r"[^\x00-\x1f\x7f]{1,500}", text):
        raise UsageError("this is not one line of text", "give at most 500 characters")
    return text


def one_of(*names: str) -> Callable[[str], str]:
    """A check that takes one of ``names``, in any case."""

    def check(text: str) -> str:
        folded = text.strip().casefold()
        if folded not in names:
            raise UsageError(f"{text!r} is not one of {', '.join(names)}", f"write {names[0]}")
        return folded

    return check


def words(text: str) -> str:
    """Names with commas between them, each without blanks around it."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise UsageError(f"{text!r} holds no name", "write A,B,C")
    return ",".join(word(part) for part in found)


def path(text: str) -> str:
    """A file, a directory or a glob, made absolute."""
    if not text.strip() or any(ord(letter) < 32 for letter in text):
        raise UsageError(f"{text!r} is not a path", "give a file, a directory or a glob")
    return os.path.abspath(os.path.expanduser(text))


def address(text: str) -> str:
    """A path of this machine, made absolute, or an address of a storage such as ``s3a://bucket/folder``."""
    return word(text) if re.match(r"[a-z][a-z0-9+.-]*://", text) else path(text)


def server(text: str) -> str:
    """An address of a server without any secret in it."""
    if re.search(r"(?i)token=|password=|[^/;]*:[^/;@]*@", text.partition("://")[2]):
        raise UsageError(
            "the address holds a token or a password", "secrets are never settings: see --secret-stdin"
        )
    return word(text)


def stripe_account(text: str) -> str:
    """The id of a connected account, or nothing."""
    if text and not re.fullmatch(r"acct_[A-Za-z0-9]{1,64}", text):
        raise UsageError(f"{text!r} is not a Stripe account", "write acct_...")
    return text
