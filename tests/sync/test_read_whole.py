"""Reading a packed file whole: every byte, whatever chunk borders it falls on, and no damage overlooked."""

from __future__ import annotations

import gzip
import hashlib
import random
from pathlib import Path

import pytest

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.files import CHUNK, CostFile, Whole, read_whole
from turbofinops_tui.sync.read.limits import Limits

SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 257)


def _whole(path: Path, data: bytes) -> Whole:
    path.write_bytes(data)
    return read_whole(CostFile(path, "gzip", len(data), 0), Limits())


def _text(size: int) -> bytes:
    """ASCII that packs badly, with lines of 64 bytes."""
    line = random.Random(size).randbytes(CHUNK // 2).hex().encode()  # noqa: S311 - data of a test
    lines = b"\n".join(line[at : at + 63] for at in range(0, len(line), 63))
    return (lines * (size // len(lines) + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", [0, 1, 9])
def test_every_byte_is_counted_and_the_fingerprint_is_of_the_file(
    tmp_path: Path, size: int, level: int
) -> None:
    packed = gzip.compress(_text(size), level) + gzip.compress(b"end\n") + b"\0" * 512
    whole = _whole(tmp_path / "a.gz", packed)
    assert whole.size == size + 4
    assert whole.sha256 == hashlib.sha256(packed).hexdigest()


def test_a_line_over_the_chunk_is_measured_wherever_it_stands(tmp_path: Path) -> None:
    long = b"x" * (CHUNK + 10)
    for before in (1, CHUNK // 2, CHUNK - 1, 3 * CHUNK - 5):
        data = _text(before) + b"\n" + long + b"\nshort\n"
        assert _whole(tmp_path / "a.gz", gzip.compress(data, 1)).longest_line >= CHUNK


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 5000])
def test_a_missing_end_is_truncation(tmp_path: Path, cut: int) -> None:
    with pytest.raises(DataError, match="truncated"):
        _whole(tmp_path / "a.gz", gzip.compress(_text(2 * CHUNK), 6)[:-cut])


@pytest.mark.parametrize("place", [-2, -6, -60_000])
def test_a_changed_bit_is_damage(tmp_path: Path, place: int) -> None:
    packed = bytearray(gzip.compress(_text(2 * CHUNK), 6))
    packed[place] ^= 4
    with pytest.raises(DataError, match=r"damaged|truncated"):
        _whole(tmp_path / "a.gz", bytes(packed))
