"""Plain HTTP for the clouds that need no package: one session, the one layer of retries, whole downloads.

What an answer of failure means is the provider's business: ``Refusal`` makes the error of it. Times out,
429 and 5xx are asked again (``sync/http.py``); a redirect is never followed, since it would carry the
credential elsewhere.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from turbofinops_tui.errors import SourceError
from turbofinops_tui.paths import FILE_MODE
from turbofinops_tui.sync.http import ATTEMPTS, Passing, stubbornly
from turbofinops_tui.sync.kind_words import LOOPBACK
from turbofinops_tui.sync.runner import check_stop

if TYPE_CHECKING:
    import requests

TIMEOUT = (10.0, 60.0)
CHUNK = 1 << 20
MOST_OF_ANSWER = 64 << 20
"""bytes of an answer that is held in memory"""
Refusal = Callable[[int, str, Mapping[str, str]], Exception]
"""(status, text, headers) -> SourceError, or Passing when asking again may help"""


class Answer:
    """One answer: status, headers, bytes."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def text(self) -> str:
        """The body as text, whatever it holds."""
        return self.body.decode("utf-8", "replace")


class Http:
    """Requests to one provider. ``headers()`` is asked before each one, so that a token can be renewed."""

    def __init__(
        self,
        provider: str,
        refusal: Refusal,
        stop: threading.Event,
        headers: Callable[[], Mapping[str, str]] = dict,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.requests = 0
        self._provider, self._refusal, self._stop, self._headers = provider, refusal, stop, headers
        self._attempts = attempts
        self._session: requests.Session | None = None

    def ask(self, method: str, url: str, **options: Any) -> Answer:
        """One answer of 2xx; the error that ``refusal`` makes of any other, SourceError when all failed."""
        found: Answer = self._stubbornly(lambda: self._once(method, url, options), url)
        return found

    def save(self, url: str, path: Path, most: int, **options: Any) -> int:
        """Stream a body of at most ``most`` bytes to ``path`` (mode 0600); returns how many bytes."""
        size: int = self._stubbornly(lambda: self._saved(url, path, most, options), url)
        return size

    def _stubbornly(self, once: Callable[[], Any], url: str) -> Any:
        try:
            return stubbornly(once, self._attempts)
        except Passing as error:
            where = urlsplit(url).hostname
            raise SourceError(
                f"{self._provider} did not answer ({where}): {error}",
                "check the network, or run this again: it goes on from here",
            ) from None

    def _once(self, method: str, url: str, options: Mapping[str, Any]) -> Answer:
        with self._open(method, url, options) as answer:
            body = _read(answer, MOST_OF_ANSWER)
            return self._checked(Answer(answer.status_code, answer.headers, body))

    def _saved(self, url: str, path: Path, most: int, options: Mapping[str, Any]) -> int:
        size = 0
        with self._open("GET", url, options) as answer:
            if answer.status_code >= 300:
                self._checked(Answer(answer.status_code, answer.headers, _read(answer, CHUNK)))
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                for part in _parts(answer):
                    check_stop(self._stop)
                    size += len(part)
                    if size > most:
                        break
                    file.write(part)
        return size

    def _open(self, method: str, url: str, options: Mapping[str, Any]) -> requests.Response:
        import requests

        check_stop(self._stop)
        if self._session is None:
            self._session = requests.Session()
        self._session.trust_env = urlsplit(url).hostname not in LOOPBACK  # proxies do not reach this machine
        self.requests += 1
        headers = {**self._headers(), **options.get("headers", {})}
        rest = {key: value for key, value in options.items() if key != "headers"}
        try:
            return self._session.request(
                method, url, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False, **rest
            )
        except requests.exceptions.SSLError:
            raise SourceError(
                f"the certificate of {urlsplit(url).hostname} is not trusted",
                "check the clock and what intercepts the network",
            ) from None
        except requests.RequestException as error:
            raise _lost(error) from None

    def _checked(self, answer: Answer) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        if answer.status in (408, 429) or answer.status >= 500:
            raise Passing(f"HTTP {answer.status}", _after(answer.headers))
        raise self._refusal(answer.status, answer.text(), answer.headers)


def _parts(answer: requests.Response) -> Any:
    """The bytes as they lie (a stored .gz stays packed); Passing when the connection breaks."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        yield from answer.raw.stream(CHUNK, decode_content=False)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _lost(error) from None


def _read(answer: requests.Response, most: int) -> bytes:
    """The whole body, unpacked when it was packed for the way."""
    import requests

    body = bytearray()
    try:
        for part in answer.iter_content(CHUNK):
            body += part
            if len(body) > most:
                raise SourceError(f"an answer is longer than {most >> 20} MiB", "check the address")
    except requests.RequestException as error:
        raise _lost(error) from None
    return bytes(body)


def _lost(error: Exception) -> Passing:
    slow = "Timeout" in type(error).__name__ or "timed out" in str(error)
    return Passing("no answer in time" if slow else "the connection broke")


def _after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None
