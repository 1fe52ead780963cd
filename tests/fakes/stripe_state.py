"""What the fake Stripe account holds, what was asked of it, and what is to go wrong."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
KEY = "rk_live_fake_000000000000"
ACCOUNT = "acct_1FAKE0000000000"
CUT = 10


class ApiError(Exception):
    """An answer other than 200."""

    def __init__(
        self, status: int, message: str, code: str = "", kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind} | ({"code": code} if code else {})}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server took it."""

    method: str
    path: str
    query: dict[str, Any]
    account: str


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next ``times`` requests whose path matches."""

    kind: str
    """429 500 503 timeout reset cut html"""
    times: int
    path: re.Pattern[str]
    after: int = 0
    """so many matching requests pass before"""


class Collection:
    """The objects of one kind by age; texts are made once."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self.created: list[int] = []
        self.place: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self._sorted = True

    def put(self, obj: Json) -> None:
        """Add or replace one object."""
        if obj["id"] in self.place:
            self.rows[self.place[obj["id"]]] = obj
        else:
            self.place[obj["id"]] = len(self.rows)
            self.rows.append(obj)
        self.texts.pop(obj["id"], None)
        self._sorted = False

    def drop(self, ident: str) -> None:
        """Delete one object for good."""
        self.rows = [row for row in self.rows if row["id"] != ident]
        self._sorted = False
        self.settle()

    def settle(self) -> None:
        """Bring the order up to date: oldest first, then as added."""
        if self._sorted:
            return
        self.rows.sort(key=lambda row: int(row.get("created") or 0))
        self.created = [int(row.get("created") or 0) for row in self.rows]
        self.place = {row["id"]: number for number, row in enumerate(self.rows)}
        self._sorted = True

    def text(self, row: Json) -> str:
        """The JSON of one object as lists show it."""
        found = self.texts.get(row["id"])
        if found is None:
            found = self.texts[row["id"]] = json.dumps(cut(row), separators=(",", ":"))
        return found


@dataclass
class State:
    """What the account holds and what was asked of it."""

    key: str = KEY
    account: str = ACCOUNT
    now: Callable[[], int] = lambda: 1_788_220_800
    denied: set[str] = field(default_factory=set)
    """plural names (also ``account`` and ``create_preview``) that the key may not read"""
    kinds: dict[str, Collection] = field(default_factory=lambda: defaultdict(Collection))
    asked: list[Asked] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """requests without key or version, and what else a client must never do"""
    faults: list[Fault] = field(default_factory=list)
    hook: Callable[[Asked], None] = lambda _: None
    """runs before each answer (a webhook that lands between pages)"""
    lock: threading.RLock = field(default_factory=threading.RLock)
    hung: threading.Event = field(default_factory=threading.Event)
    """set when the server goes down: ends the answers that hang"""

    def put(self, *objects: Json) -> None:
        """Objects or events into the account."""
        with self.lock:
            for obj in objects:
                self.kinds[obj["object"]].put(obj)

    def fail(self, kind: str, times: int = 1, path: str = "", after: int = 0) -> None:
        """Let the next ``times`` requests to a path that matches ``path`` go wrong."""
        self.faults.append(Fault(kind, times, re.compile(path), after))

    def counts(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(item.path for item in self.asked)


def cut(value: Any) -> Any:
    """A copy with every embedded list cut at ten."""
    if isinstance(value, list):
        return [cut(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: cut(item) for key, item in value.items()}
    if found.get("object") == "list" and len(found.get("data", ())) > CUT:
        found |= {"data": found["data"][:CUT], "has_more": True}
    return found
