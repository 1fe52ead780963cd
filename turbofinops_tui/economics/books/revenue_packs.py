"""Revenue columns as bytes and back, and several of them as one: what a store keeps beside its rows.

A head of JSON (labels, rates, names and sizes of what follows), its length before it, then the columns as
little-endian numbers and the packed texts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books.revenue_columns import (
    CODED,
    FLAGS,
    NUMBERS,
    PACKED,
    PackedTexts,
    RevenueColumns,
    narrow,
)
from turbofinops_tui.economics.books.rows import Ints
from turbofinops_tui.economics.types import Rate

WIDTH = 8
"""bytes of the length of the head"""


def packed(columns: RevenueColumns) -> bytes:
    """The bytes of some columns."""
    arrays: dict[str, npt.NDArray[Any]] = {
        **{f"code {name}": columns.codes[name] for name in CODED},
        **{f"number {name}": columns.numbers[name] for name in (*NUMBERS, *FLAGS)},
        **{f"ends {name}": columns.texts[name].ends for name in PACKED},
        "rate": columns.rate,
    }
    stored = {name: np.ascontiguousarray(array).astype(_little(array)) for name, array in arrays.items()}
    head = {
        "labels": columns.labels,
        "rates": [None if rate is None else _of_rate(rate) for rate in columns.rates],
        "arrays": [(name, array.dtype.str, len(array)) for name, array in stored.items()],
        "texts": [(name, len(columns.texts[name].body)) for name in PACKED],
    }
    text = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    bodies = [columns.texts[name].body for name in PACKED]
    return b"".join(
        [len(text).to_bytes(WIDTH, "little"), text, *(a.tobytes() for a in stored.values()), *bodies]
    )


def _little(array: npt.NDArray[Any]) -> np.dtype[Any]:
    return array.dtype.newbyteorder("<") if array.dtype.itemsize > 1 else array.dtype


def _of_rate(rate: Rate) -> list[Any]:
    # text: a rate may be larger than the numbers of other readers of JSON
    return [str(rate.numerator), str(rate.denominator), rate.currency, rate.day]


def unpacked(body: bytes) -> RevenueColumns:
    """The columns of some bytes."""
    start = WIDTH + int.from_bytes(body[:WIDTH], "little")
    head = json.loads(body[WIDTH:start])
    arrays: dict[str, Any] = {}
    for name, kind, count in head["arrays"]:
        dtype = np.dtype(kind)
        arrays[name] = np.frombuffer(body, dtype=dtype, count=count, offset=start)
        start += dtype.itemsize * count
    texts = {}
    for name, size in head["texts"]:
        texts[name] = PackedTexts(body[start : start + size], arrays[f"ends {name}"])
        start += size
    return RevenueColumns(
        {name: arrays[f"code {name}"] for name in CODED},
        head["labels"],
        texts,
        {name: arrays[f"number {name}"] for name in (*NUMBERS, *FLAGS)},
        arrays["rate"],
        [None if r is None else Rate(int(r[0]), int(r[1]), r[2], r[3]) for r in head["rates"]],
    )


def joined(pieces: Sequence[RevenueColumns]) -> RevenueColumns:
    """All rows of several pieces; labels of the first come first."""
    codes, labels = {}, {}
    for name in CODED:
        parts = [(piece.codes[name], piece.labels[name]) for piece in pieces]
        codes[name], labels[name] = _one_numbering(parts)
    rate, rates = _one_numbering([(piece.rate, piece.rates) for piece in pieces])
    numbers: dict[str, Ints] = {}
    for name in (*NUMBERS, *FLAGS):
        column = np.concatenate([piece.numbers[name] for piece in pieces])
        wide = name == "units" or name in FLAGS
        numbers[name] = column if wide else narrow(column)
    texts = {
        name: PackedTexts.of(
            (piece.texts[name].body, np.diff(piece.texts[name].ends, prepend=0)) for piece in pieces
        )
        for name in PACKED
    }
    return RevenueColumns(codes, labels, texts, numbers, rate, rates)


def _one_numbering(parts: Sequence[tuple[Ints, list[Any]]]) -> tuple[Ints, list[Any]]:
    """Codes of several lists of labels as codes of one."""
    number: dict[Any, int] = {}
    found = []
    for codes, labels in parts:
        place = np.array([number.setdefault(label, len(number)) for label in labels], dtype=np.int32)
        found.append(place[codes] if len(place) else codes.astype(np.int32))
    return narrow(np.concatenate(found), np.int8, np.int16), list(number)
