"""AWS Data Exports from a real S3: by manifest, once, replaced when restated, whole or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import s3_server
from tests.fakes.s3_server import S3, line
from tests.sync.source_driving import no_waiting, one_loader
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.syncing import Ask, SyncLine, sync
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.connections import Connection, get_connection, save_connection
from turbofinops_tui.sync.pull import aws_export


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    server, url = s3_server.start()
    yield url
    server.stop()


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return S3(moto)


def connect(session: Session, settings: dict[str, str], account: str = "") -> None:
    with session.store.write("test") as txn:
        save_connection(txn, Connection("aws", "aws", settings, account))


@pytest.fixture
def session(tmp_path: Path, clock: Clock, s3: S3) -> Session:
    found = open_session(resolve(root=str(tmp_path / "root")), clock)
    connect(found, s3.settings())
    return found


def fetch(session: Session, **ask: Any) -> SyncLine:
    [found] = sync(session, ["aws"], Ask(**ask))
    return found


def totals(session: Session) -> dict[str, str]:
    with session.store.read() as conn:
        rows = conn.execute(
            "SELECT b.period, t.exact FROM batch_total t JOIN ingest_batch b ON b.id = t.batch"
            " WHERE b.state = 'active' AND t.cost = 'effective'"
        )
        return dict(rows.fetchall())


@pytest.mark.parametrize("form", ["key", "uri", "text"])
def test_months_come_by_their_manifests_once(s3: S3, session: Session, form: str) -> None:
    s3.deliver("2026-09", [[line("2026-09-01", "1.10")], [line("2026-09-30", "8E-7")]], form=form)
    s3.deliver("2026-10", [[line("2026-10-05", "2.50")]], form=form)
    first = fetch(session)
    assert (first.error, first.items, first.rows) == ("", 2, 3)
    assert totals(session) == {"2026-09": "1.1000008", "2026-10": "2.5"}
    again = fetch(session)
    assert (again.error, again.items, again.unchanged) == ("", 0, 0)
    with session.store.read() as conn:
        assert get_connection(conn, "aws").account == "123456789012"
        files = json.loads(conn.execute("SELECT files FROM delivery").fetchone()[0])
    assert files[0]["path"].startswith(f"s3://{s3.bucket}/fin/daily/data/")
    assert files[0]["kept"] is True
    assert list(session.paths.store.parent.glob("*.fetch-*")) == []


def test_a_restated_month_replaces_and_says_so(s3: S3, session: Session) -> None:
    s3.deliver("2026-10", [[line("2026-10-05", "20")], [line("2026-10-06", "4.40")]])
    fetch(session)
    s3.deliver("2026-10", [[line("2026-10-05", "12")]])  # a stale second part stays behind
    found = fetch(session)
    assert found.changes == ["daily 2026-10 changed by -12.4 USD (effective cost)"]
    assert totals(session) == {"2026-10": "12"}


def test_of_many_executions_the_manifest_names_one(s3: S3, session: Session) -> None:
    s3.deliver("2026-10", [[line("2026-10-05", "20")]], run="20261006T000000Z-aaa")
    s3.deliver("2026-10", [[line("2026-10-05", "21")]], run="20261007T000000Z-bbb")
    fetch(session)
    assert totals(session) == {"2026-10": "21"}


def test_a_half_written_export_is_named_and_leaves_the_month_as_it_was(s3: S3, session: Session) -> None:
    s3.deliver("2026-09", [[line("2026-09-05", "1")]])
    keys = s3.deliver("2026-10", [[line("2026-10-05", "20")]])
    fetch(session)
    s3.manifest("2026-10", [*keys, f"{keys[0]}-00002"])
    s3.deliver("2026-09", [[line("2026-09-05", "2")]])
    found = fetch(session)
    assert "names fin/daily/data/BILLING_PERIOD=2026-10/" in found.error
    assert "half-written" in found.error
    assert totals(session) == {"2026-09": "2", "2026-10": "20"}


def test_a_file_that_changes_while_it_is_read_is_read_again(
    s3: S3, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.deliver("2026-10", [[line("2026-10-05", "20")]])
    real = aws_export.DataExports._one
    calls: list[str] = []

    def raced(self: Any, bucket: str, part: Any, path: Path) -> None:
        if not calls:
            calls.append(part.key)
            s3.deliver("2026-10", [[line("2026-10-05", "30")]])
        real(self, bucket, part, path)

    monkeypatch.setattr(aws_export.DataExports, "_one", raced)
    assert fetch(session).error == ""
    assert totals(session) == {"2026-10": "30"}


def test_an_empty_month_takes_the_earlier_one_away(s3: S3, session: Session) -> None:
    s3.deliver("2026-10", [[line("2026-10-05", "20")]])
    fetch(session)
    s3.manifest("2026-10", [])
    assert fetch(session).changes == ["daily 2026-10 changed by -20 USD (effective cost)"]
    assert totals(session) == {}


def test_parquet_comes_the_same_way(s3: S3, session: Session, tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "x.parquet"
    columns = "'2026-10-01' AS BillingPeriodStart, TIMESTAMP '2026-10-03' AS ChargePeriodStart, 1.25::DOUBLE"
    duckdb.sql(
        f"COPY (SELECT {columns} AS BilledCost, 1.25::DOUBLE AS EffectiveCost, 'USD' AS BillingCurrency,"
        f" 'Usage' AS ChargeCategory, 'EC2' AS ServiceName) TO '{path}' (FORMAT parquet)"
    )
    key = "fin/daily/data/billing_period=2026-10/daily-00001.snappy.parquet"
    s3.put(key, path.read_bytes())
    s3.manifest("2026-10", [key])
    assert fetch(session).error == ""
    assert totals(session) == {"2026-10": "1.25"}


def test_what_is_wrong_is_said_in_words(
    s3: S3, session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is no manifest below" in fetch(session).error
    connect(session, s3.settings(bucket="no-such-bucket-anywhere"))
    assert "there is no bucket 'no-such-bucket-anywhere'" in fetch(session).error
    connect(session, s3.settings(profile="nobody"))
    assert "there is no AWS profile 'nobody'" in fetch(session).error
    connect(session, s3.settings(), account="999999999999")
    assert "is of account 123456789012, the connection is of 999999999999" in fetch(session).error
    connect(session, s3.settings())
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "there are no AWS credentials" in fetch(session).error


def test_each_missing_permission_is_named(
    s3: S3, session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    s3.deliver("2026-10", [[line("2026-10-05", "20")]])
    root = str(session.paths.store.parent.parent)
    words = ["--root", root, "connect", "test", "aws"]
    assert main.run(words) == 0
    assert "account 123456789012" in capsys.readouterr().out
    real = BaseClient._make_api_call

    def denied(self: Any, operation: str, parameters: Any) -> Any:
        if operation == "GetObject":
            raise ClientError({"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {}}, operation)
        return real(self, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", denied)
    assert main.run(words) == 1
    assert f"missing permission: s3:GetObject on arn:aws:s3:::{s3.bucket}/fin/*" in capsys.readouterr().err


def test_a_broken_line_is_asked_again(s3: S3, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.response import StreamingBody

    s3.deliver("2026-10", [[line("2026-10-05", "20")]])
    real = StreamingBody.iter_chunks
    broken: list[int] = []

    def cut(self: Any, size: int = 1024) -> Iterator[bytes]:
        if not broken:
            broken.append(1)
            return iter([b"half"])
        return iter(io.BytesIO(b"".join(real(self, size))).read, b"")

    monkeypatch.setattr(StreamingBody, "iter_chunks", cut)
    assert fetch(session).error == ""
    assert broken == [1]
    assert totals(session) == {"2026-10": "20"}


def test_fetched_files_are_rebuilt_and_explained_from_their_kept_copies(
    s3: S3, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.deliver("2026-10", [[line("2026-10-05", "20"), line("2026-10-06", "3")]])
    fetch(session)
    root = str(session.paths.store.parent.parent)
    assert main.run(["--root", root, "db", "rebuild"]) == 0
    assert totals(session) == {"2026-10": "23"}
    assert main.run(["--root", root, "reconcile"]) == 0
    capsys.readouterr()
    file = f"s3://{s3.bucket}/fin/daily/data/BILLING_PERIOD=2026-10/daily-00001.csv.gz"
    assert main.run(["--root", root, "explain", "--row", f"aws:{file}:3"]) == 0
    assert "3.00" in capsys.readouterr().out
    assert main.run(["--root", root, "explain", "--row", "aws:daily-00001.csv.gz:2"]) == 0
