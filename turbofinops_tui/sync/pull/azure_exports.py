"""Which files of a container are which month of which scope: by the manifests, never by the paths.

A daily export delivers the month to date with every run, so only the newest run of a month counts. Scopes
that nest would count a dollar twice and are refused with both names. The older layout without manifests
is told apart by its folders, ``<export>/<YYYYMMDD-YYYYMMDD>/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turbofinops_tui.economics.periods import MAX_DAY, month_of_day, month_text
from turbofinops_tui.errors import ConflictError, DataError
from turbofinops_tui.sync.pull.azure_blob import Blob
from turbofinops_tui.sync.read.values import parse_day

MANIFEST = "manifest.json"
DATA_ENDINGS = (".csv", ".csv.gz", ".parquet")
KINDS = {"focuscost": "focus", "actualcost": "actual", "amortizedcost": "amortized", "usage": "actual"}
"""type of an export -> what it holds; others (prices, reservations) are no cost"""
_FOLDER = re.compile(r"(?P<export>.+)/(?P<start>\d{8})-(?P<end>\d{8})/(?P<rest>.+)")
_LONGEST_EXPORT = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a run, with what the manifest says of it (-1: nothing)."""

    name: str
    size: int = -1
    rows: int = -1


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an export: one month of one scope."""

    scope: str
    """resource id in lower case; of the older layout ``export:FOLDER``"""
    label: str
    """what people know the export by"""
    kind: str
    """focus, actual, amortized; empty when only the header tells"""
    period: str
    """``YYYY-MM``"""
    order: tuple[str, str]
    """when it was submitted, and its id: the greatest is the newest"""
    parts: tuple[Part, ...]
    manifest: str = ""


def read_manifest(blob: Blob, body: bytes, notes: list[str]) -> Run | None:
    """The run of a manifest; None, with a note, for what is no month of cost. DataError for a damaged one."""
    try:
        data = json.loads(body.decode("utf-8-sig"))
        config, info = data["exportConfig"], data["runInfo"]
        kind = KINDS.get(str(config.get("type", "")).casefold(), "")
        first, last = (
            parse_day(str(info["startDate"])),
            parse_day(str(info.get("endDate") or info["startDate"])),
        )
        scope = str(config["resourceId"])
        parts = tuple(_part(item) for item in data["blobs"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(
            "the manifest is damaged or of an unknown shape", "run the export again", file=blob.name
        ) from None
    name = str(config.get("exportName") or "export")
    if not kind:
        notes.append(f"{name}: {config.get('type')} is no cost, it is left out")
        return None
    if first is None or last is None or first != _first_of_month(first):
        notes.append(f"{name}: a run of {info['startDate']} is no month from its first day, it is left out")
        return None
    order = (str(info.get("submittedTime") or ""), str(info.get("runId") or ""))
    return Run(_scope(scope), name, kind, month_text(month_of_day(first)), order, parts, blob.name)


def _scope(resource: str) -> str:
    """The scope of an export from its resource id, which may go on with the export's own path."""
    path = "/" + resource.strip("/").casefold()
    return path.partition("/providers/microsoft.costmanagement/")[0]


def _first_of_month(day: int) -> int:
    from turbofinops_tui.economics.periods import month_start

    return month_start(month_of_day(day))


def _part(item: dict[str, Any]) -> Part:
    def number(key: str) -> int:
        value = item.get(key)
        return -1 if value in (None, "") else int(str(value))

    return Part(str(item["blobName"]).lstrip("/"), number("byteCount"), number("dataRowCount"))


def place_of(name: str) -> tuple[str, str]:
    """(folder of the export, month) of a blob by its path; DataError where the path does not tell."""
    match = _FOLDER.fullmatch(name)
    start = parse_day(match["start"]) if match else None
    if match is None or start is None or start > MAX_DAY:
        raise DataError(
            "the manifest is damaged, and its path names no month", "run the export again", file=name
        )
    return match["export"], month_text(month_of_day(start))


