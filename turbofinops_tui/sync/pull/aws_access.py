"""Calls of AWS: keys of the connection or boto3's own chain, one layer of retries, errors as sentences.

boto3 is imported with the first client. Its own retries are off: ``sync/http.py`` is the one layer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from turbofinops_tui.errors import SourceError, TurboError
from turbofinops_tui.sync.http import ATTEMPTS, Passing, stubbornly
from turbofinops_tui.sync.runner import Denied, check_stop
from turbofinops_tui.sync.secrets import SecretError

if TYPE_CHECKING:
    from turbofinops_tui.sync.runner import Secrets

Answer = TypeVar("Answer")
TIMEOUTS = (10, 60)
"""seconds to connect, and to wait for bytes"""
_PASSING = frozenset(
    (
        "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown",
        "LimitExceededException", "RequestTimeout", "RequestTimeoutException", "InternalError",
        "InternalFailure", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException",
    )
)  # fmt: skip
_DENIED = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "403",
        "Forbidden",
    )
)
_EXPIRED = frozenset(("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"))
_UNKNOWN_KEY = frozenset(
    ("InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
     "InvalidSignatureException", "AuthFailure")
)  # fmt: skip
_ELSEWHERE = frozenset(("PermanentRedirect", "301", "AuthorizationHeaderMalformed"))
_LINE = frozenset(
    (
        "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
        "ConnectionError", "HTTPClientError", "ResponseStreamingError", "IncompleteReadError", "SSLError",
        "ProxyConnectionError",
    )
)  # fmt: skip
"""failures of the line, by botocore's class names"""


class Precondition(Exception):
    """412: what was to be read changed meanwhile."""


class Missing(SourceError):
    """404: there is no such object."""


class Access:
    """Clients and calls of one connection. Safe between threads once a client exists."""

    def __init__(
        self, name: str, settings: Mapping[str, str], stop: threading.Event, secrets: Secrets
    ) -> None:
        self.name = name
        self.settings = settings
        self.stop = stop
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
                    f"{self.name} has no credential of its own, and with several connections to AWS those of"
                    " the environment may be another's",
                    f"turbofinops connect set {self.name} profile=PROFILE (or env=yes to use them all the same)",
                )
            self._session = self._guarded(lambda: boto3.Session(profile_name=profile, **keys))
        return self._session

    def _keys(self) -> dict[str, str]:
        """The access key that is kept for this connection, as boto3 takes it; empty without one."""
        try:
            key = self._secrets("access_key_id")
        except SecretError:
            return {}
        self._found = key.origin
        secret = self._secrets("secret_access_key").secret.reveal()
        found = {"aws_access_key_id": key.secret.reveal(), "aws_secret_access_key": secret}
        try:
            found["aws_session_token"] = self._secrets("session_token").secret.reveal()
        except SecretError:
            pass
        return found

    def _region(self) -> str:
        return str(self.session().region_name or "us-east-1")

    def _guarded(self, make: Callable[[], Answer]) -> Answer:
        from botocore.exceptions import BotoCoreError

        try:
            return make()
        except BotoCoreError as error:
            raise self._core_error(error, "") from None

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

        try:
            return stubbornly(ask, attempts)
        except Passing as error:
            raise SourceError(
                f"AWS does not answer {permission} ({error})", "try again later; what has come is kept"
            ) from None

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
            raise self._client_error(error, permission) from None
        except BotoCoreError as error:
            raise self._core_error(error, permission) from None

    def _client_error(self, error: Any, permission: str) -> Exception:
        facts = error.response.get("Error", {})
        code, message = str(facts.get("Code", "")), str(facts.get("Message", ""))[:200]
        answer = error.response.get("ResponseMetadata", {})
        status = int(answer.get("HTTPStatusCode") or 0)
        if code in _PASSING or status == 429 or status >= 500:
            return Passing(code or str(status), _after(answer.get("HTTPHeaders", {})))
        if code in ("PreconditionFailed", "412"):
            return Precondition()
        if code in ("NoSuchKey", "404"):
            return Missing("there is no such object", "is the export still being written?")
        return self._refusal(code, message, permission)

    def _refusal(self, code: str, message: str, permission: str) -> TurboError:
        if code in _EXPIRED:
            return SourceError(f"the AWS session of {self.name} has expired", f"sign in again{self._sso()}")
        if code in _UNKNOWN_KEY:
            return SourceError(f"AWS does not know the key of {self.name} ({code})", "give a valid key")
        if code == "RequestTimeTooSkewed":
            return SourceError("the clock of this machine is wrong by more than 15 minutes", "set it right")
        if code == "NoSuchBucket":
            return SourceError(
                f"there is no bucket {self.settings.get('bucket', '')!r}",
                f"turbofinops connect set {self.name} bucket=NAME",
            )
        if code in (
            "PermanentRedirect",
            "301",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException",
        ):
            return SourceError(
                f"the bucket is in another region than {self.settings.get('region') or 'the default one'}",
                f"turbofinops connect set {self.name} region=REGION",
            )
        if code in _DENIED:
            return Denied(
                permission,
                f"the credential of {self.name} may not {permission}",
                "add it to its policy, see docs/connect/aws.md",
            )
        return SourceError(f"AWS refused {permission} ({code}: {message})", "see docs/connect/aws.md")

    def _core_error(self, error: Any, permission: str) -> Exception:
        kind = type(error).__name__
        if kind in ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"):
            return SourceError(
                f"there are no AWS credentials for {self.name}",
                "set a profile, sign in by SSO, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            )
        if kind == "ProfileNotFound":
            return SourceError(
                f"there is no AWS profile {self.settings.get('profile', '')!r}",
                "see `aws configure list-profiles`",
            )
        if "SSO" in kind or kind in ("TokenRetrievalError", "LoginRefreshRequired"):
            return SourceError(f"the AWS session of {self.name} has expired", f"sign in again{self._sso()}")
        if kind in _LINE:
            return Passing(kind)
        return SourceError(f"AWS cannot be asked ({kind}) {permission}".strip(), "see docs/connect/aws.md")

    def _sso(self) -> str:
        profile = self.settings.get("profile")
        return f": aws sso login --profile {profile}" if profile else ": aws sso login"

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


def _after(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``."""
    text = str(headers.get("retry-after", ""))
    return int(text) if text.isdigit() else None
