"""Runs an ASGI app on a socket of its own, cutting off slow clients (trust.md 9).

Uvicorn has no deadline for receiving a request's head; the protocol here closes a connection whose
request has not arrived whole within ten seconds.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from turbofinops_tui.errors import TurboError, UsageError

DEADLINE = 10.0
"""seconds in which a whole request must have arrived"""


class DeadlineProtocol(H11Protocol):
    """HTTP/1.1 with a deadline for each request's head; bodies have theirs in the app."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection owes a whole head."""
        super().connection_made(transport)
        # asyncio does this for sockets that it made itself: head and body are two small packets, and the
        # second would wait 40 ms for the sender to acknowledge the first.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is owed any more."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head keep the deadline; a head that is whole ends it."""
        if self._deadline is None:
            self._arm()  # the head of a further request on a kept connection
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._disarm()

    def on_response_complete(self) -> None:
        """The next head has its own deadline, or the keep-alive's."""
        self._disarm()
        super().on_response_complete()

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(DEADLINE, self.transport.close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def check_host(host: str, public: bool) -> None:
    """Refuse an address that others can reach unless it was asked for (trust.md 9)."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise UsageError(f"{host!r} is not an address", "give --host 127.0.0.1 or another IP") from None
    if not loopback and not public:
        raise UsageError(
            f"{host} can be reached from other machines", "add --public, behind a proxy that speaks TLS"
        )


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. TurboError when that is not possible."""
    if not 0 <= port <= 65535:
        raise UsageError(f"{port} is not a port", "give --port 1 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise TurboError(
            f"{host}:{port} cannot be used ({error.strerror})", "choose another --port, or end what uses it"
        ) from None


def serve(app: Any, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` hears the base address when requests are taken."""
    config = uvicorn.Config(
        app,
        http=DeadlineProtocol,
        loop="asyncio",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
    host, port = listening.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    try:
        ready(f"http://{name}:{port}")
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # uvicorn has ended in order and raises the signal again
    finally:
        listening.close()
