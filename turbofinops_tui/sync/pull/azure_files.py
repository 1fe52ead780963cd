"""The files of one month: fetched as the manifest says, counted, and two views of one cost made one delivery.

An actual export has what was billed, an amortized one what was used; both are the same dollars. Their lines
are kept as they are, in their order, with one column more (``x_CostView``), by which the reader of Azure
files counts the one as billed and the other as effective cost.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from turbofinops_tui.errors import DataError
from turbofinops_tui.paths import FILE_MODE
from turbofinops_tui.sync.pull.azure_blob import Blob, Container
from turbofinops_tui.sync.pull.azure_exports import Part, Run
from turbofinops_tui.sync.read.azure import VIEW_COLUMN
from turbofinops_tui.sync.read.headers import binary, damaged, file_kind
from turbofinops_tui.sync.runner import Tick

_LONGEST_FIELD = 1 << 20


def fetch_run(
    container: Container, run: Run, blobs: dict[str, Blob], folder: Path, tick: Tick
) -> list[tuple[Path, str]]:
    """The files of a run in ``folder`` with their names in the container; DataError when one is not as the
    manifest says.
    """
    found = []
    for number, part in enumerate(run.parts):
        blob = _listed(run, part, blobs)
        tick(f"{run.label} {run.period}", number, len(run.parts))
        path = folder / f"{run.kind or 'cost'}-{number:05d}{_ending(part.name)}"
        size = container.save(blob, path)
        _check_size(run, part, blob, size)
        if part.rows != 0 or size:
            found.append((path, blob.name))
        if part.rows >= 0 and not part.name.lower().endswith(".parquet"):
            _check_rows(run, part, path)
    return found


def _listed(run: Run, part: Part, blobs: dict[str, Blob]) -> Blob:
    if part.name not in blobs:
        raise DataError(
            f"the manifest of {run.label} {run.period} names {part.name}, which is not there",
            "was it deleted, or is prefix too narrow? Run the export again",
            file=run.manifest,
        )
    return blobs[part.name]


def _check_size(run: Run, part: Part, blob: Blob, size: int) -> None:
    wanted = part.size if part.size >= 0 else blob.size
    if size != wanted:
        raise DataError(
            f"the file has {size:,} bytes, the manifest says {wanted:,}",
            "it is half-written, or another: run the export again",
            file=part.name,
        )


def _check_rows(run: Run, part: Part, path: Path) -> None:
    rows = count_rows(path) if path.stat().st_size else 0
    if rows != part.rows:
        raise DataError(
            f"the file has {rows:,} rows, the manifest says {part.rows:,}",
            "it is half-written, or another: run the export again",
            file=part.name,
        )


def count_rows(path: Path) -> int:
    """Records below the header, by the parity of quotes."""
    rows, inside, filled = 0, False, False
    with binary(path, file_kind(path)) as stream:
        for line in stream:
            filled = filled or bool(line.strip())
            inside ^= bool(line.count(b'"') & 1)
            if not inside:
                rows += filled
                filled = False
    return max(0, rows + filled - 1)


def _ending(name: str) -> str:
    folded = name.lower()
    return next((end for end in (".csv.gz", ".parquet", ".csv") if folded.endswith(end)), ".csv")


def mark_views(found: Sequence[tuple[Path, str, str]], folder: Path) -> list[tuple[Path, str]]:
    """``(file, name, actual|amortized)`` as files that say in every line which view they are."""
    marked = []
    for number, (path, name, view) in enumerate(found):
        if not path.stat().st_size:
            continue
        if file_kind(path) == "parquet":
            from turbofinops_tui.sync.rollup.marking import mark_parquet

            target = folder / f"view-{number:05d}.parquet"
            mark_parquet(path, target, VIEW_COLUMN, view, name)
        else:
            target = folder / f"view-{number:05d}.csv.gz"
            _mark(path, target, view, name)
        path.unlink()
        marked.append((target, name))
    return marked


def _mark(path: Path, target: Path, view: str, name: str) -> None:
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        with _texts(path) as source, _packed(target) as out:
            reader = csv.reader(source, strict=True)
            # rows keep their place and their inner line breaks, so that a line is found where it was
            writer = csv.writer(out, lineterminator="\n")
            for number, cells in enumerate(reader):
                if cells:
                    writer.writerow([*cells, view if number else VIEW_COLUMN])
                else:
                    out.write("\n")
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"the file is no CSV ({error})", "run the export again", file=name) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(Path(name), error) from None
    finally:
        csv.field_size_limit(before)


@contextmanager
def _texts(path: Path) -> Iterator[IO[str]]:
    with binary(path, file_kind(path)) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def _packed(path: Path) -> Iterator[IO[str]]:
    """A gzip file that has the same bytes for the same text, whenever it is written."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    with (
        os.fdopen(descriptor, "wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        yield text
