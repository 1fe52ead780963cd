"""Stripe's API as plain dictionaries: one place that knows the vendor's package, loaded in the worker.

Raw requests, own rates and own retries: typed objects cost four times the CPU, the package does not
retry 429, and its own retries are off. Keys of the wrong kind are refused before anything is sent.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import ATTEMPTS, Passing, TokenBucket, stubbornly
from turbofinops_tui.sync.read.stripe_objects import API_VERSION, Json

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

ENDPOINT_RATE = 20.0
"""requests a second; Stripe allows 25 for each named operation"""
LIVE_RATE = 80.0
TEST_RATE = 20.0
"""of all operations together; Stripe allows 100 live and 25 in a sandbox"""
TIMEOUT = (10.0, 80.0)
WORKERS = 8
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]+")


class NotThere(Exception):
    """The object does not exist (any more) at Stripe."""


class Refused(SourceError):
    """A request that makes no sense to Stripe, or not now (nothing to preview)."""


class NotPermitted(SourceError):
    """The key lacks a permission; ``account`` is the account that the refusal names."""

    def __init__(self, message: str, hint: str, account: str) -> None:
        super().__init__(message, hint)
        self.account = account


@dataclass(frozen=True, slots=True)
class Access:
    """How one account is reached."""

    name: str
    """of the connection"""
    key: str = field(repr=False)
    livemode: bool = True
    account: str = ""
    """a connected account that the key acts for, or empty"""
    base_url: str = ""


def check_key(access: Access) -> None:
    """SourceError for a key that is no restricted key, or one of the other mode."""
    kind, _, rest = access.key.partition("_")
    mode = rest.partition("_")[0]
    if kind == "sk":
        raise SourceError(
            f"the key of {access.name} is a full secret key: it could move money, reading needs less",
            "make a restricted key (rk_...) with read permissions alone in the Stripe dashboard",
        )
    if kind != "rk" or mode not in ("live", "test"):
        raise SourceError(
            f"the key of {access.name} is no restricted key of Stripe",
            "give one that begins with rk_live_ or rk_test_",
        )
    if (mode == "live") != access.livemode:
        wanted = "live" if access.livemode else "test"
        raise SourceError(
            f"the key of {access.name} is of {mode} mode, the connection of {wanted} mode",
            f"give an rk_{wanted}_ key, or connect again with livemode={'no' if access.livemode else 'yes'}",
        )


class StripeApi:
    """Requests to one account, from any thread. ``wait`` is how a turn is waited for."""

    def __init__(
        self,
        access: Access,
        wait: Callable[[float], object] | None = None,
        rate: float = ENDPOINT_RATE,
        timeout: tuple[float, float] = TIMEOUT,
        attempts: int = ATTEMPTS,
    ) -> None:
        check_key(access)
        self._attempts = attempts
        self.access = access
        self.requests = 0
        self.server_time = 0
        """Stripe's clock with the last answer, epoch seconds; 0 when no answer told"""
        self._wait = wait or threading.Event().wait
        self._rate, self._timeout = rate, timeout
        overall = max(rate, LIVE_RATE) if access.livemode else max(rate, TEST_RATE)
        self._all = TokenBucket(overall, self._wait)
        self._buckets: dict[str, TokenBucket] = {}
        self._lock = threading.Lock()
        self._client: StripeClient | None = None

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """One object or list. NotThere, NotPermitted, or SourceError when all attempts failed."""
        return self._ask("get", path, params or {})

    def post(self, path: str, params: Mapping[str, Any]) -> Json:
        """A request that changes nothing but is asked with POST (an invoice preview)."""
        return self._ask("post", path, params)

    def _ask(self, method: str, path: str, params: Mapping[str, Any]) -> Json:
        bucket = self._bucket(method, path)
        try:
            return stubbornly(lambda: self._once(bucket, method, path, params), self._attempts)
        except Passing as error:
            raise SourceError(
                f"Stripe did not answer {path}: {error}",
                "check the network, or run this again: it goes on from here",
            ) from None

    def _once(self, bucket: TokenBucket, method: str, path: str, params: Mapping[str, Any]) -> Json:
        import stripe

        self._all.take()
        bucket.take()
        with self._lock:
            self.requests += 1
            client = self._client = self._client or self._connect()
        options = {"stripe_account": self.access.account} if self.access.account else {}
        try:
            answer = client.raw_request(method, path, **params, **options)
        except stripe.StripeError as error:
            if error.http_status == 429:
                bucket.refused()
            raise self._translated(error, path) from None
        bucket.answered()
        self.server_time = _date(answer.headers) or self.server_time
        return _checked(json.loads(answer.body) if not isinstance(answer.data, dict) else answer.data, path)

    def _bucket(self, method: str, path: str) -> TokenBucket:
        """The bucket of a named operation: ids in the path do not make another one."""
        parts = path.split("/")
        name = f"{method} {parts[2]}" + (
            f" {'one' if len(parts) == 4 else parts[-1]}" if len(parts) > 3 else ""
        )
        with self._lock:
            return self._buckets.setdefault(name, TokenBucket(self._rate, self._wait))

    def _connect(self) -> StripeClient:
        """The vendor's client: pinned version, no retries of its own, loopback without a proxy."""
        import requests
        import stripe
        from requests.adapters import HTTPAdapter

        session = requests.Session()
        session.trust_env = not self.access.base_url.startswith("http://")
        session.mount("http", HTTPAdapter(pool_connections=2, pool_maxsize=WORKERS * 2))
        addresses: Any = {"base_addresses": {"api": self.access.base_url}} if self.access.base_url else {}
        return stripe.StripeClient(
            self.access.key,
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=self._timeout, session=session),
            **addresses,
        )

    def _translated(self, error: StripeError, path: str) -> Exception:
        """What a refusal means; Passing when asking again may help."""
        import stripe

        status, text = error.http_status or 0, str(error.user_message or error)
        if isinstance(error, stripe.PermissionError) or status == 403:
            found = _ACCOUNT.search(text)
            return NotPermitted(
                f"the key of {self.access.name} may not read {path}",
                f"give the restricted key this permission in the Stripe dashboard ({_permission(text)})",
                found[0] if found else "",
            )
        if isinstance(error, stripe.AuthenticationError) or status == 401:
            return SourceError(
                f"Stripe refuses the key of {self.access.name} (unknown, revoked or expired)",
                "make a new restricted key and store it again",
            )
        if isinstance(error, stripe.APIConnectionError):
            return _lost(error)
        if status == 404 or getattr(error, "code", "") == "resource_missing":
            return NotThere(path)
        if status in (409, 429) or status >= 500 or isinstance(error, stripe.APIError):
            return Passing(f"HTTP {status}" if status != 200 else "no JSON", _after(error.headers))
        return Refused(f"Stripe refuses {path}: {text[:200]}", "check the settings of the connection")


def _lost(error: Exception) -> Exception:
    cause = type(error.__cause__).__name__
    if "SSL" in cause:
        return SourceError(
            "the certificate of Stripe's server is not trusted",
            "check the clock and what intercepts the network",
        )
    return Passing({"ReadTimeout": "no answer in time"}.get(cause, "the connection broke"))


def _after(headers: Mapping[str, str] | None) -> float | None:
    text = (headers or {}).get("Retry-After", "")
    return float(text) if text.isdigit() else None


def _date(headers: Mapping[str, str]) -> int:
    from email.utils import parsedate_to_datetime

    try:
        return int(parsedate_to_datetime(headers.get("Date") or "").timestamp())
    except (TypeError, ValueError):
        return 0


def _permission(text: str) -> str:
    found = re.search(r"'(rak_\w+)'", text)
    return found[1] if found else "read"


def _checked(value: object, path: str) -> Json:
    if not isinstance(value, dict):
        raise Passing(f"{path} gave no object")
    return value
