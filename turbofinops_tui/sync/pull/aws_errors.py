"""What AWS and its SDK say when something is wrong, as sentences with what to do.

Codes are those of the services' own documentation; classes are named, never imported, so that this loads
without botocore.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from turbofinops_tui.errors import SourceError, TurboError
from turbofinops_tui.sync.http import Passing
from turbofinops_tui.sync.runner import Denied

HELP = "see docs/connect/aws.md"
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
_EXPIRED = frozenset(
    ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired",
     "UnauthorizedException", "InvalidToken", "InvalidIdentityToken")
)  # fmt: skip
_UNKNOWN_KEY = frozenset(
    ("InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
     "InvalidSignatureException", "AuthFailure")
)  # fmt: skip
_SKEWED = frozenset(("RequestTimeTooSkewed", "RequestInTheFuture"))
_SKEW_TEXT = re.compile(r"signature (expired|not yet current)", re.IGNORECASE)
"""how services other than S3 say that the clocks differ, under the code of a bad signature"""
_ELSEWHERE = frozenset(
    ("PermanentRedirect", "301", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")
)
_PERMISSION = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)")
"""the action that AWS itself names: of SSE-KMS it is another than that of the call"""
_LINE = frozenset(
    (
        "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
        "ConnectionError", "HTTPClientError", "ResponseStreamingError", "IncompleteReadError",
        "ProxyConnectionError",
    )
)  # fmt: skip
"""failures of the line, by botocore's class names"""
_NO_REGION = frozenset(
    ("NoRegionError", "InvalidRegionError", "UnknownRegionError", "EndpointProviderError",
     "EndpointResolutionError", "UnknownEndpointError", "BaseEndpointResolverError", "InvalidHostLabelError")
)  # fmt: skip
_CONFIG = frozenset(("ConfigParseError", "ConfigNotFound", "InvalidConfigError", "InfiniteLoopConfigError"))


class Precondition(Exception):
    """412: what was to be read changed meanwhile."""


class Missing(SourceError):
    """404: there is no such object."""


