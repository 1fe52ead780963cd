"""One small HTTP client for providers that are asked with GET and answer JSON (facts: ai_datadog_otel.md 2).

Numbers with a point come as ``Decimal`` in the digits of the text, never as floats. Redirects are not
followed (they would carry the key elsewhere), bodies are bounded, and retries are those of ``sync.http``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from turbofinops_tui.errors import SourceError
from turbofinops_tui.redaction import redacted
from turbofinops_tui.sync.http import ATTEMPTS, Passing, TokenBucket, stubbornly
from turbofinops_tui.sync.runner import Denied, check_stop

Json = dict[str, Any]
Params = Sequence[tuple[str, str]]
TIMEOUT = (10.0, 60.0)
MOST_BYTES = 256 << 20
RATE = 5.0
"""requests a second, to any of these providers"""
RESETS = ("retry-after", "x-ratelimit-reset", "ratelimit-reset")
"""headers that say for how many seconds to be quiet"""
MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Send = Callable[[str, Params, Mapping[str, str]], Answer]
"""(address, query, headers) -> the answer; raises Passing when there is none"""


class Refused(SourceError):
    """A request that the provider does not take as it is; ``text`` is what it says about it."""

    def __init__(self, message: str, hint: str, status: int, text: str) -> None:
        super().__init__(message, hint)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to ask, and what to say when that fails."""

    provider: str
    """as people call it: ``OpenAI``"""
    name: str
    """of the connection"""
    url: str
    headers: Mapping[str, str] = field(repr=False)
    permission: str = ""
    """what a refused key lacks"""
    advice: str = ""
    """what to do about a key that is refused"""


class JsonApi:
    """GET requests to one provider; every call may raise SourceError, Denied, Refused or Stopped."""

    def __init__(
        self, place: Place, stop: threading.Event, send: Send | None = None, attempts: int = ATTEMPTS
    ) -> None:
        self.place = place
        self.requests = 0
        self.headers: Mapping[str, str] = {}
        """of the last answer"""
        self._stop = stop
        self._send = send or _sender(place.url)
        self._attempts = attempts
        self._bucket = TokenBucket(RATE, stop.wait)

    def get(self, path: str, params: Params = (), permission: str = "") -> Json:
        """The object at ``path``."""
        value = self.value(path, params, permission)
        if not isinstance(value, dict):
            raise SourceError(f"{self.place.provider} {path} gave no object", "check base_url")
        return value

    def value(self, path: str, params: Params = (), permission: str = "") -> Any:
        """Whatever JSON stands at ``path``; numbers with a point are Decimal."""
        try:
            return stubbornly(lambda: self._once(path, params, permission), self._attempts)
        except Passing as error:
            raise SourceError(
                f"{self.place.provider} did not answer {path}: {error}",
                "check the network, or run this again: it goes on from here",
            ) from None

    def _once(self, path: str, params: Params, permission: str) -> Any:
        check_stop(self._stop)
        self._bucket.take()
        check_stop(self._stop)
        self.requests += 1
        answer = self._send(self.place.url + path, params, self.place.headers)
        self.headers = answer.headers
        if answer.status == 429:
            self._bucket.refused()
        if answer.status != 200:
            raise self._translated(answer, path, permission)
        self._bucket.answered()
        try:
            return json.loads(answer.body, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise Passing("the answer is no JSON") from None

    def _translated(self, answer: Answer, path: str, permission: str) -> Exception:
        status, place = answer.status, self.place
        if status in (408, 409, 425, 429) or status >= 500:
            return Passing(f"HTTP {status}", quiet_for(answer.headers))
        said = message_of(answer.body)
        if status == 401:
            return SourceError(
                f"{place.provider} refuses the key of {place.name} (unknown, revoked or expired)",
                place.advice or "make a new key and store it again",
            )
        if status == 403:
            needed = permission or place.permission
            return Denied(
                needed,
                f"the key of {place.name} may not read {path}" + (f": {said}" if said else ""),
                f"it needs {needed}" if needed else place.advice,
            )
        return Refused(
            f"{place.provider} refuses {path} (HTTP {status})" + (f": {said}" if said else ""),
            "check base_url and the settings of the connection",
            status,
            said,
        )


def quiet_for(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait; None when it names none."""
    for name in RESETS:
        text = headers.get(name, "").strip()
        if text.replace(".", "", 1).isdigit() and text.isascii() and len(text) < 9:
            return float(text)
    return None


def message_of(body: bytes) -> str:
    """What an error body says, in one short line without secrets; empty when it says nothing we can read."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = value.get("error", value.get("errors", value.get("detail"))) if isinstance(value, dict) else None
    if isinstance(error, list):
        error = error[0] if error else None
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error.get("error")
    return redacted(" ".join(str(error).split())[:300]) if error else ""


def _sender(url: str) -> Send:
    import urllib3

    # a proxy of the environment is honoured, except towards this machine
    proxy = None if url.startswith("http://") else _proxy(url)
    timeout = urllib3.Timeout(connect=TIMEOUT[0], read=TIMEOUT[1])
    options: dict[str, Any] = {"timeout": timeout, "retries": False}
    pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)

    def send(address: str, params: Params, headers: Mapping[str, str]) -> Answer:
        try:
            reply = pool.request(
                "GET", address, fields=list(params) or None, headers=dict(headers),
                redirect=False, preload_content=False,
            )  # fmt: skip
            return received(reply)
        except urllib3.exceptions.HTTPError as error:
            raise lost(error) from None

    return send


def _proxy(url: str) -> str | None:
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    host = urlsplit(url).hostname or ""
    return None if proxy_bypass(host) else getproxies().get("https")


def received(reply: Any) -> Answer:
    """The answer that a urllib3 response holds, read to its end; SourceError past the limit."""
    parts = []
    size = 0
    for part in reply.stream(1 << 20, decode_content=True):
        size += len(part)
        if size > MOST_BYTES:
            reply.close()
            raise SourceError(f"an answer is larger than {MOST_BYTES >> 20} MiB", "check base_url")
        parts.append(part)
    reply.release_conn()
    headers = {name.lower(): text for name, text in reply.headers.items()}
    return Answer(int(reply.status), headers, b"".join(parts))


def lost(error: Exception) -> Exception:
    """What a broken connection means; SourceError when asking again cannot help."""
    text = f"{type(error).__name__} {type(getattr(error, 'reason', None)).__name__}"
    if "SSL" in text:
        return SourceError(
            "the certificate of the server is not trusted",
            "check the clock and what intercepts the network",
        )
    return Passing("no answer in time" if "Timeout" in text else "the connection broke")
