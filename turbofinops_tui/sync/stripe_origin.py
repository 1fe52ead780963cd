"""Which account's objects a Stripe connection brings, and under which source they lie."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.store.connections import Connection
from turbofinops_tui.sync.derive import CUSTOMER_KEY
from turbofinops_tui.sync.derive_component import Origin

SOURCE = "stripe"
"""the source of Stripe's files, and of the first connection: one invoice counts once by any path"""


def stripe_origin(connection: Connection) -> Origin:
    """Source, connected account (empty: the key's own) and mode of what the connection brings."""
    return Origin(connection.source, connection.settings.get("account", ""), connection.livemode)


def customer_key(connection: Connection) -> str:
    """The metadata key of the customer reference."""
    return connection.settings.get("customer_key") or CUSTOMER_KEY


def first_source(name: str, others: Sequence[Connection]) -> str:
    """The source of a new connection: that of the files unless another connection has it already."""
    return name if any(other.source == SOURCE for other in others) else SOURCE
