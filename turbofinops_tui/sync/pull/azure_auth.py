"""Credentials for Blob storage: one that was given, never a search (which is slow and surprising).

A shared access signature goes into the query, everything else into the header. Tokens come from
Microsoft's sign-in for a client secret, or from the ``az`` program that the user signed in with.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.pull.cloud_http import Http
from turbofinops_tui.sync.secrets import Secret, SecretError

if TYPE_CHECKING:
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets

SIGN_IN = "https://login.microsoftonline.com"
RESOURCE = "https://storage.azure.com"
CLI_SECONDS = 30.0
EARLY_SECONDS = 120.0
"""a token is renewed so long before it ends"""
FIELDS = {"sas": "sas", "account-key": "account_key", "client-secret": "client_secret"}
"""setting ``auth`` -> its secret, in the order in which they are looked for"""
VERSION = "2021-08-06"
"""of the Blob service"""


@dataclass(frozen=True, slots=True)
class Credential:
    """How requests are signed: ``sign(url, headers)`` gives headers; ``query`` is part of every address."""

    sign: Callable[[str, Mapping[str, str]], Mapping[str, str]]
    origin: str
    query: str = ""
    kind: str = "sas"


def credential(connection: Connection, secrets: Secrets, http: Http) -> Credential:
    """The credential that the connection names with ``auth``, else the first secret that is there."""
    auth = connection.settings.get("auth", "")
    if auth == "cli":
        token = Token(lambda: cli_token(connection.settings.get("tenant", "")))
        return Credential(token.headers, "the Azure command line (az)", kind="cli")
    wanted = {auth: FIELDS[auth]} if auth else FIELDS
    trouble: SecretError | None = None
    for kind, name in wanted.items():
        try:
            found = secrets(name)
        except SecretError as error:
            trouble = trouble or error
            continue
        return _given(kind, found.secret, found.origin, connection, http)
    hint = trouble.hint if trouble else ""
    raise SecretError(
        trouble.message if trouble else f"{connection.name} has no credential",
        hint if auth else f"{hint}, or say auth=cli to use the sign-in of the az program",
    )


def _given(kind: str, secret: Secret, origin: str, connection: Connection, http: Http) -> Credential:
    if kind == "sas":
        query = secret.reveal().lstrip("?")
        check_sas(query, connection.name)
        return Credential(lambda *_: {}, origin, query, kind)
    if kind == "account-key":
        key = _key(secret)
        return Credential(lambda url, headers: shared_key(url, headers, key), origin, kind=kind)
    settings = connection.settings
    if not settings.get("tenant") or not settings.get("client"):
        raise SourceError(
            f"{connection.name} has a client secret but not whose",
            f"say it: turbofinops connect set {connection.name} tenant=TENANT-ID client=APPLICATION-ID",
        )
    token = Token(lambda: client_token(settings, secret, http))
    return Credential(token.headers, origin, kind=kind)


def check_sas(query: str, name: str) -> None:
    """SourceError for what is no signature at all."""
    if "sig" not in dict(parse_qsl(query)):
        raise SourceError(f"the sas of {name} is no shared access signature", "give the part after the ?")


def sas_ended(query: str, now: str) -> str:
    """The day on which a signature ended, empty when it has not by ``now`` (an HTTP date of the server)."""
    return _day_of(query, "se", now, -1)


def sas_begins(query: str, now: str) -> str:
    """The moment at which a signature begins, when that is after ``now`` (an HTTP date of the server)."""
    return _day_of(query, "st", now, 1)


def _day_of(query: str, field: str, now: str, side: int) -> str:
    """A day of a signature when it lies before (-1) or after (1) ``now``, else empty."""
    text = dict(parse_qsl(query)).get(field, "")
    try:
        moment = datetime.fromisoformat(text)
        served = parsedate_to_datetime(now)
    except (ValueError, TypeError):
        return ""
    moment, served = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (moment, served))
    return text[:10] if (moment > served) - (moment < served) == side else ""


_SIGN_IN = {
    "AADSTS7000222": ("has a client secret that has expired", "make a new one and store it again"),
    "AADSTS7000215": ("has a wrong client secret", "store its value, not its id"),
    "AADSTS700016": ("has a client that the tenant does not know", "check tenant and client"),
    "AADSTS90002": ("has a tenant that Microsoft does not know", "check tenant"),
    "AADSTS500011": ("is of a tenant that has no storage", "check tenant"),
}
"""codes of Microsoft's sign-in"""


