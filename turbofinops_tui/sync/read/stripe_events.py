"""Files in Stripe's shape, events or objects, as records ready for the store; checked line by line.

One mode and account counts (live and the key's own without a connection); others are counted in the
result. An event of another release of the API is kept, but its object is not read from it: it waits for the
object in today's shape. The whole file is read before anything is written, through a temporary file, so that
a bad line leaves the store as it was whatever the size of the file.
"""

from __future__ import annotations

import marshal
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.derive_facts import fact
from turbofinops_tui.sync.derive_inbox import EventRow
from turbofinops_tui.sync.read.jsonl import encode, read_objects
from turbofinops_tui.sync.read.stripe_objects import (
    RELEASE,
    Json,
    Snapshot,
    embedded,
    identify,
    is_complete,
    newest_stamp,
    pack,
    rank,
    references,
)

_EVENT = attrgetter(*(item.name for item in fields(EventRow)))
_SNAPSHOT = attrgetter(*(item.name for item in fields(Snapshot)))
TEST_MODE = "test mode"
LIVE_MODE = "live mode"
CONNECTED = "connected account"
OTHER_VERSION = "other API version"
NO_OBJECT = "without an object"
_MOST_EMBEDDED = 20_000


@dataclass(slots=True)
class Spool:
    """Checked records of one import, in a temporary file that vanishes with it."""

    account: str = ""
    """the connected account that counts; empty: the key's own"""
    livemode: bool = True
    """the mode that counts"""
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    lines: int = 0
    events: int = 0
    objects: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """why -> how many records are not counted"""

    def add(self, event: EventRow | None, snapshots: list[Snapshot]) -> None:
        """Keep one line's records."""
        self.events += event is not None
        self.objects += len(snapshots)
        record = (_EVENT(event) if event else None, [_SNAPSHOT(item) for item in snapshots])
        marshal.dump(record, self.file)

    def records(self) -> Iterator[tuple[EventRow | None, list[Snapshot]]]:
        """All records again, in the order of the lines."""
        self.file.seek(0)
        while True:
            try:
                event, snapshots = marshal.load(self.file)  # noqa: S302 (our own temporary file)
            except EOFError:
                return
            yield (EventRow(*event) if event else None, [Snapshot(*item) for item in snapshots])


def read_file(path: Path, spool: Spool, written_at: int, *, events_only: bool) -> None:
    """Check every line of ``path`` into ``spool``; DataError with file, line and field.

    ``written_at`` (epoch seconds) is when an object file was made: the version of its snapshots.
    """
    for number, text, value in read_objects(path):
        spool.lines += 1
        try:
            _read_line(value, text, spool, written_at, events_only)
        except DataError as error:
            raise DataError(
                error.message, error.hint, file=path.name, line=number, column=error.column
            ) from None


def _read_line(value: Json, text: str, spool: Spool, written_at: int, events_only: bool) -> None:
    kind = value.get("object")
    if kind == "event":
        _read_event(value, text, spool)
    elif kind == "v2.core.event":
        spool.left_out[NO_OBJECT] += 1  # thin events carry no object
    elif events_only:
        raise DataError(
            f"is not a Stripe event (object is {str(kind)[:40]!r})",
            "use `import stripe-objects` for objects",
            column="object",
        )
    elif kind == "list":
        for item in value.get("data") or ():
            if not isinstance(item, dict):
                raise DataError("a list that holds something else than objects", "use the API's own JSON")
            _read_object(item, encode(item), spool, written_at)
    else:
        _read_object(value, text, spool, written_at)


def _read_event(value: Json, text: str, spool: Spool) -> None:
    found = read_event(value, text, account=spool.account, livemode=spool.livemode)
    if found.left_out:
        spool.left_out[found.left_out] += 1
    if found.event is not None:
        spool.add(found.event, found.snapshots)


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event taken apart; without ``event`` it does not count, ``left_out`` says why."""

    event: EventRow | None
    snapshots: list[Snapshot] = field(default_factory=list)
    left_out: str = ""


def read_event(value: Json, text: str, *, account: str = "", livemode: bool = True) -> ReadEvent:
    """An event for one account and mode (no account: the key's own); DataError names the field.

    One of another release of the API is kept as incomplete, without the objects in it.
    """
    ident, _ = identify(value, "event")
    created = value.get("created")
    data = value.get("data")
    obj = data.get("object") if isinstance(data, dict) else None
    if type(created) is not int or created < 0 or not isinstance(obj, dict):
        column = "data.object" if type(created) is int else "created"
        raise DataError("an event without " + column, "use the API's own JSON", column=column)
    if str(value.get("account") or "") != account:
        return ReadEvent(None, left_out=CONNECTED)
    if (value.get("livemode") is True) != livemode:
        return ReadEvent(None, left_out=TEST_MODE if livemode else LIVE_MODE)
    version = str(value.get("api_version") or "")
    usable = isinstance(obj.get("id"), str) and isinstance(obj.get("object"), str)
    same = version.partition(".")[2] == RELEASE
    state = "done" if same or not usable else "incomplete"
    target = str(obj.get("id") or "")[:255]
    event = EventRow(ident, str(value.get("type") or ""), created, version, target, state, pack(text))
    found = snapshots_of(obj, encode(obj), created, ident) if same and usable else []
    return ReadEvent(event, found, "" if same else OTHER_VERSION)


def _read_object(value: Json, text: str, spool: Spool, written_at: int) -> None:
    if value.get("object") == "event":
        _read_event(value, text, spool)
        return
    identify(value)
    if value.get("livemode") is (not spool.livemode):
        spool.left_out[TEST_MODE if spool.livemode else LIVE_MODE] += 1
        return
    stamp = newest_stamp(value)
    spool.add(None, snapshots_of(value, text, max(written_at, stamp), ""))


def snapshots_of(obj: Json, text: str, version: int, event: str) -> list[Snapshot]:
    """The object and every whole object inside it; checked, so that nothing unreadable is stored.

    ``version`` is the second of the state, ``event`` what brought it (empty: fetched). DataError names
    the field.
    """
    found: list[Snapshot] = []
    todo: list[tuple[Json, str]] = [(obj, text)]
    while todo:
        value, raw = todo.pop()
        ident, kind = identify(value)
        fact(value, kind)
        created = value.get("created")
        found.append(
            Snapshot(
                ident,
                kind,
                created if type(created) is int else 0,
                rank(value, kind),
                version,
                is_complete(value, kind),
                event,
                references(value, kind),
                pack(raw),
            )
        )
        if len(found) > _MOST_EMBEDDED:
            raise DataError("holds too many objects", "use the API's own JSON")
        todo += [(inner, encode(inner)) for inner in embedded(value, kind)]
    return found


def counted(spool: Spool) -> dict[str, Any]:
    """The counts of an import for its result, in the words shown to the user."""
    return {"lines": spool.lines, "events": spool.events, "objects": spool.objects, **spool.left_out}
