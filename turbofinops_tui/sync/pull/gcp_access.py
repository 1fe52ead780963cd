"""Google's credentials and its billing accounts: the one place that knows Google's packages."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import FEW, Passing, stubbornly
from turbofinops_tui.sync.kind_words import LOOPBACK
from turbofinops_tui.sync.runner import Denied
from turbofinops_tui.sync.secrets import Secret, SecretError

if TYPE_CHECKING:
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets

SCOPES = (
    "https://www.googleapis.com/auth/bigquery.readonly",
    "https://www.googleapis.com/auth/cloud-billing.readonly",
)
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Account:
    """A billing account."""

    id: str
    name: str
    currency: str
    projects: tuple[str, ...] = ()


class Access:
    """The credential of a connection, found once and renewed when it ends."""

    def __init__(self, connection: Connection, secrets: Secrets) -> None:
        self._connection, self._secrets = connection, secrets
        self._found: Any = None
        self.origin = ""

    @property
    def endpoint(self) -> str:
        """Another address for all of Google's services, or empty."""
        settings = self._connection.settings
        return settings.get("api_endpoint") or settings.get("base_url", "")

    def headers(self) -> dict[str, str]:
        """``Authorization`` of a request; SourceError when Google gives no token."""
        found = self.credentials()
        if found.token is None or (found.expiry is not None and found.expired):
            self._renew(found)
        if not found.token:
            return {}
        Secret(found.token)  # from now on no log shows it
        return {"Authorization": f"Bearer {found.token}"}

    def credentials(self) -> Any:
        """Google's object: of the service account, of the token, else of the user's own sign-in."""
        if self._found is None:
            self._found = self._given("service_account") or self._given("access_token") or self._native()
        return self._found

    def _given(self, field: str) -> Any:
        try:
            found = self._secrets(field)
        except SecretError:
            return None
        self.origin = found.origin
        if field == "access_token":
            from google.oauth2.credentials import Credentials

            return Credentials(found.secret.reveal())  # type: ignore[no-untyped-call]
        from google.oauth2 import service_account

        try:
            info = json.loads(found.secret.reveal())
            Secret(str(info.get("private_key", "")))
            made: Any = service_account.Credentials
            return made.from_service_account_info(info, scopes=SCOPES)
        except (ValueError, TypeError, AttributeError):
            raise SourceError(
                f"the service_account of {self._connection.name} is no key of a service account",
                "give the whole JSON file",
            ) from None

    def _native(self) -> Any:
        """Application-default credentials; nothing is needed on this machine itself."""
        import google.auth
        from google.auth.credentials import AnonymousCredentials
        from google.auth.exceptions import DefaultCredentialsError

        named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
        if urlsplit(self.endpoint).hostname in LOOPBACK and not named:
            self.origin = "nothing: the address is this machine"
            return AnonymousCredentials()  # type: ignore[no-untyped-call]
        if self._connection.settings.get("env") == "no":  # settled by the runner
            raise SourceError(
                f"{self._connection.name} has no credential of its own, and the sign-in of this machine may"
                " be another account's",
                f"store service_account, or turbofinops connect set {self._connection.name} env=yes",
            )
        os.environ.setdefault("GCE_METADATA_TIMEOUT", "1")  # it would look for a virtual machine around it
        try:
            found, _ = google.auth.default(scopes=SCOPES)
        except (DefaultCredentialsError, ValueError):  # ValueError: a key file that is damaged
            raise SourceError(
                f"{self._connection.name} has no credential of Google"
                + (" that can be read (GOOGLE_APPLICATION_CREDENTIALS)" if named else ""),
                "store service_account, or sign in: gcloud auth application-default login",
            ) from None
        self.origin = "application-default credentials"
        return found

    def _renew(self, found: Any) -> None:
        from google.auth.exceptions import GoogleAuthError, TransportError
        from google.auth.transport.requests import Request

        if not hasattr(found, "refresh") or type(found).__name__ == "AnonymousCredentials":
            return
        try:
            found.refresh(Request())
        except TransportError:
            raise Passing("Google's sign-in cannot be reached") from None
        except GoogleAuthError as error:
            if getattr(error, "retryable", False):
                raise Passing("Google's sign-in does not answer") from None
            raise no_token(self._connection.name, str(error)) from None
        Secret(str(found.token or ""))  # from now on no log shows it

    def _held(self) -> None:
        """See that there is a token; SourceError in our own words when Google gives none."""
        try:
            stubbornly(self.headers, FEW)
        except Passing as error:
            raise SourceError(str(error), "check the network, or try again later") from None

    def account(self, ident: str, projects: bool = False) -> Account:
        """A billing account by its id. Denied without billing.accounts.get, SourceError for others."""
        from google.api_core import exceptions

        name = f"billingAccounts/{ident}"
        needed = "billing.accounts.get"
        try:
            client = self._client()
            found = client.get_billing_account(name=name, timeout=SECONDS, retry=None)
            needed = "billing.resourceAssociations.list"
            listed = (
                client.list_project_billing_info(name=name, timeout=SECONDS, retry=None) if projects else ()
            )
            return Account(
                ident, found.display_name, found.currency_code, tuple(item.project_id for item in listed)
            )
        except exceptions.Forbidden:
            raise _denied(self._connection.name, ident, needed) from None
        except exceptions.NotFound:
            raise SourceError(f"there is no billing account {ident}", "check billing_account") from None
        except exceptions.Unauthorized:
            raise SourceError(
                f"Google refuses the credential of {self._connection.name}",
                "sign in again, or give another key",
            ) from None
        except exceptions.GoogleAPICallError as error:
            raise SourceError(f"Cloud Billing did not answer ({type(error).__name__})", "try again") from None

    def _client(self) -> Any:
        from google.api_core.client_options import ClientOptions
        from google.cloud.billing_v1 import CloudBillingClient

        self._held()
        options = ClientOptions(api_endpoint=self.endpoint) if self.endpoint else None
        found = self.credentials()
        if found.token:  # the token that BigQuery takes, not one that the package signs for itself
            from google.oauth2.credentials import Credentials

            found = Credentials(found.token)  # type: ignore[no-untyped-call]
        # REST alone: no threads of gRPC, and proxies of companies let it through
        return CloudBillingClient(credentials=found, transport="rest", client_options=options)


