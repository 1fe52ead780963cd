"""How AWS lays reports out in a bucket: the older report in both ways, and which export is meant."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import s3_server
from tests.fakes.s3_server import S3, line
from tests.sync.cloud_program import Program
from tests.sync.cost_files import csv_text
from tests.sync.source_driving import no_waiting, one_loader
from tests.sync.test_cur import cur_row

RANGE = "20260301-20260401"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server, url = s3_server.start()
    yield url
    server.stop()


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-05")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return S3(moto)


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path, capsys)


def connect(program: Program, s3: S3, **settings: str) -> None:
    given = {"bucket": s3.bucket, "endpoint_url": s3.url} | settings
    words = [word for key, value in given.items() if value for word in ("--set", f"{key}={value}")]
    code, _, err = program.run("connect", "add", "aws", "aws", *words)
    assert code == 0, err


def report(s3: S3, assembly: str, *costs: str, keep: bool, month: str = RANGE, root: str = "fin/cur") -> None:
    """One run of a report: create-new keeps every assembly, overwrite has one place."""
    folder = f"{root}/{month}/" + (f"{assembly}/" if keep else "")
    start = f"{month[:4]}-{month[4:6]}-01T00:00:00.000Z"
    keys = []
    for number, cost in enumerate(costs, 1):
        row = cur_row("Usage", cost) | {
            "bill/BillingPeriodStartDate": start,
            "lineItem/UsageStartDate": start,
        }
        key = f"{folder}cur-{number:05d}.csv.gz"
        s3.put(key, gzip.compress(csv_text([row]).encode(), mtime=0))
        keys.append(key)
    told = json.dumps({"assemblyId": assembly, "reportName": "cur", "bucket": s3.bucket, "reportKeys": keys})
    if keep:
        s3.put(f"{folder}cur-Manifest.json", told.encode())
    s3.put(f"{root}/{month}/cur-Manifest.json", told.encode())


@pytest.mark.parametrize(("keep", "export"), [(True, "cur"), (False, ""), (True, "in the prefix")])
def test_an_older_report_is_read_by_its_top_manifest(
    s3: S3, program: Program, keep: bool, export: str
) -> None:
    report(s3, "a-1", "1.5", "8E-7", keep=keep)
    report(s3, "b-1", "4", keep=keep, month="20260201-20260301")
    inside = export == "in the prefix"
    connect(program, s3, prefix="fin/cur" if inside else "fin", export="" if inside else export)
    assert program.sync()["items"] == 2
    assert {key[:2]: str(total) for key, total in program.sums().items()} == {
        ("cur", "2026-03"): "1.5000008", ("cur", "2026-02"): "4.00",
    }  # fmt: skip
    assert program.sync()["items"] == 0
    report(s3, "a-2", "1.25", keep=keep)  # the files of a-1 stay behind
    line = program.sync()
    assert line["changes"] == ["cur 2026-03 changed by -0.2500008 USD (effective cost)"]


def test_a_report_at_the_top_of_the_bucket(s3: S3, program: Program) -> None:
    report(s3, "a-1", "3", keep=True, root="cur")
    connect(program, s3)
    assert program.sync()["error"] == ""
    assert {key[:2] for key in program.sums()} == {("cur", "2026-03")}


def test_of_several_exports_one_is_chosen(s3: S3, program: Program) -> None:
    report(s3, "a-1", "3", keep=True)
    s3.deliver("2026-03", [[line("2026-03-05", "3")]])
    s3.put("fin/else/readme.txt", b"no export")
    connect(program, s3, prefix="fin")
    error = program.sync()["error"]
    assert "there are 2 exports" in error
    assert "cur, daily; they may hold the same cost: choose" in error
    assert program.json("reconcile")["rows"] == []
    code, _, err = program.run("connect", "test", "aws")
    assert (code, "cur, daily" in err) == (1, True)
    program.run("connect", "set", "aws", "export=daily")
    assert program.sync()["items"] == 1
    assert {key[0] for key in program.sums()} == {"daily"}
    program.run("connect", "set", "aws", "export=daily,cur")
    assert program.sync()["error"] == ""
    assert {key[0] for key in program.sums()} == {"cur", "daily"}
