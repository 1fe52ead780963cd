"""The body of a request: bounded while it arrives and while it is unpacked, cut when it is slow."""

from __future__ import annotations

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request

from turbofinops_tui.sync.receive import server

MAX_WAITING = 64 << 20
"""bytes of bodies that are being read at once"""
_CHUNK = 1 << 18


class Refused(Exception):
    """A request that is answered with ``status``; the text is constant, nothing of the request is echoed."""

    def __init__(self, status: int, text: str, retry: int = 0) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.retry = retry
        """seconds after which to try again, for what may pass"""


class Waiting:
    """Bytes of all bodies that are being read, and the most that one may have."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0

    async def body(self, request: Request) -> bytes:
        """The raw body; Refused when it is too big, too slow, cut off, or too many wait."""
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.most:
            raise Refused(413, "too big")
        parts: list[bytes] = []
        kept = 0
        try:
            async with asyncio.timeout(server.DEADLINE):
                async for part in request.stream():
                    if kept + len(part) > self.most:
                        raise Refused(413, "too big")
                    if self.bytes + len(part) > MAX_WAITING:
                        raise Refused(503, "busy", 5)
                    parts.append(part)
                    kept += len(part)
                    self.bytes += len(part)
        except TimeoutError:
            raise Refused(408, "too slow") from None
        except ClientDisconnect:
            raise Refused(400, "cut off") from None
        finally:
            self.bytes -= kept
        return b"".join(parts)


def unpacked(raw: bytes, encoding: str, most: int) -> bytes:
    """The body without its ``Content-Encoding``, never more than ``most`` bytes; Refused otherwise."""
    name = encoding.strip().lower()
    if name in ("", "identity", "none"):
        return raw
    if name not in ("gzip", "x-gzip"):
        raise Refused(415, "unknown content encoding: send gzip or none")
    found = bytearray()
    try:
        while raw:
            member = zlib.decompressobj(wbits=31)
            piece = member.decompress(raw, most + 1 - len(found))
            found += piece
            if len(found) > most or member.unconsumed_tail:
                raise Refused(413, "too big when unpacked")
            if not member.eof:
                raise Refused(400, "the gzip is cut off")
            raw = member.unused_data
    except zlib.error:
        raise Refused(400, "the gzip is damaged") from None
    return bytes(found)