_NO_TOKEN = (
    ("reasonable timeframe", "the clock of this machine is wrong by more than Google allows", "set it right"),
    (
        "invalid jwt signature",
        "the service account key of {name} was revoked",
        "make a new key, store it again",
    ),
    ("account not found", "the service account of {name} was deleted", "make a new one and store its key"),
    ("disabled", "the service account of {name} is disabled", "enable it, or store the key of another"),
    ("reauth", "the sign-in to Google has expired", "sign in again: gcloud auth application-default login"),
    (
        "expired or revoked",
        "the sign-in to Google has expired or was revoked",
        "sign in again: gcloud auth application-default login",
    ),
    ("invalid_scope", "the credential of {name} may not ask for billing data", "use a service account"),
)
"""(words of Google's sign-in, what they mean, what to do)"""


def no_token(name: str, said: str) -> SourceError:
    """What it means that Google gives no token."""
    for words, what, hint in _NO_TOKEN:
        if words in said.casefold():
            return SourceError(what.format(name=name), hint)
    return SourceError(
        f"Google gives no token for {name}",
        "is the key revoked, or the sign-in at its end? Is the clock right?",
    )


def _denied(name: str, ident: str, needed: str) -> Denied:
    return Denied(
        needed,
        f"the credential of {name} may not see billing account {ident} ({needed})",
        "give the role Billing Account Viewer",
    )


def settings_of(connection: Connection) -> tuple[str, str]:
    """(project that runs the queries, full address of the table); SourceError says what is not set."""
    settings: Mapping[str, str] = connection.settings
    words = settings.get("table", "").replace(":", ".").strip("`").split(".")
    project = settings.get("project") or (words[0] if len(words) == 3 else "")
    if not project or len(words) not in (2, 3) or not all(words):
        raise SourceError(
            f"{connection.name} does not say where its billing export is",
            f"turbofinops connect set {connection.name} project=PROJECT table=[PROJECT.]DATASET.TABLE",
        )
    address = ".".join(words if len(words) == 3 else [project, *words])
    if not all(letter.isalnum() or letter in "-_." for letter in address):
        raise SourceError(f"{address} is no address of a table", "write PROJECT.DATASET.TABLE")
    return project, address
