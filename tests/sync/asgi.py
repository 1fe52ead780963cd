"""Requests to an ASGI app in this process, its lifespan around them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


class Sender:
    """``with Sender(app) as sender: sender.post(path, content=..., headers=...)``."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._context = app.router.lifespan_context(app)

    def __enter__(self) -> Sender:
        self._loop.run_until_complete(self._context.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._context.__aexit__(None, None, None))
        self._loop.close()

    def get(self, path: str) -> Answer:
        return self._loop.run_until_complete(self._call("GET", path, b"", {}))

    def post(self, path: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        return self._loop.run_until_complete(self._call("POST", path, content, headers))

    async def _call(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        answer = Answer()
        given = {"content-length": str(len(content))} | dict(headers)

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {key.decode(): value.decode() for key, value in message["headers"]}
            else:
                answer.content += message.get("body", b"")

        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [(key.encode(), value.encode()) for key, value in given.items()],
            "http_version": "1.1", "scheme": "http", "root_path": "", "server": ("x", 80),
        }  # fmt: skip
        await self._app(scope, receive, send)
        return answer
