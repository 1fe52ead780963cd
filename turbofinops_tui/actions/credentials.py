"""The secret of a connection, from wherever the user keeps it, for what speaks to the provider."""

from __future__ import annotations

import os
from collections.abc import Mapping

from turbofinops_tui.actions.session import Session
from turbofinops_tui.store.connections import Connection, load_connections
from turbofinops_tui.sync.secrets import Found, KeyringGet, resolve


def secret_of(
    session: Session,
    connection: Connection,
    field: str,
    *,
    environ: Mapping[str, str] | None = None,
    keyring: KeyringGet | None = None,
) -> Found:
    """The secret ``field`` (``api_key``, ``webhook_secret``, ...) and its origin; SecretError without one."""
    with session.store.read() as conn:
        siblings = load_connections(conn)
    return resolve(
        connection,
        field,
        environ=os.environ if environ is None else environ,
        config=session.config,
        siblings=siblings,
        keyring=keyring,
    )