class Words:
    """The sentences of one connection."""

    def __init__(self, name: str, settings: Mapping[str, str]) -> None:
        self.name, self.settings = name, settings

    def answer(self, error: Any, permission: str) -> Exception:
        """A ClientError: AWS answered with a refusal. Passing when asking again may help."""
        facts = error.response.get("Error", {})
        code, message = str(facts.get("Code", "")), str(facts.get("Message", ""))[:300]
        answer = error.response.get("ResponseMetadata", {})
        status = int(answer.get("HTTPStatusCode") or 0)
        if code in _PASSING or status == 429 or status >= 500:
            return Passing(code or str(status), _after(answer.get("HTTPHeaders", {})))
        if code in ("PreconditionFailed", "412"):
            return Precondition()
        if code in ("NoSuchKey", "404"):
            return Missing("there is no such object", "is the export still being written?")
        if str(getattr(error, "operation_name", "")).startswith("AssumeRole") and code not in _EXPIRED:
            return self._no_role(code)
        return self._credential(code, message) or self._refusal(code, message, permission)

    def _no_role(self, code: str) -> SourceError:
        return SourceError(
            f"{self._profile()} may not take its role ({code})",
            "check role_arn in ~/.aws/config and whom the role trusts",
        )

    def _credential(self, code: str, message: str) -> SourceError | None:
        """What is wrong with the credential itself, if anything."""
        if code in _EXPIRED:
            return self.expired()
        if code in _SKEWED or _SKEW_TEXT.search(message):
            return SourceError(
                "the clock of this machine is wrong by more than AWS allows (15 minutes)", "set it right"
            )
        if code in _UNKNOWN_KEY:
            return SourceError(f"AWS does not know the key of {self.name} ({code})", "give a valid key")
        return None

    def _refusal(self, code: str, message: str, permission: str) -> TurboError:
        if code == "NoSuchBucket":
            return self._bucket("there is no bucket")
        if code in _ELSEWHERE:
            return SourceError(
                f"the bucket is in another region than {self.settings.get('region') or 'the default one'}",
                f"turbofinops connect set {self.name} region=REGION",
            )
        if code in ("DataUnavailableException", "BillExpirationException") or "not enabled" in message:
            return SourceError(
                f"Cost Explorer has no data for {self.name} ({code})",
                "open Cost Explorer once in the console to switch it on: the first data take 24 hours",
            )
        if code in _DENIED:
            named = _PERMISSION.search(message)
            needed = named[1] if named else permission
            return Denied(
                needed,
                f"the credential of {self.name} may not {needed}",
                "add it to its policy, see docs/connect/aws.md",
            )
        if not code:
            return SourceError("what answered is not AWS", "check endpoint_url and any proxy between")
        said = f"{code}: {message[:200]}" if message else code
        return SourceError(f"AWS refused {permission} ({said})", HELP)

    def core(self, error: Any, permission: str) -> Exception:
        """A BotoCoreError: the SDK found no credential, no way, or no sense in the settings."""
        kind = type(error).__name__
        if kind in _LINE:
            return Passing(kind)
        if kind in ("SSOError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "TokenRetrievalError"):
            return self.expired()
        if kind.startswith("Login"):
            return self.expired("aws login")
        if kind == "SSLError":
            return SourceError(
                "the certificate of AWS is not trusted", "check the clock and what intercepts the network"
            )
        if kind in _NO_REGION:
            region = self.settings.get("region", "")
            return SourceError(
                f"AWS has no region {region!r}" if region else f"{self.name} has no usable region",
                f"turbofinops connect set {self.name} region=REGION",
            )
        return self._chain(kind) or SourceError(f"AWS cannot be asked ({kind}) {permission}".strip(), HELP)

    def _chain(self, kind: str) -> SourceError | None:
        """What the chain of credentials stumbled over, if it did."""
        check = "see what `aws sts get-caller-identity" + self._option() + "` says"
        if kind == "NoCredentialsError":
            return SourceError(
                f"there are no AWS credentials for {self.name}",
                "set a profile, sign in by SSO, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            )
        if kind == "PartialCredentialsError":
            return SourceError(f"half of the AWS key of {self.name} is missing", "give key and secret")
        if kind in ("CredentialRetrievalError", "MetadataRetrievalError"):
            return SourceError(f"what gives {self._profile()} its credentials failed", check)
        if kind == "ProfileNotFound":
            return SourceError(
                f"there is no AWS profile {self.settings.get('profile', '')!r}",
                "see `aws configure list-profiles`",
            )
        if kind in _CONFIG:
            return SourceError(f"the AWS configuration of {self._profile()} cannot be used ({kind})", check)
        if kind == "RefreshWithMFAUnsupportedError":
            return SourceError(
                f"{self._profile()} asks for an MFA code each time", "use SSO, or a role without"
            )
        if kind in ("ParamValidationError", "InvalidDNSNameError"):
            return self._bucket("this is no name of a bucket:")
        return None

    def _bucket(self, what: str) -> SourceError:
        return SourceError(
            f"{what} {self.settings.get('bucket', '')!r}", f"turbofinops connect set {self.name} bucket=NAME"
        )

    def expired(self, sign_in: str = "aws sso login") -> SourceError:
        """A session that ended, with how to sign in again."""
        return SourceError(
            f"the AWS session of {self.name} has expired", f"sign in again: {sign_in}{self._option()}"
        )

    def unanswered(self, permission: str, error: Passing) -> SourceError:
        """After the last attempt."""
        place = str(error) in ("EndpointConnectionError", "ConnectTimeoutError")
        region = self.settings.get("region", "")
        hint = "try again later; what has come is kept"
        if place:
            hint = (
                "check the network" + (f" and region={region}" if region else "") + "; what has come is kept"
            )
        return SourceError(f"AWS does not answer {permission} ({error})", hint)

    def _option(self) -> str:
        profile = self.settings.get("profile")
        return f" --profile {profile}" if profile else ""

    def _profile(self) -> str:
        profile = self.settings.get("profile")
        return f"the profile {profile}" if profile else self.name


def _after(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``."""
    text = str(headers.get("retry-after", ""))
    return int(text) if text.isdigit() else None