def sign_in_refused(name: str, text: str) -> SourceError:
    """What a refusal of Microsoft's sign-in means."""
    for code, (what, hint) in _SIGN_IN.items():
        if re.search(rf"{code}\b", text):
            return SourceError(f"{name} {what} ({code})", hint)
    return SourceError(
        f"Microsoft's sign-in refuses the client secret of {name}", "check tenant, client, secret"
    )


def sas_powers(query: str) -> str:
    """The permissions of a signature beyond read and list, as Azure writes them."""
    return "".join(sorted(set(dict(parse_qsl(query)).get("sp", "")) - set("rlt")))


class Token:
    """A bearer token that is asked for when it is needed, and again before it ends."""

    def __init__(self, ask: Callable[[], tuple[str, float]]) -> None:
        self._ask, self._value, self._until = ask, "", 0.0

    def headers(self, *_: object) -> dict[str, str]:
        """``Authorization`` with a token that still holds."""
        if time.monotonic() >= self._until:
            value, seconds = self._ask()
            Secret(value)  # from now on no log shows it
            self._value, self._until = value, time.monotonic() + seconds - EARLY_SECONDS
        return {"Authorization": f"Bearer {self._value}"}


def client_token(settings: Mapping[str, str], secret: Secret, http: Http) -> tuple[str, float]:
    """(token, seconds it holds) of an application with its secret."""
    address = f"{settings.get('base_url') or SIGN_IN}/{settings['tenant']}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": settings["client"],
        "client_secret": secret.reveal(),
        "scope": f"{RESOURCE}/.default",
    }
    return _token(http.ask("POST", address, data=form).text(), "Microsoft's sign-in", "expires_in")


def cli_token(tenant: str) -> tuple[str, float]:
    """(token, seconds) from ``az account get-access-token``; SourceError says what to do."""
    program = shutil.which("az")
    if program is None:
        raise SourceError("the az program is not installed", "install it, or give a sas instead of auth=cli")
    words = [program, "account", "get-access-token", "--resource", RESOURCE, "--output", "json"]
    words += ["--tenant", tenant] if tenant else []
    try:
        done = subprocess.run(  # noqa: S603 (fixed words, no shell)
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=CLI_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise SourceError("the az program did not answer", "run `az account show` by hand") from None
    if done.returncode:
        raise SourceError("the az program gave no token", "sign in: az login")
    return _token(done.stdout.decode("utf-8", "replace"), "the az program", "")


def _token(text: str, who: str, lifetime: str) -> tuple[str, float]:
    try:
        found = json.loads(text)
        value = found.get("access_token") or found["accessToken"]
        return str(value), float(found[lifetime]) if lifetime else EARLY_SECONDS + 300.0
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceError(f"{who} gave no token", "sign in again") from None


def _key(secret: Secret) -> bytes:
    try:
        return base64.b64decode(secret.reveal(), validate=True)
    except binascii.Error:
        raise SourceError("the account key is not Base64", "copy it whole from the portal") from None


def shared_key(url: str, given: Mapping[str, str], key: bytes) -> dict[str, str]:
    """Headers of a GET without a body, signed with the account's key, at the real time."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # addresses of the storage emulator carry the account in the path
    account = host.partition(".")[0] if host.endswith(".net") else parts.path.split("/")[1]
    headers = {"x-ms-date": format_datetime(Clock().now(), usegmt=True), "x-ms-version": VERSION}
    named = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name.lower(), []).append(unquote(value))
    asked = "".join(f"\n{name}:{','.join(sorted(values))}" for name, values in sorted(query.items()))
    # encoding, language, length, MD5, type, date, since; then the conditions and the range
    lines = ["GET", *[""] * 7, given.get("If-Match", ""), "", "", given.get("Range", "")]
    text = "\n".join(lines) + f"\n{named}/{account}{parts.path}{asked}"
    signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    return headers | {"Authorization": f"SharedKey {account}:{signature}"}
