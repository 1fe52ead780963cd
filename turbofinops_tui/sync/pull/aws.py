"""AWS as a cost source: Data Exports in S3 (``mode=export``) or Cost Explorer (``mode=cost-explorer``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.errors import UsageError
from turbofinops_tui.sync.pull.aws_access import Access

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import CostSource, Secrets


def mode_of(settings: Mapping[str, str]) -> str:
    """``export`` or ``cost-explorer``: as said, else by whether there is a bucket."""
    return settings.get("mode") or ("export" if settings.get("bucket") else "cost-explorer")


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> CostSource:
    """The source of an AWS connection: by its mode, else by whether it has a bucket."""
    settings = connection.settings
    access = Access(connection.name, settings, stop, secrets)
    if mode_of(settings) == "cost-explorer":
        from turbofinops_tui.sync.pull.aws_cost_explorer import CostExplorer

        return CostExplorer(access, clock.today(), settings.get("tag_key", ""), settings.get("metric", ""))
    if not settings.get("bucket"):
        raise UsageError(
            f"{connection.name} reads an export and has no bucket",
            f"turbofinops connect set {connection.name} bucket=NAME prefix=PREFIX export=EXPORT",
        )
    from turbofinops_tui.sync.pull.aws_export import DataExports

    return DataExports(access, settings["bucket"], settings.get("prefix", ""), settings.get("export", ""))
