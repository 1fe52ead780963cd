"""What every cost source speaks, and how its kind is opened: discover, plan, fetch files (never rows).

A source hands over FILES; the cost import takes them from there, so that rollup, residual, replacement by
(source, export, billing period), ``explain`` to file and line, rebuild and reconcile are those of a local
file. ``actions/cost_sync.py`` owns the lock, the order, the commit and what is told.

A kind's module (``sync/pull/<kind>.py``) has ``open_source(connection, secrets, clock, stop) -> CostSource``
and one line in ``MODULES``. It must import nothing heavy at module level.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from turbofinops_tui.errors import SourceError, TurboError, UsageError

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.economics.usage import EvidenceRow
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.secrets import Found

MODULES: dict[str, str] = {
    "aws": "aws",
    "focus": "focus_folder",
    "azure": "azure",
    "gcp": "gcp",
    "datadog": "datadog",
    "openai": "openai",
    "anthropic": "anthropic",
    "openrouter": "openrouter",
    "litellm": "litellm",
}
"""kind of cost source -> its module in ``sync/pull``; a kind without one is not offered"""

Cursor = Mapping[str, Any]
"""what a source left of one item; JSON values only"""
Cursors = Mapping[str, Cursor]
"""item key -> its cursor; empty on the first run and with ``--full``"""
Secrets = Callable[[str], "Found"]
"""field name -> where the secret was found (``.secret.reveal()``); SecretError without one"""
Tick = Callable[[str, int, int], None]
"""(what, done, of); call it as often as you like, it is shown at most twice a second"""


@dataclass(frozen=True, slots=True)
class CostProgress:
    """How far a cost source is: ``what`` is the item or file in hand, number ``done`` of ``of``."""

    what: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be fetched. Days are days since 1970-01-01."""

    since: int | None = None
    """everything from this day on, whether it changed or not"""
    full: bool = False
    """everything, whether it changed or not (the runner empties the cursors)"""
    backfill: bool = False
    """history once: a paid one is shown with its price first"""


@dataclass(frozen=True, slots=True)
class Probe:
    """What ``connect test`` found."""

    account: str = ""
    """id of the account behind the credential; pinned to the connection. Empty when it has none"""
    origin: str = ""
    """where the credential came from, for people"""
    key: str = ""
    """what may be shown of it"""
    missing: tuple[str, ...] = ()
    """each permission that is missing, by its provider's name, with what it is for"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of work: one delivery of one export, usually one billing period."""

    key: str
    """stable name of the cursor, unique in the source: ``export/2026-10``"""
    export: str
    period: str
    """``YYYY-MM``; empty when only the files tell"""
    label: str
    """what is shown while it is read"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will read, in order, and what that costs."""

    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()
    requests: int | None = None
    """requests that the provider counts or bills; None when that does not matter"""
    price: str = ""
    """``about 0.12 USD``; empty when reading is free. A backfill with a price asks first"""


@dataclass(frozen=True, slots=True)
class FetchedEvidence:
    """Usage evidence that an item is in place of files: all that its scope has from now on."""

    scope: str
    feed: str
    rows: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """One item as files in ``folder`` (or where they lie, when they are local)."""

    files: tuple[Path, ...]
    """FOCUS, CUR or Azure files by their header; none: the period is empty"""
    export: str
    periods: tuple[str, ...]
    """billing periods that these files stand for; those that no row names any more are emptied"""
    cursor: Cursor = field(default_factory=dict)
    """written in the transaction that makes the files count"""
    final_until: int | None = None
    """days before this one will not be restated any more; None: the product's own rule decides"""
    delivered_until: int | None = None
    """days before this one are delivered, even those without cost; None: the last day with a row decides"""
    notes: tuple[str, ...] = ()
    requests: int = 0
    """billed requests that this took, counted in the store"""
    names: tuple[str, ...] = ()
    """what the files are called at the source (``s3://...``), in their order; empty: their paths"""
    keep: bool = True
    """keep a copy under ``received/`` (False for local files, which are known by path and hash)"""
    evidence: FetchedEvidence | None = None
    """in place of files"""
    trusted: bool = True
    """the source itself says that this is the whole period, so that it may shrink by more than half"""


class CostSource(Protocol):
    """One connected account that gives cost. Every method may raise SourceError; ``stop`` ends it soon."""

    def identity(self) -> str:
        """The account behind the credential by one free call, else empty; asked before every run."""

    def test(self) -> Probe:
        """Who the credential is and what it may not."""

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """What there is to read; cheap, and free where the provider bills requests."""

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """The files of one item, in ``folder`` (private, empty, removed afterwards); None: unchanged."""


class Stopped(TurboError):
    """The user stopped the run; what came before is kept."""

    title = "Stopped"


class Denied(SourceError):
    """The credential lacks a permission; ``permission`` is its provider's name."""

    def __init__(self, permission: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.permission = permission


def is_cost_kind(kind: str) -> bool:
    """True when connections of ``kind`` are cost sources of this runner."""
    return kind in MODULES


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> CostSource:
    """The source of a connection; UsageError when its kind has none."""
    if connection.kind not in MODULES:
        raise UsageError(
            f"{connection.name} is of kind {connection.kind}, which is not fetched", "import its files"
        )
    module = import_module(f"turbofinops_tui.sync.pull.{MODULES[connection.kind]}")
    return cast(CostSource, module.open_source(connection, secrets, clock, stop))


def check_stop(stop: threading.Event) -> None:
    """Stopped once the user asked to end; called between pages and parts."""
    if stop.is_set():
        raise Stopped("stopped", "the same command goes on from here")


def pinned(name: str, known: str, seen: str) -> None:
    """SourceError when the credential is of another account than the connection was tested with."""
    if known and seen and known != seen:
        raise SourceError(
            f"the credential of {name} is of account {seen}, the connection is of {known}",
            "give a credential of that account, or add another connection",
        )
