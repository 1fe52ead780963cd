"""Calls of AWS: keys of the connection or boto3's own chain, one layer of retries, errors as sentences.

boto3 is imported with the first client. Its own retries are off: ``sync/http.py`` is the one layer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import ATTEMPTS, Passing, stubbornly
from turbofinops_tui.sync.pull.aws_errors import Missing, Precondition, Words
from turbofinops_tui.sync.runner import Denied, check_stop
from turbofinops_tui.sync.secrets import Secret, SecretError

if TYPE_CHECKING:
    from turbofinops_tui.sync.runner import Secrets

__all__ = ["Access", "Missing", "Precondition"]

Answer = TypeVar("Answer")
TIMEOUTS = (10, 60)
"""seconds to connect, and to wait for bytes"""


class Access:
    """Clients and calls of one connection. Safe between threads once a client exists."""

    def __init__(
        self, name: str, settings: Mapping[str, str], stop: threading.Event, secrets: Secrets
    ) -> None:
        self.name = name
        self.settings = settings
        self.stop = stop
        self.words = Words(name, settings)
        self._secrets = secrets
        self._found = ""
        self._clients: dict[str, Any] = {}
        self._session: Any = None

    def client(self, service: str) -> Any:
        """A client of ``s3``, ``ce`` or ``sts``; SourceError when the profile is unknown."""
        if service not in self._clients:
            from botocore.config import Config

            local = self.settings.get("endpoint_url")
            config = Config(
                retries={"total_max_attempts": 1},
                connect_timeout=TIMEOUTS[0],
                read_timeout=TIMEOUTS[1],
                max_pool_connections=16,
                s3={"addressing_style": "path"} if local else None,
            )
            # Cost Explorer answers in one region alone.
            region = "us-east-1" if service == "ce" else self.settings.get("region") or self._region()
            self._clients[service] = self._guarded(
                lambda: self.session().client(service, region_name=region, endpoint_url=local, config=config)
            )
        return self._clients[service]

    def session(self) -> Any:
        """The boto3 session of the connection's keys, of its profile, or of the chain.

        SourceError when only the chain is left and may not be used (``env``, settled by the runner).
        """
        if self._session is None:
            import boto3

            profile = self.settings.get("profile")
            keys = self._keys()
            if not keys and not profile and self.settings.get("env") == "no":
                raise SourceError(
                    f"{self.name} has no credential of its own, and those of the environment may be another"
                    " account's",
                    f"turbofinops connect set {self.name} profile=PROFILE (or env=yes to use them)",
                )
            self._session = self._guarded(lambda: boto3.Session(profile_name=profile, **keys))
            self._guarded(self._know)
        return self._session

    def _know(self) -> None:
        """What the chain found at once is a secret from now on: no log and no echoed answer shows it."""
        found = self._session.get_credentials()
        if type(found).__name__ == "Credentials":  # those that renew themselves are not there yet
            for value in filter(None, (found.secret_key, found.token)):
                Secret(value)

    def _keys(self) -> dict[str, str]:
        """The access key that is kept for this connection, as boto3 takes it; empty without one."""
        try:
            key = self._secrets("access_key_id")
        except SecretError:
            return {}
        self._found = key.origin
        secret = self._secrets("secret_access_key").secret.reveal()
        found = {"aws_access_key_id": key.secret.reveal(), "aws_secret_access_key": secret}
        with suppress(SecretError):
            found["aws_session_token"] = self._secrets("session_token").secret.reveal()
        return found

    def _region(self) -> str:
        return str(self.session().region_name or "us-east-1")

    def _guarded(self, make: Callable[[], Answer]) -> Answer:
        from botocore.exceptions import BotoCoreError

        try:
            return make()
        except BotoCoreError as error:
            raise self.words.core(error, "") from None
        except ValueError:  # what is no address or no name of a region
            raise SourceError(
                f"the settings of {self.name} lead nowhere", "check region and endpoint_url"
            ) from None

    def call(
        self, service: str, permission: str, method: str, *, attempts: int = ATTEMPTS, **words: Any
    ) -> dict[str, Any]:
        """One request, again while it may pass. Denied names ``permission``; Precondition, Missing, or
        SourceError else.
        """
        check_stop(self.stop)
        function = getattr(self.client(service), method)

        def ask() -> dict[str, Any]:
            check_stop(self.stop)
            return dict(self.translated(permission, lambda: function(**words)))

        return self.stubborn(permission, ask, attempts)

    def stubborn(self, permission: str, ask: Callable[[], Answer], attempts: int = ATTEMPTS) -> Answer:
        """``ask()``, again while it may pass; SourceError after the last attempt."""
        try:
            return stubbornly(ask, attempts)
        except Passing as error:
            raise self.words.unanswered(permission, error) from None

    def translated(self, permission: str, ask: Callable[[], Answer]) -> Answer:
        """``ask()`` with AWS's errors as ours."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            return ask()
        except ResponseParserError:
            raise SourceError(
                "what answered is not AWS", "check endpoint_url and any proxy between"
            ) from None
        except ClientError as error:
            raise self.words.answer(error, permission) from None
        except BotoCoreError as error:
            raise self.words.core(error, permission) from None

    def identity(self, attempts: int = 3) -> str:
        """The account behind the credential; empty where STS does not answer. Needs no permission."""
        try:
            answer = self.call("sts", "sts:GetCallerIdentity", "get_caller_identity", attempts=attempts)
        except Denied:
            return ""
        except SourceError as error:
            if error.message.startswith(("AWS refused", "AWS does not answer")):
                return ""
            raise
        return str(answer.get("Account", ""))

    def origin(self) -> str:
        """Where the chain found the credential, for people."""
        found = self.session().get_credentials()
        if self._found:
            return self._found
        profile = self.settings.get("profile")
        named = f"profile {profile}" if profile else str(getattr(found, "method", "") or "")
        return {"env": "the AWS environment variables"}.get(named, named)
