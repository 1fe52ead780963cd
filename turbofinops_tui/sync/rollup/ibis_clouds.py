"""Athena, BigQuery, Snowflake, ClickHouse and Trino through Ibis: how each is reached, and what it bills.

Credentials are those of each provider's own chain, or the connection's one password. Nothing leaves this
machine unencrypted: plain HTTP is for an engine on this machine alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from functools import partial
from typing import Any

from turbofinops_tui.sync.kind_words import LOOPBACK
from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.rollup.engines import Reveal
from turbofinops_tui.sync.rollup.ibis_table import IbisTable, ask, table_at
from turbofinops_tui.sync.rollup.remote import Reads, Scope, Settings

DOLLARS_PER_TIB = Decimal("6.25")
"""of BigQuery on demand; the first TiB of a month is free"""


class AthenaTable(IbisTable):
    """Athena bills by what it scans."""

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        """Athena does not tell before it has run."""
        return Reads(note="Athena bills 5 USD per TB that it scans, and tells how much only afterwards")


class BigQueryTable(IbisTable):
    """BigQuery bills by the bytes of the columns that a query reads."""

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        """A dry run of every query, which is free."""
        from google.cloud.bigquery import QueryJobConfig

        size = 0
        for scope in scopes:
            sql = self.backend.compile(self.query(layout).rows(scope))
            config = QueryJobConfig(dry_run=True, use_query_cache=False)
            job = self.asked(partial(self.backend.client.query, sql, job_config=config))
            size += int(job.total_bytes_processed or 0)
        price = (DOLLARS_PER_TIB * size / (1 << 40)).quantize(Decimal("0.01"), ROUND_CEILING)
        return Reads(size, f"about {price} USD" if price > Decimal("0.01") else "")


class SnowflakeTable(IbisTable):
    """Snowflake bills by the time that its warehouse runs."""

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        """What is billed is time, which nobody knows before."""
        return Reads(note="Snowflake bills the seconds that the warehouse runs")


def open_athena(settings: Settings, reveal: Reveal) -> IbisTable:
    """A table of Athena; credentials by AWS's own chain or ``profile``."""
    import ibis

    words = {
        "region_name": "region",
        "work_group": "workgroup",
        "profile_name": "profile",
        "schema_name": "database",
    }
    given = {name: settings[key] for name, key in words.items() if settings.get(key)}
    backend = ask(lambda: ibis.athena.connect(s3_staging_dir=settings["staging"], **given))
    return AthenaTable(backend, table_at(backend, settings["table"]), _engine("athena", ""), "")


def open_bigquery(settings: Settings, reveal: Reveal) -> IbisTable:
    """A table of BigQuery; application-default credentials."""
    import google.auth
    import ibis

    credentials, _ = ask(lambda: google.auth.default())
    location = settings.get("location") or None
    backend = ask(
        lambda: ibis.bigquery.connect(
            project_id=settings["project"], credentials=credentials, location=location, partition_column=None
        )
    )
    return BigQueryTable(backend, table_at(backend, settings["table"]), _engine("bigquery", ""), "")


def open_snowflake(settings: Settings, reveal: Reveal) -> IbisTable:
    """A table of Snowflake; the secret is the user's password or programmatic token."""
    import ibis

    words = {
        key: settings[key]
        for key in ("account", "user", "database", "warehouse", "role")
        if settings.get(key)
    }
    backend = ask(
        lambda: ibis.snowflake.connect(
            password=reveal(), create_object_udfs=False, session_parameters={"TIMEZONE": "UTC"}, **words
        )
    )
    return SnowflakeTable(
        backend, table_at(backend, settings["table"]), _engine("snowflake", backend.version), ""
    )


def open_clickhouse(settings: Settings, reveal: Reveal) -> IbisTable:
    """A table of ClickHouse over HTTPS."""
    import ibis

    words: dict[str, Any] = {key: settings[key] for key in ("user", "database") if settings.get(key)}
    backend = ask(
        lambda: ibis.clickhouse.connect(
            host=settings["host"], port=_port(settings), password=reveal(), secure=_encrypted(settings),
            settings={"session_timezone": "UTC"}, **words,
        )
    )  # fmt: skip
    return IbisTable(
        backend, table_at(backend, settings["table"]), _engine("clickhouse", backend.version), ""
    )


def open_trino(settings: Settings, reveal: Reveal) -> IbisTable:
    """A table of Trino; ``database`` is the catalog, a password is sent over HTTPS alone."""
    import ibis
    from trino.auth import BasicAuthentication

    user, password, encrypted = settings["user"], reveal(), _encrypted(settings)
    words: dict[str, Any] = {"http_scheme": "https" if encrypted else "http"}
    if password:
        words["auth"] = BasicAuthentication(user, password)
    backend = ask(
        lambda: ibis.trino.connect(
            user=user, host=settings["host"], port=_port(settings) or (443 if encrypted else 8080),
            database=settings.get("database") or None, **words,
        )
    )  # fmt: skip
    return IbisTable(backend, table_at(backend, settings["table"]), _engine("trino", backend.version), "")


def _encrypted(settings: Settings) -> bool:
    return settings["host"] not in LOOPBACK


def _port(settings: Settings) -> int | None:
    text = settings.get("port", "")
    return int(text) if text.isdecimal() else None


def _engine(name: str, version: str) -> str:
    import ibis

    return f"{f'{name} {version}'.strip()} through ibis {ibis.__version__}"
