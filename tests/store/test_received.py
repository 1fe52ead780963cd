from __future__ import annotations

import gzip
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from turbofinops_tui.errors import DataError
from turbofinops_tui.store.received import file_record, keep, open_received, prune

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXT = b"a,b\n" + b"1,2\n" * 5000


@pytest.fixture
def received(tmp_path: Path) -> Path:
    return tmp_path / "data" / "received"


@pytest.mark.parametrize(
    "content",
    [TEXT, gzip.compress(TEXT, mtime=0), b"PAR1 binary", b""],
    ids=["text", "gzip", "parquet", "empty"],
)
def test_a_kept_file_comes_back_byte_for_byte_under_its_name(
    tmp_path: Path, received: Path, content: bytes
) -> None:
    source = tmp_path / "bill 1.csv"
    source.write_bytes(content)
    record = keep(received, file_record(source))
    assert record.kept
    kept = received / record.sha256
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(received.stat().st_mode) == 0o700
    if content == TEXT:
        assert kept.stat().st_size < len(TEXT) / 10
    source.unlink()
    with open_received(received, record) as opened:
        assert opened.path is not None
        assert opened.path.name == "bill 1.csv"
        assert opened.path.read_bytes() == content
    assert [item.name for item in received.iterdir()] == [record.sha256]


def test_a_local_file_is_used_while_its_content_is_equal(tmp_path: Path, received: Path) -> None:
    source = tmp_path / "bill.csv"
    source.write_bytes(TEXT)
    record = file_record(source)
    with open_received(received, record) as opened:
        assert opened.path == source
    source.write_bytes(TEXT + b"x")
    with open_received(received, record) as opened:
        assert opened.path is None
        assert "other content" in opened.reason
    source.unlink()
    with open_received(received, record) as opened:
        assert "is gone" in opened.reason


def test_a_damaged_copy_is_never_read_as_the_file(tmp_path: Path, received: Path) -> None:
    source = tmp_path / "bill.csv"
    source.write_bytes(TEXT)
    record = keep(received, file_record(source))
    kept = received / record.sha256
    kept.write_bytes(kept.read_bytes()[:-5])
    with open_received(received, record) as opened:
        assert opened.path is None
        assert "damaged" in opened.reason


def test_a_file_that_changes_while_it_is_kept_is_refused(tmp_path: Path, received: Path) -> None:
    source = tmp_path / "bill.csv"
    source.write_bytes(TEXT)
    with pytest.raises(DataError, match="changed"):
        keep(received, replace(file_record(source), sha256="0" * 64))
    assert list(received.iterdir()) == []
    with pytest.raises(DataError, match="cannot be read"):
        file_record(tmp_path / "none.csv")


def test_retention_by_age_and_size(received: Path) -> None:
    received.mkdir(parents=True)
    for number, days in enumerate((500, 300, 200, 100)):
        path = received / (f"{number}" * 64)
        path.write_bytes(b"x" * 1000)
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    stale = received / ".open-old"
    stale.mkdir()
    moment = (NOW - timedelta(days=2)).timestamp()
    os.utime(stale, (moment, moment))
    assert prune(received, NOW) == ["0" * 64]
    assert not stale.exists()
    assert prune(received, NOW, limit=2500) == ["1" * 64]
    assert prune(received, NOW, limit=2500) == []
    assert prune(received / "none", NOW) == []
