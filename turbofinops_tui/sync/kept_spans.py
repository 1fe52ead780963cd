"""Spans as they are kept while their day is open: the spans of one trace from one delivery, packed.

A body is zstd over JSON, ``[[service, scope, attributes]..., [span fields, place of its source,
attributes]...]``: attributes are kept, so that other keys can name the customer later.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from turbofinops_tui.economics.spans import NANOSECONDS_A_DAY, Source, Span
from turbofinops_tui.errors import StoreError
from turbofinops_tui.store.spans import Part

if TYPE_CHECKING:
    from zstandard import ZstdCompressor, ZstdDecompressor

LARGEST = 1 << 28


@cache
def _compressor() -> ZstdCompressor:
    from zstandard import ZstdCompressor

    return ZstdCompressor(level=1, write_checksum=False)


@cache
def _decompressor() -> ZstdDecompressor:
    from zstandard import ZstdDecompressor

    return ZstdDecompressor()


def part_of(trace: str, delivery: int, spans: Sequence[Span]) -> Part:
    """The spans of a trace as a row of the store."""
    import orjson

    sources: list[Source] = []
    places: dict[int, int] = {}
    rows = []
    for span in spans:
        source = span.source
        place = places.get(id(source))
        if place is None:
            place = places[id(source)] = len(sources)
            sources.append(source)
        rows.append((*span[:9], place, span.attributes))
    days = [span.start // NANOSECONDS_A_DAY for span in spans]
    raw = orjson.dumps((list(map(tuple, sources)), rows))
    return Part(trace, delivery, min(days), max(days), _compressor().compress(raw))


def spans_of(part: Part) -> list[Span]:
    """The spans of a kept part; StoreError when it is damaged."""
    import orjson
    from zstandard import ZstdError

    try:
        sources, rows = orjson.loads(_decompressor().decompress(part.body, max_output_size=LARGEST))
    except (ZstdError, ValueError):
        hint = "restore a backup, or import the files of its day with --reopen"
        raise StoreError(f"the kept spans of trace {part.trace} are damaged", hint) from None
    known = [Source(*source) for source in sources]
    return [Span._make((*row[:9], known[row[9]], row[10])) for row in rows]
