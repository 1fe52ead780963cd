"""A container of Blob storage: list what is there, fetch one blob unless it changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.http import ATTEMPTS
from turbofinops_tui.sync.pull.azure_auth import (
    VERSION,
    Credential,
    credential,
    sas_begins,
    sas_ended,
    sign_in_refused,
)
from turbofinops_tui.sync.pull.cloud_http import Answer, Http
from turbofinops_tui.sync.runner import Denied

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets

READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
"""of a container's list of blobs, too"""
ROLE = "give the role Storage Blob Data Reader on the container, or a SAS with read and list"


@dataclass(frozen=True, slots=True)
class Blob:
    """One blob as the list tells."""

    name: str
    etag: str
    size: int
    modified: int
    """epoch seconds"""


class BlobChanged(SourceError):
    """A blob was written anew between the list and its reading."""


class Container:
    """One container, by its address; the credential is looked for at the first request."""

    def __init__(
        self,
        connection: Connection,
        secrets: Secrets,
        stop: threading.Event,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.url = connection.settings.get("container_url", "")
        self.name = connection.name
        if not self.url or not urlsplit(self.url).path.strip("/"):
            raise SourceError(
                f"{connection.name} does not say where its exports are",
                f"turbofinops connect set {connection.name} container_url=https://ACCOUNT.blob.core.windows.net/CONTAINER",
            )
        self.http = Http("Azure", self._refused, stop, attempts=attempts)
        self._ask = (connection, secrets, self.http)
        self._credential: Credential | None = None

    @property
    def credential(self) -> Credential:
        """What requests are signed with; SecretError when there is none."""
        if self._credential is None:
            self._credential = credential(*self._ask)
        return self._credential

    def blobs(self, prefix: str = "", most: int = 0) -> Iterator[Blob]:
        """Every blob below ``prefix`` in order of name; only the first page when ``most`` is given."""
        marker = ""
        while True:
            query = {"restype": "container", "comp": "list", "prefix": prefix, "marker": marker}
            query |= {"maxresults": str(most)} if most else {}
            root = _xml(self._get("", {key: value for key, value in query.items() if value}))
            for item in root.iter("Blob"):
                if (blob := _blob(item)) is not None:
                    yield blob
            marker = root.findtext("NextMarker") or ""
            if not marker or most:
                return

    def read(self, name: str) -> bytes:
        """A small blob."""
        return self._get(name, {}).body

    def start(self, name: str) -> None:
        """The first byte of a blob: whether it may be read."""
        self._get(name, {}, {"Range": "bytes=0-0"})

    def save(self, blob: Blob, path: Path) -> int:
        """A blob as it was listed, in a file; BlobChanged when it is another by now. Bytes written."""
        url, headers = self._signed(blob.name, {}, {"If-Match": blob.etag})
        return self.http.save(url, path, blob.size, headers=headers)

    def _get(self, name: str, query: Mapping[str, str], more: Mapping[str, str] | None = None) -> Answer:
        url, headers = self._signed(name, query, more or {})
        return self.http.ask("GET", url, headers=headers)

    def _signed(
        self, name: str, query: Mapping[str, str], more: Mapping[str, str]
    ) -> tuple[str, dict[str, str]]:
        url = self.url + (f"/{quote(name)}" if name else "")
        asked = "&".join(part for part in (urlencode(query), self.credential.query) if part)
        url += f"?{asked}" if asked else ""
        return url, {"x-ms-version": VERSION, **more, **self.credential.sign(url, more)}

    def _refused(self, status: int, text: str, headers: Mapping[str, str]) -> Exception:
        code = headers.get("x-ms-error-code", "")
        if status == 412:
            return BlobChanged("an export was written anew while it was read", "run this again")
        if status == 404:
            what = "the container" if code in ("ContainerNotFound", "ResourceNotFound", "") else "a blob"
            return SourceError(f"{what} of {self.name} does not exist ({self.url})", "check container_url")
        if "oauth2" in text or "AADSTS" in text:
            return sign_in_refused(self.name, text)
        query = self._credential.query if self._credential else ""
        if status in (401, 403) and (ended := sas_ended(query, headers.get("Date", ""))):
            return SourceError(f"the sas of {self.name} ended on {ended}", "make a new one: read and list")
        if status in (401, 403) and (begins := sas_begins(query, headers.get("Date", ""))):
            return SourceError(
                f"the sas of {self.name} begins on {begins}",
                "wait, or make one without a start: read and list",
            )
        if code in ("AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch"):
            return Denied(READ, f"the credential of {self.name} may not read {self.url}", ROLE)
        if code in ("AuthorizationFailure", "PublicAccessNotPermitted"):
            return SourceError(
                f"the storage account of {self.name} refuses this network or a credential of this kind",
                "look at its firewall and whether it allows shared keys",
            )
        if status in (401, 403):
            if "Date header" in text or "clock" in text.lower():
                return SourceError(
                    "the clock of this machine is wrong by more than Azure allows (15 minutes)",
                    "set it right",
                )
            hint = "is it of another account, or at its end? Give a new one"
            return SourceError(f"Azure refuses the credential of {self.name} ({code or status})", hint)
        return SourceError(f"Azure refuses {self.url} ({code or status})", "check the settings")


def _xml(answer: Answer) -> Element:
    from xml.etree import ElementTree

    if b"<!DOCTYPE" in answer.body:
        raise SourceError("the list of blobs is no list of blobs", "check container_url")
    try:
        return ElementTree.fromstring(answer.body)  # noqa: S314 (bounded, and no document type)
    except ElementTree.ParseError:
        raise SourceError("the list of blobs cannot be read", "check container_url") from None


def _blob(item: Element) -> Blob | None:
    """One entry; None for folders of hierarchical storage."""
    name, size = item.findtext("Name") or "", item.findtext("Properties/Content-Length") or "0"
    if not name or item.findtext("Properties/ResourceType") == "directory" or not size.isdigit():
        return None
    try:
        modified = int(parsedate_to_datetime(item.findtext("Properties/Last-Modified") or "").timestamp())
    except (TypeError, ValueError):
        modified = 0
    etag = item.findtext("Properties/Etag") or ""
    return Blob(name, etag if etag.startswith('"') else f'"{etag}"', int(size), modified)