def older_runs(
    blobs: Iterable[Blob], known: Sequence[Run], broken: Iterable[tuple[str, str]] = ()
) -> list[Run]:
    """Runs of the layout without manifests: a folder below the month is a run, else each file is one.

    An export that writes manifests by now keeps its scope and kind for its earlier months; a run of a folder
    in which the month has a manifest is half-written, or older than that one; so is one whose manifest is
    ``broken`` (folder, month).
    """
    by_folder = {folder_of(run.manifest): run for run in known}
    have = {(folder_of(run.manifest), run.period) for run in known} | set(broken)
    found: dict[tuple[str, str, str], list[Blob]] = {}
    for blob in blobs:
        match = _FOLDER.fullmatch(blob.name)
        start = parse_day(match["start"]) if match else None
        if match is None or start is None or not blob.name.lower().endswith(DATA_ENDINGS) or start > MAX_DAY:
            continue
        period = month_text(month_of_day(start))
        if start == _first_of_month(start) and (match["export"], period) not in have:
            run = match["rest"].rpartition("/")[0] or match["rest"]
            found.setdefault((match["export"], period, run), []).append(blob)
    return [_older(key, blobs, by_folder.get(key[0])) for key, blobs in found.items()]


def _older(key: tuple[str, str, str], blobs: Sequence[Blob], like: Run | None) -> Run:
    folder, period, run = key
    parts = tuple(Part(blob.name) for blob in blobs)
    order = (f"{max(blob.modified for blob in blobs):012d}", run)
    name = folder.rpartition("/")[2]
    kind = like.kind if like else next((k for k in ("amortized", "actual") if k in name.casefold()), "")
    # actual and amortized side by side are two views of one scope
    scope = f"export:{folder.rpartition('/')[0] if kind else folder}"
    return Run(like.scope if like else scope, name, kind, period, order, parts)


def folder_of(name: str) -> str:
    """The folder of the export in whose month a blob lies, else its own folder."""
    match = _FOLDER.fullmatch(name)
    return match["export"] if match else name.rpartition("/")[0]


def check_scopes(runs: Iterable[Run]) -> None:
    """ConflictError when one scope lies in another: the same cost would count twice."""
    names: dict[str, str] = {}
    views: dict[tuple[str, str], str] = {}
    for run in runs:
        names.setdefault(run.scope, run.label)
        other = views.setdefault((run.scope, run.kind), run.label)
        if other != run.label and run.scope.startswith("export:"):
            raise _twice(other, run.scope, run.label, run.scope)
    scopes = sorted(names)
    for index, scope in enumerate(scopes):
        for other in scopes[index + 1 :]:
            if _overlap(scope, other):
                raise _twice(names[scope], scope, names[other], other)


def _twice(one: str, scope: str, other: str, its: str) -> ConflictError:
    return ConflictError(
        f"the exports {one} ({scope}) and {other} ({its}) may hold the same cost",
        "give the connection a prefix that holds one of them",
    )


def _overlap(one: str, other: str) -> bool:
    if one.startswith("export:") or other.startswith("export:"):
        return True  # without a manifest nobody knows the scope
    if other.startswith(f"{one}/") or one.startswith(f"{other}/"):
        return True
    # whether a subscription is billed by an account, or stands in a group, its id does not tell
    wide = [scope.startswith("/providers/") for scope in (one, other)]
    return wide[0] != wide[1] or (all(wide) and one.split("/")[2] != other.split("/")[2])


def may_nest(one: str, other: str, accounts: Mapping[str, Collection[str]]) -> bool:
    """Whether scopes of two connections hold the same cost; ``accounts``: subscriptions that each delivered.

    A scope that no manifest tells is taken for another. Whether a billing account or group holds a
    subscription is known once it delivered; until then it may.
    """
    if one.startswith("export:") or other.startswith("export:"):
        return False
    wide, narrow = (one, other) if one.startswith("/providers/") else (other, one)
    if wide.startswith("/providers/") and narrow.startswith("/subscriptions/") and accounts.get(wide):
        return narrow.split("/")[2] in accounts[wide]
    return one == other or _overlap(one, other)


def newest(runs: Iterable[Run]) -> dict[tuple[str, str], tuple[Run, ...]]:
    """(scope, month) -> the run that counts: of the FOCUS export, else of actual and amortized together."""
    best: dict[tuple[str, str], dict[str, Run]] = {}
    for run in runs:
        kinds = best.setdefault((run.scope, run.period), {})
        if run.kind not in kinds or run.order > kinds[run.kind].order:
            kinds[run.kind] = run
    found = {}
    for key, kinds in best.items():
        chosen = [kinds["focus"]] if "focus" in kinds else [kinds[k] for k in sorted(kinds)]
        found[key] = tuple(chosen)
    return found


def export_name(scope: str) -> str:
    """The export under which a scope's cost lies: its last two words."""
    words = scope.removeprefix("export:").strip("/").split("/")
    return "/".join(words[-2:])[-_LONGEST_EXPORT:].strip() or "main"
