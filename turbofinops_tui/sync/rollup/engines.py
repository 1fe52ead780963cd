"""The engines beside the default one: their settings, their extras, and how a table on them is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from turbofinops_tui.errors import UsageError
from turbofinops_tui.sync.rollup.remote import RemoteTable, Settings

PASSWORD = "password"  # noqa: S105 (the name of a secret's field)
"""the secret that an engine may want"""
Reveal = Callable[[], str]
"""the password or token; empty without one"""


@dataclass(frozen=True, slots=True)
class EngineKind:
    """One engine."""

    module: str
    """in this package"""
    opener: str
    needs: tuple[str, ...]
    """modules that its extra brings"""
    settings: tuple[str, ...]
    """that it takes beside ``engine``, ``table`` and ``source``"""
    required: tuple[str, ...] = ()
    path: bool = False
    """whether files at a ``path`` do in place of a table"""
    billed: bool = False
    """whether every query costs money"""


ENGINES: Mapping[str, EngineKind] = {
    "duckdb": EngineKind("ibis_duckdb", "open_duckdb", ("ibis", "pyarrow"), ("path", "database"), path=True),
    "spark": EngineKind(
        "ibis_spark", "open_spark", ("ibis", "pyspark", "pyarrow"),
        ("path", "format", "url", "master"), path=True,
    ),
    "athena": EngineKind(
        "ibis_clouds", "open_athena", ("ibis", "pyathena"),
        ("region", "staging", "database", "workgroup", "profile"), ("staging",), billed=True,
    ),
    "bigquery": EngineKind(
        "ibis_clouds", "open_bigquery", ("ibis", "google.cloud.bigquery", "db_dtypes"),
        ("project", "location"), ("project",), billed=True,
    ),
    "snowflake": EngineKind(
        "ibis_clouds", "open_snowflake", ("ibis", "snowflake.connector"),
        ("account", "user", "database", "warehouse", "role"), ("account", "user", "database"), billed=True,
    ),
    "clickhouse": EngineKind(
        "ibis_clouds", "open_clickhouse", ("ibis", "clickhouse_connect"),
        ("host", "port", "user", "database"), ("host",),
    ),
    "trino": EngineKind(
        "ibis_clouds", "open_trino", ("ibis", "trino"),
        ("host", "port", "user", "database"), ("host", "user"),
    ),
}  # fmt: skip
"""name of the setting ``engine`` -> engine; without the setting files are rolled up here, by DuckDB"""


def engine_of(settings: Settings) -> EngineKind:
    """The engine of a connection; UsageError when a setting is missing or belongs to another engine."""
    name = settings["engine"]
    kind = ENGINES[name]
    known = {*kind.settings, "engine", "table", "source", "env"}
    if other := sorted(set(settings) - known):
        raise UsageError(
            f"engine {name} has no setting {other[0]!r}", f"its settings are: {', '.join(sorted(known))}"
        )
    if missing := [key for key in kind.required if not settings.get(key)]:
        raise UsageError(f"engine {name} needs the setting {missing[0]}", f"say --set {missing[0]}=...")
    if not settings.get("port", "0").isdecimal():
        raise UsageError(f"port {settings['port']!r} is no number", "say for example --set port=8443")
    if not os.path.isabs(settings.get("database", "/")) and name == "duckdb":
        raise UsageError(f"database {settings['database']!r} is no whole path", "begin it with /")
    named = [key for key in ("table", "path") if settings.get(key)]
    if len(named) != 1:
        what = "a table or the path of an export" if kind.path else "a table"
        raise UsageError(
            f"engine {name} reads {what}", "say one of them with --set table=... or --set path=..."
        )
    return kind


def label_of(settings: Settings) -> str:
    """What people call a table: ``spark:finops.focus``."""
    return f"{settings['engine']}:{settings.get('table') or settings.get('path')}"


def open_table(settings: Settings, reveal: Reveal) -> RemoteTable:
    """The table of a connection's settings; UsageError without the engine's extra, EngineAway when away."""
    kind = engine_of(settings)
    need_extra(settings["engine"], kind)
    module = import_module(f"turbofinops_tui.sync.rollup.{kind.module}")
    table = cast(RemoteTable, getattr(module, kind.opener)(settings, reveal))
    table.label = label_of(settings)
    return table


def need_extra(name: str, kind: EngineKind) -> None:
    """UsageError with the command that installs what an engine needs, when it is not here."""
    for module in kind.needs:
        if not _here(module):
            raise UsageError(
                f"engine {name} needs the extra [{name}], which is not installed (no module {module})",
                f"install it: uv pip install 'turbofinops-tui[{name}]' (in a checkout: -e '.[{name}]')",
            )


def _here(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
