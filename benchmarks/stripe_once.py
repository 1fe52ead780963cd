"""One run of a contender of the Stripe backfill: ``typed URL``, ``fetch URL STORE`` or ``derive STORE``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

KEY = "rk_live_fake_000000000000"
NAME = "stripe"


def typed(url: str) -> None:
    """The official client's typed auto-paging, storing nothing."""
    import stripe

    client = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=2)
    count = total = 0
    for invoice in client.v1.invoices.list({"limit": 100}).auto_paging_iter():
        count += 1
        total += invoice.total
    print(count, total)


def fetch(url: str, path: str) -> None:
    """Our fetch of the same list into a new store."""
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store import pulls
    from turbofinops_tui.store.connections import Connection, save_connection
    from turbofinops_tui.store.open import Store
    from turbofinops_tui.sync.pull.stripe import StripeApi
    from turbofinops_tui.sync.pull.stripe_pull import StripePull, plan
    from turbofinops_tui.sync.pull.stripe_sync import access_of
    from turbofinops_tui.sync.stripe_origin import stripe_origin

    store = Store.open(Path(path), Clock())
    connection = Connection(NAME, "stripe", {"base_url": url})
    now = int(store.clock.now().timestamp())
    run = pulls.Run(NAME, "backfill", 1_577_836_800, now)
    slices = [item for item in plan("backfill", run.since, now) if item.resource == "invoices"]
    with store.write("connect") as txn:
        save_connection(txn, connection)
        pulls.begin_run(txn, run, slices)
    api = StripeApi(access_of(connection, KEY), rate=100_000.0)
    pull = StripePull(store, api, stripe_origin(connection), run)
    pull.fetch_lists()
    print(pull.pulled.objects, api.requests)


def derive(path: str) -> None:
    """Revenue rows of all that was fetched."""
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.open import Store
    from turbofinops_tui.sync.derive import derive_dirty
    from turbofinops_tui.sync.derive_component import Origin

    print(derive_dirty(Store.open(Path(path), Clock()), Origin(NAME, "", True)).rows)


if __name__ == "__main__":
    contenders: dict[str, Callable[..., None]] = {"typed": typed, "fetch": fetch, "derive": derive}
    contenders[sys.argv[1]](*sys.argv[2:])
