"""Channels: list, add, test, remove; sending what ``check`` and ``digest`` have to say to each of them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.errors import ConflictError, ReadOnlyError, TurboError, UsageError
from turbofinops_tui.store import channels

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session
    from turbofinops_tui.actions.watch import Check
    from turbofinops_tui.store.watch import Alert
    from turbofinops_tui.sync.secrets import Found
    from turbofinops_tui.sync.secrets_keyring import Keyring

FIELD = "url"
SENDER = "TurboFinOps"
RETRY_DAYS = 7
"""days for which an alert that a channel did not take is sent again"""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as listed; ``trouble`` says why its address cannot be had."""

    name: str
    service: str = ""
    origin: str = ""
    last: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """How sending to one channel went; ``messages`` 0 and no error: there was nothing new."""

    channel: str
    messages: int = 0
    error: str = ""

    def text(self) -> str:
        """One line about it."""
        if self.error:
            return f"error: channel {self.channel}: {self.error}"
        if not self.messages:
            return f"channel {self.channel}: nothing new"
        return f"channel {self.channel}: sent"


def address(session: Session, name: str, environ: Mapping[str, str] | None = None) -> Found:
    """The address of a channel and where it comes from; SecretError when it is nowhere."""
    from turbofinops_tui.sync.secrets import resolve_own

    return resolve_own(name, FIELD, os.environ if environ is None else environ, session.config)


def list_channels(session: Session) -> list[Channel]:
    """Every channel, what is behind it, where its address comes from."""
    from turbofinops_tui.notify import service_of

    with session.own.read() as conn:
        names = [(name, channels.last_sent(conn, name)) for name in channels.load_channels(conn)]
    found = []
    for name, last in names:
        try:
            secret = address(session, name)
            found.append(Channel(name, service_of(secret.secret), secret.origin, last))
        except TurboError as error:
            found.append(Channel(name, last=last, trouble=error.line()))
    return found


def add_channel(session: Session, name: str, secret: str = "") -> Channel:
    """Add a channel; ``secret`` is its address for the keyring, empty: it comes from elsewhere.

    Nothing is saved when the address is none or the keyring fails.
    """
    from turbofinops_tui.notify import service_of
    from turbofinops_tui.sync.secrets import Secret, variable

    if session.read_only:
        raise ReadOnlyError("this session is read only", "leave --read-only out")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name):
        raise UsageError(f"{name!r} is not a name of a channel", "letters, digits, - and _, a letter first")
    with session.own.read() as conn:
        others = [other for other in channels.load_channels(conn) if other != name]
    for other in others:
        if variable(other, FIELD) == variable(name, FIELD):
            raise ConflictError(f"{name!r} and {other!r} give the same variable", "choose another name")
    service = service_of(Secret(secret)) if secret else ""
    if secret:
        _keyring(name).set(f"{name}/{FIELD}", secret)
    found = address(session, name)
    service = service or service_of(found.secret)
    with session.own.write("add channel") as txn:
        channels.save_channel(txn, name)
    return Channel(name, service, found.origin)


def remove_channel(session: Session, name: str) -> None:
    """Take a channel away, and its address out of the keyring where it lies there."""
    with session.own.write("remove channel") as txn:
        channels.remove_channel(txn, name)
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS") or os.uname().sysname != "Linux":
        try:
            _keyring(name).delete(f"{name}/{FIELD}")
        except TurboError:
            return  # it was never in there, or is kept locked: the channel is gone either way


def _keyring(name: str) -> Keyring:
    from turbofinops_tui.sync.secrets import variable
    from turbofinops_tui.sync.secrets_keyring import Keyring

    return Keyring(variable(name, FIELD))


def test_channel(session: Session, name: str) -> Sent:
    """Send a word to one channel."""
    with session.own.read() as conn:
        channels.known_channel(conn, name)
    return _send(session, name, f"{SENDER}: test", "This channel takes alerts. Nothing is wrong.", [])


def send_check(session: Session, found: Check) -> list[Sent]:
    """Send crossings, and withdrawals of what was sent, to every channel that has not had them yet.

    One channel that fails does not keep the others from theirs; what it missed it gets the next time.
    Raises UsageError when there is no channel, ReadOnlyError when nothing can be remembered.
    """
    if session.read_only:
        raise ReadOnlyError("what was sent cannot be remembered", "leave --read-only out, or --notify")
    return [_send_alerts(session, name, found) for name in _names(session)]


def send_digest(session: Session, day: int, title: str, text: str) -> list[Sent]:
    """Send a digest to every channel."""
    return [_send(session, name, title, text, [f"digest:{day}"]) for name in _names(session)]


def _names(session: Session) -> list[str]:
    with session.own.read() as conn:
        names = channels.load_channels(conn)
    if not names:
        raise UsageError("there is no channel to send to", "add one: turbofinops notify add NAME")
    return names


def _send_alerts(session: Session, name: str, found: Check) -> Sent:
    from turbofinops_tui.economics.periods import day_text
    from turbofinops_tui.files.watch_forms import message

    due, gone = _due(session, name, found)
    if not due and not gone:
        return Sent(name)
    last = day_text(max(alert.day for alert in (*due, *gone)) - 1)
    notes = [f"{item.source} {item.reason}" for item in found.not_judged if item.holds]
    what = (
        _count(due, "crossed below its floor", "crossed below their floor")
        if due
        else _count(gone, "alert withdrawn", "alerts withdrawn")
    )
    keys = [_word(alert) for alert in due] + [f"withdrawn:{alert.id}" for alert in gone]
    return _send(session, name, f"{SENDER}: {what}, {last}", message(due, gone, notes), keys)


def _due(session: Session, name: str, found: Check) -> tuple[list[Alert], list[Alert]]:
    """Crossings that a channel has not had yet, and withdrawn ones of which it had the alert."""
    from turbofinops_tui.store.watch import load_alerts

    end = found.days.end if found.days is not None else 0
    with session.own.read() as conn:
        had, since = channels.sent(conn, name), channels.added_at(conn, name)
        alerts = [a for a in load_alerts(conn, end - RETRY_DAYS, end + 1) if a.by in found.by]
    due = [
        alert
        for alert in alerts
        if not alert.withdrawn_at
        and _word(alert) not in had
        and (alert.day == end or alert.found_at >= since)
    ]
    gone = [a for a in alerts if a.withdrawn_at and _word(a) in had and f"withdrawn:{a.id}" not in had]
    return due, gone


def _word(alert: Alert) -> str:
    return f"alert:{alert.id}:{alert.found_at}"


def _count(alerts: Sequence[Alert], one: str, many: str) -> str:
    return f"{len(alerts)} {one if len(alerts) == 1 else many}"


def _send(session: Session, name: str, title: str, body: str, keys: list[str]) -> Sent:
    from turbofinops_tui import notify

    lines = "\n".join(notify.plain(line, 1000) for line in body.split("\n"))
    try:
        notify.send(address(session, name).secret, notify.plain(title, notify.TITLE), lines)
    except TurboError as error:
        return Sent(name, error=error.line())
    if keys and not session.read_only:
        with session.own.write("notify") as txn:
            channels.mark_sent(txn, name, keys)
    return Sent(name, messages=max(1, len(keys)))
