"""Spark through Ibis: a session of its own, a cluster's master, or Spark Connect."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from turbofinops_tui.sync.read.layout import Layout
from turbofinops_tui.sync.rollup.engines import Reveal
from turbofinops_tui.sync.rollup.ibis_table import PAGE_ROWS, IbisTable, ask, table_at
from turbofinops_tui.sync.rollup.remote import EngineAway, Page, Reads, Scope, Settings

AT_ONCE = 5 * PAGE_ROWS
"""lines whose rollup rows come in one page, however few they share"""
CONNECT_PORT = 15002
REACH_SECONDS = 10.0
_VIEW = "turbofinops_lines"
_QUIET = {"spark.ui.showConsoleProgress": "false"}
_ALONE = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
"""of a session that is this machine alone"""
_CSV = {"header": "true", "escape": '"', "multiLine": "true", "mode": "FAILFAST"}
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "PiB": 1 << 50}
_SIZE = re.compile(r"Relation .*?sizeInBytes=([0-9.]+) ([KMGTP]?i?B)")


class SparkTable(IbisTable):
    """One table or view of a Spark session."""

    def pages(self, expression: Any, most: int) -> Iterator[Page]:
        """Arrow tables: many rows stay on the cluster and come in portions that fit here."""
        from pyspark.sql import functions

        frame = self.backend._session.sql(self.backend.compile(expression))
        if most <= AT_ONCE:
            yield frame.toArrow()
            return
        frame = frame.persist()
        try:
            total = frame.count()
            portions = -(-total // PAGE_ROWS)
            hashed = functions.pmod(functions.hash(*frame.columns), functions.lit(portions))
            got = 0
            for number in range(portions):
                page = (frame if portions == 1 else frame.filter(hashed == number)).toArrow()
                got += page.num_rows
                yield page
            if got != total:
                raise EngineAway(f"it counted {total:,} rollup rows and gave {got:,}")
        finally:
            frame.unpersist()

    def small(self, expression: Any) -> Sequence[dict[str, Any]]:
        """A few rows."""
        rows = self.backend._session.sql(self.backend.compile(expression)).collect()
        return [row.asDict() for row in rows]

    def reads(self, layout: Layout, scopes: Sequence[Scope]) -> Reads:
        """The size that Spark's own plan expects of the table."""
        sql = self.backend.compile(self.query(layout).counted())
        plan = self.asked(lambda: self.backend._session.sql(f"EXPLAIN COST {sql}").collect()[0][0])
        match = _SIZE.search(plan)
        return Reads(int(float(match[1]) * _UNITS[match[2]]) if match else None)

    def cancel(self) -> None:
        """End every job of the session."""
        session = self.backend._session
        if hasattr(session, "interruptAll"):
            ask(session.interruptAll)
        else:
            ask(session.sparkContext.cancelAllJobs)


def open_spark(settings: Settings, reveal: Reveal) -> SparkTable:
    """The table of ``table``, or the files at ``path`` as the cluster sees them."""
    import ibis

    session = ask(lambda: _session(settings, reveal))
    backend = ask(lambda: ibis.pyspark.connect(session))
    engine = f"spark {session.version} through ibis {ibis.__version__}"
    table = ask(lambda: _table(backend, settings))
    return SparkTable(backend, table, engine, "")


def _session(settings: Settings, reveal: Reveal) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    if url := settings.get("url"):
        _reach(url)
        token = reveal()
        slash = "" if "/;" in url else "/"
        return builder.remote(f"{url.rstrip(';')}{slash};token={token}" if token else url).getOrCreate()
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise EngineAway("there is no Java runtime here: install one, or give the url of Spark Connect")
    builder = builder.appName("turbofinops")
    master = settings.get("master", "")
    if master:
        builder = builder.master(master)
    for key, value in (_QUIET | (_ALONE if master.startswith("local") else {})).items():
        builder = builder.config(key, value)
    with _quiet():
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def _reach(url: str) -> None:
    """EngineAway when nobody listens there: Spark's own client would ask again for minutes."""
    parts = urlsplit(url)
    if not parts.hostname:
        return
    place = (parts.hostname, parts.port or CONNECT_PORT)
    try:
        socket.create_connection(place, REACH_SECONDS).close()
    except OSError as error:
        raise EngineAway(f"{place[0]}:{place[1]} does not answer ({error.strerror or error})") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """The virtual machine that starts meanwhile writes its log nowhere: it would write into the screen."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _table(backend: Any, settings: Settings) -> Any:
    if name := settings.get("table"):
        return table_at(backend, name)
    path = settings["path"]
    reader = backend._session.read.option("recursiveFileLookup", "true")
    if _form(path, settings.get("format", "")) == "csv":
        for option, value in _CSV.items():
            reader = reader.option(option, value)
        frame = reader.csv(path)
    else:
        frame = reader.parquet(path)
    frame.createOrReplaceTempView(_VIEW)
    return backend.table(_VIEW)


def _form(path: str, said: str) -> str:
    """csv or parquet: as said, else by the name, else by what lies in a local directory."""
    if said:
        return said
    names = [path] if not os.path.isdir(path) else [name for _, _, names in os.walk(path) for name in names]
    return "csv" if any(name.endswith((".csv", ".csv.gz")) for name in names) else "parquet"
