"""Azure as a cost source: Cost Management exports in Blob storage."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from turbofinops_tui.economics.periods import month_of_day, month_text
from turbofinops_tui.errors import DataError, SourceError
from turbofinops_tui.sync.http import FEW
from turbofinops_tui.sync.pull.azure_auth import sas_powers
from turbofinops_tui.sync.pull.azure_blob import READ, ROLE, Blob, Container
from turbofinops_tui.sync.pull.azure_exports import (
    MANIFEST,
    Run,
    check_scopes,
    export_name,
    folder_of,
    newest,
    older_runs,
    place_of,
    read_manifest,
)
from turbofinops_tui.sync.pull.azure_files import fetch_run, mark_views
from turbofinops_tui.sync.runner import Ask, Cursors, Denied, Fetched, Item, Plan, Probe, Tick

if TYPE_CHECKING:
    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection
    from turbofinops_tui.sync.runner import Secrets


class AzureExports:
    """The exports below ``prefix`` of one container."""

    def __init__(self, connection: Connection, secrets: Secrets, stop: threading.Event) -> None:
        self._given = (connection, secrets, stop)
        self._container: Container | None = None
        self.prefix = connection.settings.get("prefix", "").lstrip("/")
        self._blobs: dict[str, Blob] = {}
        self._items: dict[str, tuple[Run, ...]] = {}
        self._scopes: dict[str, str] = {}
        self._broken: dict[tuple[str, str], tuple[Blob, DataError]] = {}
        """(folder of an export, month) -> its newest damaged manifest"""
        self._failing: dict[str, DataError] = {}

    @property
    def container(self) -> Container:
        """The container; SourceError when the connection does not name one."""
        if self._container is None:
            self._container = Container(*self._given)
        return self._container

    def identity(self) -> str:
        """The place of the exports: the credential of a container says nothing of whose it is."""
        parts = urlsplit(self.container.url)
        host = (parts.hostname or "").removesuffix(".blob.core.windows.net")
        return "/".join(part for part in (host + parts.path, self.prefix.strip("/")) if part)

    def test(self) -> Probe:
        """Whether the exports can be listed and read, and what there is."""
        connection, secrets, stop = self._given
        self._container = Container(connection, secrets, stop, attempts=FEW)
        credential = self.container.credential
        missing: list[str] = []
        notes: list[str] = []
        try:
            listed = list(self.container.blobs(self.prefix))
            for blob in listed[:1]:
                self.container.start(blob.name)
            runs = self._runs({blob.name: blob for blob in listed}, notes)
            check_scopes(runs)
            self._scopes = {run.scope: run.label for run in runs}
        except Denied as error:
            missing.append(f"{READ} ({error.hint or ROLE})")
        notes += [error.line() for _, error in self._broken.values()]
        if not missing:
            known = sorted(self._scopes)
            notes.insert(0, f"{len(known)} scopes: {', '.join(known) or 'no export yet'}")
        if powers := sas_powers(credential.query) or ("all" if credential.kind == "account-key" else ""):
            notes.append(f"the credential can do more than read and list ({powers}): a SAS with rl is enough")
        return Probe(self.identity(), credential.origin, "", tuple(missing), tuple(notes))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """Every month whose newest run is another than the one that was read."""
        notes: list[str] = []
        self._blobs = {blob.name: blob for blob in self.container.blobs(self.prefix)}
        runs = self._runs(self._blobs, notes)
        check_scopes(runs)
        items = []
        for (scope, period), chosen in sorted(newest(runs).items()):
            export = export_name(scope)
            key = f"{export}/{period}"
            self._items[key] = chosen
            again = ask.full or (ask.since is not None and period >= month_text(month_of_day(ask.since)))
            if again or cursors.get(key, {}).get("blobs") != self._stamp(chosen):
                items.append(Item(key, export, period, f"{chosen[0].label} {period}"))
        failing = self._half_written(runs)
        items = [item for item in items if item.key not in self._failing] + failing
        if not self._items and not self._failing:
            notes.append(f"there is no export below {self.container.url}/{self.prefix}")
        size = sum(self._blobs[part.name].size for item in items for run in self._items.get(item.key, ())
                   for part in run.parts if part.name in self._blobs)  # fmt: skip
        if items:
            notes.append(f"{len(items)} months, {size / 1e6:,.1f} MB to read")
        return Plan(tuple(items), tuple(notes))

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """The files of one month; actual and amortized of one scope become one delivery."""
        if item.key in self._failing:
            raise self._failing[item.key]
        chosen = self._items[item.key]
        found = [
            (path, name, run.kind)
            for run in chosen
            for path, name in fetch_run(self.container, run, self._blobs, folder, tick)
        ]
        files = mark_views(found, folder) if len(chosen) > 1 else [(path, name) for path, name, _ in found]
        notes = []
        if len(chosen) == 1 and chosen[0].kind in ("actual", "amortized"):
            other = "amortized" if chosen[0].kind == "actual" else "actual"
            notes.append(f"{item.label}: there is no {other} export, so billed and effective are the same")
        filled = [(path, name) for path, name in files if path.stat().st_size]
        return Fetched(
            tuple(path for path, _ in filled),
            item.export,
            (item.period,),
            {
                "blobs": self._stamp(chosen),
                "runs": [run.order[1] for run in chosen],
                "scope": chosen[0].scope,
            },
            notes=tuple(notes),
            names=tuple(f"{self.container.url}/{name}" for _, name in filled),
        )

    def scopes(self) -> dict[str, str]:
        """What the exports are of that were planned or tested: scope -> the export's name."""
        return {run.scope: run.label for chosen in self._items.values() for run in chosen} or self._scopes

    def _runs(self, blobs: Mapping[str, Blob], notes: list[str]) -> list[Run]:
        """Every run, by its manifest where there is one; damaged manifests go to ``_broken``."""
        runs = []
        self._broken = {}
        for name, blob in blobs.items():
            if name.rpartition("/")[2].casefold() != MANIFEST:
                continue
            try:
                run = read_manifest(blob, self.container.read(name), notes)
            except DataError as error:
                held = self._broken.setdefault(place_of(name), (blob, error))
                if blob.modified > held[0].modified:
                    self._broken[place_of(name)] = (blob, error)
                continue
            if run is not None:
                runs.append(run)
        return runs + older_runs(blobs.values(), runs, self._broken)

    def _half_written(self, runs: list[Run]) -> list[Item]:
        """Months whose newest manifest is damaged: they fail one by one, and stay as they were."""
        items = []
        for (folder, period), (blob, error) in sorted(self._broken.items()):
            same = [run for run in runs if run.manifest and folder_of(run.manifest) == folder]
            newer = [run for run in same if run.period == period]
            others = (self._blobs[run.manifest] for run in newer)
            if any((other.modified, other.name) > (blob.modified, blob.name) for other in others):
                continue  # it was run again since
            name = export_name(same[0].scope if same else f"export:{folder}")
            key = f"{name}/{period}"
            self._failing[key] = error
            self._items.pop(key, None)
            items.append(Item(key, name, period, f"{folder} {period}"))
        return items

    def _stamp(self, chosen: tuple[Run, ...]) -> dict[str, str]:
        """What a month is made of: name -> tag of its content at the source."""
        names = [part.name for run in chosen for part in run.parts] + [run.manifest for run in chosen]
        return {name: self._blobs[name].etag for name in sorted(names) if name in self._blobs}


def open_source(
    connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event
) -> AzureExports:
    """The source of a connection of kind azure."""
    if not connection.settings.get("container_url"):
        raise SourceError(
            f"{connection.name} does not say where its exports are",
            f"turbofinops connect set {connection.name} container_url=https://ACCOUNT.blob.core.windows.net/NAME",
        )
    return AzureExports(connection, secrets, stop)
