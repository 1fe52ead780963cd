"""Manifests of AWS Data Exports and of the older Cost and Usage Report: which files make one month.

Only a manifest says which files belong together: AWS writes it after all of them, earlier larger runs
leave files behind, and a create-new export keeps every execution. Key names differ by age and table
(``BILLING_PERIOD=``, ``billing_period=``; ``dataFiles`` as texts or objects), so all are accepted.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.runner import Cursor

LARGEST = 16 * 1024 * 1024
_PARTITION = re.compile(r"billing_period=(\d{4}-(?:0[1-9]|1[0-2]))(?:-\d\d)?/", re.IGNORECASE)
_LEGACY = re.compile(r"/(\d{4})(0[1-9]|1[0-2])\d\d-\d{8}/")
_RANGE = re.compile(r"\d{8}-\d{8}")
_LISTS = ("dataFiles", "dataFile", "reportKeys", "files", "data_files")
_KEYS = ("key", "s3Key", "objectKey", "s3Uri", "uri", "path", "name")


@dataclass(frozen=True, slots=True)
class Found:
    """One object of a listing."""

    key: str
    etag: str
    size: int
    modified: str
    """ISO UTC, to tell the newest execution"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The newest manifest of one billing period of one export."""

    export: str
    period: str
    object: Found

    def cursor(self) -> Cursor:
        """What says that it was read already."""
        return {"key": self.object.key, "etag": self.object.etag, "modified": self.object.modified}


def is_manifest(key: str) -> bool:
    """True for the name of a manifest."""
    return key.lower().endswith("manifest.json")


def is_inside(folder: str) -> bool:
    """True for the name of a folder that AWS makes inside an export: ``metadata``, or a month's range."""
    return folder.lower() == "metadata" or _RANGE.fullmatch(folder) is not None


def period_of(key: str) -> str:
    """``YYYY-MM`` of a key's partition, or empty."""
    if match := _PARTITION.search(key):
        return match[1]
    match = _LEGACY.search(key)
    return f"{match[1]}-{match[2]}" if match else ""


def newest(export: str, found: Iterable[Found]) -> list[Manifest]:
    """One manifest per period, by period: the one at the top of a legacy report, else the youngest."""
    best: dict[str, Found] = {}
    for item in found:
        period = period_of(item.key) if is_manifest(item.key) else ""
        if period and (period not in best or _rank(item) > _rank(best[period])):
            best[period] = item
    return [Manifest(export, period, best[period]) for period in sorted(best)]


def _rank(item: Found) -> tuple[str, int, str]:
    return (item.modified, -item.key.count("/"), item.key)


def data_files(text: bytes, where: str) -> list[str]:
    """Keys or ``s3://`` addresses of the data files, in order; DataError when it is no manifest."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        held = None
    listed = next((held[name] for name in _LISTS if name in held), None) if isinstance(held, dict) else None
    if not isinstance(listed, list):
        raise DataError("is no manifest of an export", "is the export still being written?", file=where)
    keys = [_key(item) for item in listed]
    if not all(keys):
        raise DataError("names a file in a way that is not known", "export it again", file=where)
    return list(dict.fromkeys(keys))


def _key(item: Any) -> str:
    if isinstance(item, Mapping):
        item = next((item[name] for name in _KEYS if isinstance(item.get(name), str)), "")
    return item if isinstance(item, str) else ""


def split_address(address: str, bucket: str) -> tuple[str, str]:
    """(bucket, key) of a key or an ``s3://`` address."""
    if address.startswith("s3://"):
        host, _, key = address[5:].partition("/")
        return host, key
    return bucket, address.lstrip("/")


def candidates(key: str, manifest: str) -> list[str]:
    """Where a file that a manifest names may lie: as named, or below the folders around the manifest."""
    around = []
    folder = posixpath.dirname(manifest)
    while folder:
        around.append(f"{folder}/{key}")
        folder = posixpath.dirname(folder)
    data = re.sub(r"/metadata/", "/data/", posixpath.dirname(manifest) + "/", count=1)
    return [key, f"{data}{posixpath.basename(key)}", *around]
