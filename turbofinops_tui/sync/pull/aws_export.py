"""AWS Data Exports (FOCUS, CUR 2.0) and legacy reports in S3: by manifest, month by month.

A month is read when its manifest is new. Files are fetched as they were listed (``IfMatch``): when one
changes meanwhile the month is begun again. Parts go to disk side by side, never into memory.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from turbofinops_tui.economics.periods import month_of_day, month_text
from turbofinops_tui.errors import DataError, SourceError
from turbofinops_tui.sync.http import FEW, Passing
from turbofinops_tui.sync.pull.aws_access import Access, Missing, Precondition
from turbofinops_tui.sync.pull.aws_manifest import (
    LARGEST,
    Found,
    Manifest,
    candidates,
    data_files,
    is_inside,
    newest,
    split_address,
)
from turbofinops_tui.sync.runner import Ask, Cursors, Denied, Fetched, Item, Plan, Probe, Tick, check_stop

LIST = "s3:ListBucket"
GET = "s3:GetObject"
WORKERS = 4
CHUNK = 1 << 20
AGAIN = 3
"""how often a month that changes while it is read is begun"""


class DataExports:
    """The exports below one prefix of a bucket, or one of them."""

    def __init__(self, access: Access, bucket: str, prefix: str, export: str) -> None:
        self.access = access
        self.bucket = bucket
        self.prefix = prefix.strip("/")
        self.export = export.strip("/")
        """one name, several with commas between them, or empty: the one that is there"""
        self.manifests: dict[str, Manifest] = {}

    def identity(self) -> str:
        """The AWS account of the credential."""
        return self.access.identity()

    def test(self) -> Probe:
        """Who the credential is, and whether it may list the bucket and read the manifests and files."""
        account = self.access.identity(FEW)
        missing: list[str] = []
        notes: list[str] = []
        try:
            found = self._manifests(FEW)
            if not found:
                notes.append(f"there is no manifest yet below {self._where()}: AWS takes up to 24 hours")
            for manifest in found[-1:]:
                self._read_manifest(manifest, FEW)
                notes.append(f"{len(found)} months, newest {manifest.export} {manifest.period}")
        except Denied as error:
            where = f"arn:aws:s3:::{self.bucket}" + (f"/{self.prefix}/*" if error.permission == GET else "")
            missing.append(f"{error.permission} on {where}")
        return Probe(account, self.access.origin(), "", tuple(missing), tuple(notes))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """Every month whose manifest is new, and every one from ``since`` on."""
        found = self._manifests()
        if not found:
            raise SourceError(
                f"there is no manifest below {self._where()}",
                "check bucket, prefix and export; a new export takes up to 24 hours",
            )
        self.manifests = {f"{item.export}/{item.period}": item for item in found}
        since = "" if ask.since is None else month_text(month_of_day(ask.since))
        items = []
        for key, manifest in self.manifests.items():
            asked = bool(since) and manifest.period >= since
            new = dict(cursors.get(key, {})) != dict(manifest.cursor())
            if asked or (new and not ask.backfill) or (new and not since):
                label = f"{manifest.export} {manifest.period}"
                items.append(Item(key, manifest.export, manifest.period, label))
        items.sort(key=lambda item: item.period, reverse=True)  # the newest month answers first
        return Plan(tuple(items))

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """The files of one month."""
        manifest = self.manifests[item.key]
        for _ in range(AGAIN):
            try:
                files, names = self._download(manifest, folder, tick)
            except Precondition:
                manifest = self._again(manifest)
                continue
            return Fetched(tuple(files), item.export, (item.period,), manifest.cursor(), names=tuple(names))
        raise SourceError(
            f"{item.label} changes faster than it can be read", "run the same command again in some minutes"
        )

    def _where(self) -> str:
        return f"s3://{'/'.join(part for part in (self.bucket, self.prefix, self.export) if part)}"

    def _again(self, manifest: Manifest) -> Manifest:
        """The manifest of the same month as it is now."""
        check_stop(self.access.stop)
        found = [item for item in self._manifests() if item.export == manifest.export]
        return next((item for item in found if item.period == manifest.period), manifest)

    # --- listings -----------------------------------------------------------------------------

    def _manifests(self, attempts: int = 10) -> list[Manifest]:
        """The newest manifest of each export and month, by export and month.

        SourceError names the exports to choose from when there are several and none is chosen: they may hold
        the same cost in two forms.
        """
        if self.export:
            names = [name.strip("/") for name in self.export.split(",") if name.strip("/")]
            return [item for name in names for item in self._of_export(name, attempts)]
        base = f"{self.prefix}/" if self.prefix else ""
        names = [posixpath.basename(folder.rstrip("/")) for folder in self._folders(base, attempts)]
        if base and any(is_inside(name) for name in names):  # the prefix goes on to the export itself
            return self._below(self.prefix, posixpath.basename(self.prefix), attempts)
        found = {name: items for name in names if (items := self._of_export(name, attempts))}
        if len(found) > 1:
            raise SourceError(
                f"there are {len(found)} exports below {self._where()}: {', '.join(sorted(found))}; they may"
                " hold the same cost",
                f"choose: turbofinops connect set {self.access.name} export={min(found)} (or several: A,B)",
            )
        return [item for items in found.values() for item in items]

    def _of_export(self, name: str, attempts: int) -> list[Manifest]:
        return self._below("/".join(part for part in (self.prefix, name) if part), name, attempts)

    def _below(self, root: str, name: str, attempts: int) -> list[Manifest]:
        found = newest(name, self._objects(f"{root}/metadata/", attempts))
        if found:
            return found
        # a report of the older kind, or a partition layout of another age
        return newest(name, self._objects(f"{root}/", attempts))

    def _pages(self, attempts: int, **words: Any) -> Iterator[dict[str, Any]]:
        token = ""
        while True:
            more = {"ContinuationToken": token} if token else {}
            page = self.access.call("s3", LIST, "list_objects_v2", attempts=attempts, **words, **more)
            yield page
            token = str(page.get("NextContinuationToken") or "")
            if not token:
                return

    def _folders(self, prefix: str, attempts: int) -> list[str]:
        pages = self._pages(attempts, Bucket=self.bucket, Prefix=prefix, Delimiter="/")
        return [str(item["Prefix"]) for page in pages for item in page.get("CommonPrefixes", [])]

    def _objects(self, prefix: str, attempts: int = 10, bucket: str = "") -> list[Found]:
        return [
            Found(str(item["Key"]), str(item["ETag"]), int(item["Size"]), item["LastModified"].isoformat())
            for page in self._pages(attempts, Bucket=bucket or self.bucket, Prefix=prefix)
            for item in page.get("Contents", [])
        ]

    # --- reading ------------------------------------------------------------------------------

    def _read_manifest(self, manifest: Manifest, attempts: int = 10) -> list[str]:
        where = f"s3://{self.bucket}/{manifest.object.key}"
        if manifest.object.size > LARGEST:
            raise DataError("is too large for a manifest", "check the setting export", file=where)

        def read() -> bytes:
            answer = self.access.client("s3").get_object(
                Bucket=self.bucket, Key=manifest.object.key, IfMatch=manifest.object.etag
            )
            body: bytes = answer["Body"].read(LARGEST)
            return body

        text = self._stubborn(GET, read, attempts)
        return data_files(text, where)

    def _stubborn(self, permission: str, ask: Any, attempts: int = 10) -> Any:
        try:
            return self.access.stubborn(permission, lambda: self.access.translated(permission, ask), attempts)
        except Missing:
            raise Precondition from None  # it was listed a moment ago

    def _download(self, manifest: Manifest, folder: Path, tick: Tick) -> tuple[list[Path], list[str]]:
        """Every data file into ``folder``; Precondition when one is not what was listed."""
        parts = self._located(manifest, self._read_manifest(manifest))
        done = 0
        paths = [folder / f"{n:05d}-{posixpath.basename(part.key)}" for n, (_, part) in enumerate(parts)]
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="s3") as pool:
            jobs = [
                pool.submit(self._one, bucket, part, path)
                for (bucket, part), path in zip(parts, paths, strict=True)
            ]
            try:
                for job in jobs:
                    job.result()
                    done += 1
                    tick(f"{manifest.export} {manifest.period}", done, len(jobs))
            except BaseException as error:
                for job in jobs:
                    job.cancel()
                if not isinstance(error, Exception):  # the user ends the program: let the workers go at once
                    self.access.stop.set()
                raise
        return paths, [f"s3://{bucket}/{part.key}" for bucket, part in parts]

    def _located(self, manifest: Manifest, names: Sequence[str]) -> list[tuple[str, Found]]:
        """(bucket, object) of every file that the manifest names; DataError for one that is not there."""
        listed: dict[tuple[str, str], dict[str, Found]] = {}

        def look(bucket: str, key: str) -> Found | None:
            where = (bucket, posixpath.dirname(key) + "/")
            if where not in listed:
                objects = self._objects(where[1].lstrip("/"), bucket=bucket)
                listed[where] = {item.key: item for item in objects}
            return listed[where].get(key)

        found = []
        for name in names:
            bucket, key = split_address(name, self.bucket)
            places = (look(bucket, place) for place in candidates(key, manifest.object.key))
            part = next((place for place in places if place is not None), None)
            if part is None:
                raise DataError(
                    f"names {key}, which is not there",
                    "the export is half-written: run the same command again when AWS has finished it",
                    file=f"s3://{self.bucket}/{manifest.object.key}",
                )
            found.append((bucket, part))
        return found

    def _one(self, bucket: str, part: Found, path: Path) -> None:
        """One object onto disk, begun again when the line breaks; its size is checked."""

        def read() -> None:
            check_stop(self.access.stop)
            answer = self.access.client("s3").get_object(Bucket=bucket, Key=part.key, IfMatch=part.etag)
            size = 0
            with path.open("wb") as file:
                for chunk in answer["Body"].iter_chunks(CHUNK):
                    check_stop(self.access.stop)
                    file.write(chunk)
                    size += len(chunk)
            if size != part.size:
                raise Passing(f"{size} bytes of {part.size}")

        self._stubborn(GET, read)
