"""Spans as they are kept while their day is open: the spans of one trace from one delivery, packed.

A body is zstd over msgpack, ``[[[service, scope, attributes]...], [[span fields, place of its source,
attributes]...]]``. Attributes are kept, so that other keys can name the customer later: a map; or as they
came, JSON as bytes and protobuf as a list with bytes. Stores of earlier versions hold JSON instead.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

from turbofinops_tui.economics.spans import NANOSECONDS_A_DAY, Attributes, Source, Span
from turbofinops_tui.errors import StoreError
from turbofinops_tui.store.spans import Part

LARGEST = 1 << 28
_JSON = b"[["


class _Zstd(threading.local):
    """A compressor and its counterpart of every thread: neither may be used by two at once."""

    def __init__(self) -> None:
        from zstandard import ZstdCompressor, ZstdDecompressor

        self.compress = ZstdCompressor(level=-1, write_checksum=False).compress
        self.decompress = ZstdDecompressor().decompress


@cache
def _zstd() -> _Zstd:
    return _Zstd()


def part_of(trace: str, delivery: int, spans: Sequence[Span]) -> Part:
    """The spans of a trace as a row of the store."""
    from msgspec.msgpack import encode

    from turbofinops_tui.sync.read.otlp_proto import PackedProto
    from turbofinops_tui.sync.read.otlp_quick import PackedJson

    sources: list[Source] = []
    places: dict[int, int] = {}
    rows = []
    for span in spans:
        source, attributes = span[9], span[10]
        place = places.get(id(source))
        if place is None:
            place = places[id(source)] = len(sources)
            sources.append(source)
        kept: object = attributes
        if attributes.__class__ is PackedJson:
            kept = attributes.raw
        elif attributes.__class__ is PackedProto:
            kept = [attributes.raw]
        rows.append((*span[:9], place, kept))
    starts = [span[2] for span in spans]
    first, last = min(starts) // NANOSECONDS_A_DAY, max(starts) // NANOSECONDS_A_DAY
    return Part(trace, delivery, first, last, _zstd().compress(encode((sources, rows))))


def spans_of(part: Part) -> list[Span]:
    """The spans of a kept part; StoreError when it is damaged."""
    import msgspec
    from zstandard import ZstdError

    try:
        raw = _zstd().decompress(part.body, max_output_size=LARGEST)
        read = msgspec.json.decode if raw.startswith(_JSON) else msgspec.msgpack.decode
        sources, rows = read(raw)
    except (ZstdError, ValueError):
        hint = "restore a backup, or import the files of its day with --reopen"
        raise StoreError(f"the kept spans of trace {part.trace} are damaged", hint) from None
    known = [Source(*source) for source in sources]
    return [Span._make((*row[:9], known[row[9]], _attributes(row[10]))) for row in rows]


def _attributes(kept: Any) -> Attributes:
    if kept.__class__ is bytes:
        from turbofinops_tui.sync.read.otlp_quick import PackedJson

        return PackedJson(kept)
    if kept.__class__ is list:
        from turbofinops_tui.sync.read.otlp_proto import PackedProto

        return PackedProto(kept[0])
    found: Attributes = kept
    return found
