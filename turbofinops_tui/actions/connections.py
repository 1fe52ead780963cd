"""Connections: list, add, change, test, remove; their secrets go to the OS keyring and nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from turbofinops_tui.actions.credentials import secret_of
from turbofinops_tui.actions.session import Session
from turbofinops_tui.errors import ConflictError, ReadOnlyError, TurboError, UsageError
from turbofinops_tui.store import pulls
from turbofinops_tui.store.connection_data import remove_cost_data, remove_stripe_data
from turbofinops_tui.store.connections import (
    Connection,
    get_connection,
    load_connections,
    remove_connection,
    save_connection,
    set_account,
)
from turbofinops_tui.store.cost_cursors import RunnerState, parse_state
from turbofinops_tui.sync.connection_kinds import KINDS, Field, clean_settings, kind_of
from turbofinops_tui.sync.runner import is_cost_kind, pinned
from turbofinops_tui.sync.secrets import Found, Secret, SecretError, check_names
from turbofinops_tui.sync.stripe_origin import first_source, stripe_origin

if TYPE_CHECKING:
    import sqlite3

__all__ = ["KINDS", "Connection", "Field", "Found", "SecretError", "kind_of"]

_ANOTHER_ACCOUNT = (
    "account", "livemode", "base_url", "source", "mode", "bucket", "prefix", "export", "profile", "region",
    "endpoint_url", "api_endpoint", "billing_account", "project", "table", "container_url", "site", "path",
    "tag_key", "tag_keys", "metric", "engine", "database", "url", "host",
)  # fmt: skip
"""settings whose change makes what was found and fetched so far say nothing"""


@dataclass(frozen=True, slots=True)
class SecretLine:
    """Where one secret of a connection comes from; ``trouble`` says why it does not."""

    field: str
    required: bool
    origin: str = ""
    trouble: str = ""


@dataclass(slots=True)
class Tested:
    """What a test found out."""

    account: str
    origin: str
    """of the key"""
    key: str
    """what may be shown of it"""
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Gone:
    """A removed connection."""

    name: str
    removed: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def list_connections(session: Session) -> list[Connection]:
    """All connections by name."""
    with session.store.read() as conn:
        return load_connections(conn)


def secret_lines(
    session: Session, connection: Connection, environ: Mapping[str, str] | None = None
) -> list[SecretLine]:
    """Where each secret of a connection comes from."""
    found = []
    for item in KINDS[connection.kind].fields if connection.kind in KINDS else ():
        if item.when and item.when not in connection.settings:
            continue
        try:
            origin = secret_of(session, connection, item.name, environ=environ).origin
            found.append(SecretLine(item.name, item.required, origin))
        except TurboError as error:
            found.append(SecretLine(item.name, item.required, trouble=error.line()))
    return found


def new_connection(session: Session, kind: str, name: str, settings: Mapping[str, str]) -> Connection:
    """A connection checked against the others, not saved yet."""
    cleaned = clean_settings(kind, settings)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name):
        raise UsageError(
            f"{name!r} is not a name of a connection", "letters, digits, - and _, a letter first, at most 64"
        )
    others = list_connections(session)
    if any(other.name == name for other in others):
        raise ConflictError(
            f"there is a connection {name!r} already", f"change it with `turbofinops connect set {name} K=V`"
        )
    if kind == "stripe":
        cleaned.setdefault("source", first_source(name, others))
    connection = Connection(name, kind, cleaned)
    check_names(connection, others)
    _refuse_same_facts(connection, others)
    return connection


def add_connection(session: Session, connection: Connection, secrets: Mapping[str, str]) -> None:
    """Store the secrets in the keyring, then the connection; nothing is saved when the keyring fails."""
    _writable(session)
    for name, value in secrets.items():
        _keep(connection, name, value)
    try:
        with session.store.write("add connection") as txn:
            save_connection(txn, connection)
    except BaseException:
        for name in secrets:
            _forget(connection, name)
        raise
    _customers_again(session, connection, "")


def store_secret(session: Session, name: str, field_name: str, value: str) -> None:
    """Put a secret of a connection into the keyring in place of the one before; audited, without it."""
    _writable(session)
    with session.store.read() as conn:
        connection = get_connection(conn, name)
    _keep(connection, field_name, value)
    with session.store.write("store secret") as txn:
        txn.audit("store secret", "connection", name, None, {"field": field_name, "in": "the OS keyring"})


def change_settings(session: Session, name: str, settings: Mapping[str, str]) -> Connection:
    """Change settings (an empty value takes one away); another account or address starts anew."""
    with session.store.write("change connection") as txn:
        everything = load_connections(txn.conn)
        before = get_connection(txn.conn, name)
        merged = dict(before.settings) | clean_settings(before.kind, {k: v for k, v in settings.items() if v})
        for key in (key for key, value in settings.items() if not value):
            merged.pop(key, None)
        after = replace(before, settings=merged)
        if any(before.settings.get(key) != merged.get(key) for key in _ANOTHER_ACCOUNT):
            after = replace(after, account="", cursor=_paid_for(after))
            pulls.end_run(txn, name)
        _refuse_same_facts(after, everything)
        _refuse_engine_over_rows(txn.conn, before, after)
        save_connection(txn, after)
    _customers_again(session, after, before.settings.get("customer_key", ""))
    return after


def _paid_for(connection: Connection) -> str:
    """A cursor that knows nothing but the requests that were billed already."""
    if not is_cost_kind(connection.kind):
        return ""
    asked = parse_state(connection.cursor).requests
    return RunnerState(requests=asked).text() if asked else ""


def probe_connection(session: Session, name: str, environ: Mapping[str, str] | None = None) -> Tested:
    """Ask the provider what the key is and may; the account found is kept, a key of another is refused."""
    with session.store.read() as conn:
        kind = get_connection(conn, name).kind
    return _probe_cost(session, name) if is_cost_kind(kind) else _probe_stripe(session, name, environ)


def _probe_cost(session: Session, name: str) -> Tested:
    import threading

    from turbofinops_tui.actions.cost_rivals import refuse_nested, rivals_of
    from turbofinops_tui.actions.cost_sync import open_cost

    with session.store.read() as conn:
        connection = get_connection(conn, name)
        others = load_connections(conn)
    source = open_cost(session, connection, threading.Event())
    try:
        seen = source.test()
    finally:
        getattr(source, "close", lambda: None)()
    pinned(name, connection.account, seen.account)
    _keep_account(session, name, seen.account)
    refuse_nested(session, connection, source)
    tested = Tested(seen.account, seen.origin, seen.key, list(seen.missing), list(seen.notes))
    tested.notes += rivals_of(session, connection, seen.account).words()
    for other in others:
        same = other.name != name and (other.kind, other.account) == (connection.kind, seen.account)
        if same and seen.account and _reads(other) == _reads(connection):
            tested.notes.append(f"{other.name} reads the same of account {seen.account}: it counts twice")
    return tested


def _reads(connection: Connection) -> dict[str, str]:
    """The settings that say what is read."""
    return {key: value for key, value in connection.settings.items() if key not in ("source", "env")}


def _probe_stripe(session: Session, name: str, environ: Mapping[str, str] | None) -> Tested:
    from turbofinops_tui.sync.http import FEW
    from turbofinops_tui.sync.pull.stripe import StripeApi
    from turbofinops_tui.sync.pull.stripe_probe import check_account, probe
    from turbofinops_tui.sync.pull.stripe_sync import access_of

    with session.store.read() as conn:
        connection = get_connection(conn, name)
        others = load_connections(conn)
    found = secret_of(session, connection, KINDS[connection.kind].fields[0].name, environ=environ)
    seen = probe(StripeApi(access_of(connection, found.secret.reveal()), timeout=(5.0, 20.0), attempts=FEW))
    check_account(name, connection.account, seen.account)
    _refuse_same_account(connection, seen.account, others)
    _keep_account(session, name, seen.account)
    return Tested(seen.account, found.origin, found.secret.hint(), list(seen.missing), list(seen.notes))


def _keep_account(session: Session, name: str, account: str) -> None:
    if account and not session.read_only:
        with session.store.write("test connection") as txn:
            set_account(txn, name, account)


def remove(session: Session, name: str, *, with_data: bool = False) -> Gone:
    """Remove a connection, its secrets from the keyring, and with ``with_data`` what it brought."""
    from turbofinops_tui.actions.syncing import held

    gone = Gone(name)
    with session.store.read() as conn:
        get_connection(conn, name)
    with held(session.store, name):
        with session.store.write("remove connection") as txn:
            connection = remove_connection(txn, name)
            pulls.end_run(txn, name)
            if with_data and is_cost_kind(connection.kind):
                gone.removed = remove_cost_data(txn, name, connection.source)
                txn.audit("remove data", "connection", name, dict(gone.removed), None)
            if with_data and connection.kind == "stripe":
                origin = stripe_origin(connection)
                gone.removed = remove_stripe_data(txn, origin.source, origin.account, origin.livemode)
                txn.audit("remove data", "connection", name, dict(gone.removed), None)
        if with_data and connection.kind == "stripe":
            gone.notes += _files_again(session, connection)
    for item in KINDS[connection.kind].fields if connection.kind in KINDS else ():
        if note := _forget(connection, item.name):
            gone.notes.append(note)
    return gone


def read_secret(raw: str) -> str:
    """A secret as typed or piped in; UsageError for nothing, several lines, or far too much."""
    value = raw.strip()
    if not value or "\n" in value or len(value) > 16 * 1024:
        raise UsageError("that is not one secret", "give one line")
    Secret(value)  # from now on no log shows it
    return value


def _customers_again(session: Session, connection: Connection, before: str) -> None:
    """References of customers received so far, when they stand under another key than ``before``."""
    if connection.kind == "stripe" and connection.settings.get("customer_key", "") != before:
        from turbofinops_tui.sync.derive import derive_customers_again

        derive_customers_again(session.store, stripe_origin(connection))


def _refuse_same_facts(connection: Connection, others: list[Connection]) -> None:
    """Two connections to the same rows would take them from each other."""
    if connection.kind == "focus":
        _refuse_two_engines(connection, others)
    if connection.kind != "stripe":
        return
    mine = stripe_origin(connection)
    for other in others:
        if other.name != connection.name and other.kind == "stripe" and stripe_origin(other) == mine:
            raise ConflictError(
                f"{other.name!r} has the same source, account and mode", "give another source or account"
            )


def _refuse_two_engines(connection: Connection, others: list[Connection]) -> None:
    """What an engine rolls up is the whole of its source: another connection would count it twice."""
    from turbofinops_tui.sync.rollup.engines import engine_of

    if "engine" in connection.settings:
        engine_of(connection.settings)
    for other in others:
        engines = [item.settings.get("engine", "") for item in (connection, other)]
        if other.name != connection.name and other.source == connection.source and any(engines):
            filled = other.settings.get("engine") or f"files of kind {other.kind}"
            raise ConflictError(
                f"{other.name!r} fills the source {other.source} already, by {filled}",
                "give another source with --set source=NAME, or remove that connection --with-data",
            )


def _refuse_engine_over_rows(conn: sqlite3.Connection, before: Connection, after: Connection) -> None:
    """Rows that one engine brought would stay beside those of the next and count twice."""
    if before.settings.get("engine") == after.settings.get("engine"):
        return
    if conn.execute(
        "SELECT 1 FROM ingest_batch WHERE source = ? AND state = 'active' LIMIT 1", (after.source,)
    ).fetchone():
        raise ConflictError(
            f"{before.name!r} has brought rows by {before.settings.get('engine') or 'files of this machine'}",
            f"turbofinops connect remove {before.name} --with-data, then add it again on the other engine",
        )


def _refuse_same_account(connection: Connection, account: str, others: list[Connection]) -> None:
    """The same account connected twice would count twice."""
    for other in others:
        same = account and other.account == account and other.livemode == connection.livemode
        if same and other.kind == connection.kind and other.name != connection.name:
            raise ConflictError(
                f"the key of {connection.name} is of account {account}, which {other.name} has already",
                f"remove one: turbofinops connect remove {connection.name} --with-data",
            )


def _files_again(session: Session, connection: Connection) -> list[str]:
    """Files of the same source whose objects the connection had replaced; what could not be read."""
    from turbofinops_tui.actions.deliveries import after_undo, list_deliveries, read_again
    from turbofinops_tui.store.undo import STRIPE_KINDS

    notes = []
    for line in list_deliveries(session):
        item = line.delivery
        if item.kind in STRIPE_KINDS and item.source == connection.source and item.state == "active":
            try:
                read_again(session, item.id, [])
            except TurboError as error:
                notes.append(f"import {item.id} could not be read again: {error.line()}")
    after_undo(session, STRIPE_KINDS[0])
    return notes


def _keep(connection: Connection, name: str, value: str) -> None:
    from turbofinops_tui.sync.secrets import variable
    from turbofinops_tui.sync.secrets_keyring import Keyring

    kind_of(connection.kind).field(name)
    Keyring(variable(connection.name, name)).set(f"{connection.name}/{name}", value)


def _forget(connection: Connection, name: str) -> str:
    """Take a secret out of the keyring; a note when that cannot be known."""
    from turbofinops_tui.sync.secrets_keyring import LOCKED, Keyring

    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS") and os.uname().sysname == "Linux":
        return ""  # no keyring in this session, so nothing of it was stored from here
    try:
        Keyring().delete(f"{connection.name}/{name}")
    except SecretError as error:
        if error.message == LOCKED:
            return f"the keyring is locked: {connection.name}/{name} may still be in it"
    return ""


def _writable(session: Session) -> None:
    if session.read_only:
        raise ReadOnlyError("this would write to the store", "start without --read-only")
