"""Row 16: a restated month of about 258k rollup rows made valid, and how long the write lock is held.

A second process takes the write lock over and over while the month, or a whole import, goes in; the
longest wait is the longest hold. ``hold FILE ROOT`` is one import of a FOCUS file, alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import big_store, data, figures, harness
from turbofinops_tui.clock import Clock
from turbofinops_tui.store import batches
from turbofinops_tui.store.open import Store


def watch(lock: str) -> None:
    """Print the longest wait for ``lock`` in seconds, once stdin closes."""
    longest = 0.0
    descriptor = os.open(lock, os.O_RDWR)
    os.set_blocking(0, False)
    while True:
        start = time.perf_counter()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        longest = max(longest, time.perf_counter() - start)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        try:
            if os.read(0, 1) == b"":
                break
        except BlockingIOError:
            time.sleep(0.002)
    print(longest)


def restate(path: str, extra: str) -> None:
    """Replace the last month; prints seconds of staging, of publishing and the longest lock wait."""
    store = Store.open(Path(path), Clock())
    with sqlite3.connect(path) as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM cost_dimension ORDER BY id LIMIT 40000")]
    watcher = _watcher(store.lock_path)
    rows = list(big_store.month_rows(big_store.LAST, ids, 5))
    start = time.perf_counter()
    delivery = batches.begin_delivery(store, "focus", "aws", "main", [], {})
    big_store.stage(store, delivery, big_store.LAST, ids, 5, int(extra))
    staged = time.perf_counter()
    batches.publish_delivery(store, delivery, [], [])
    published = time.perf_counter()
    hold = float(watcher.communicate("")[0])
    store.close()
    print(
        json.dumps(
            {
                "rows": len(rows),
                "stage": staged - start,
                "publish": published - staged,
                "hold": hold,
            }
        )
    )


def _watcher(lock: Path) -> subprocess.Popen[str]:
    command = harness.python("-m", "benchmarks.restate", "watch", str(lock))
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def hold(file: str, root: str) -> None:
    """Import ``file`` into a new store under ``root``; prints the longest lock wait in seconds."""
    shutil.rmtree(root, ignore_errors=True)
    store = harness.turbofinops("--root", root, "customers", "list")
    harness.measure(harness.Contender("a new store", store))
    command = harness.python("-m", "benchmarks.ingest_once", file, root)
    lock = next(Path(root).rglob("*.wlock"))
    watcher = _watcher(lock)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(float(watcher.communicate("")[0]))


def import_hold(folder: Path, lines: int) -> str:
    """The line of row 16 about an import."""
    file = data.focus_csv_gz(folder, lines)
    command = harness.python("-m", "benchmarks.restate", "hold", str(file), str(folder / "root-hold"))
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    calibration, held = harness.calibration(), float(done.stdout)
    milliseconds = held * 1000 / calibration
    work = f"longest hold of the write lock, import of {lines:,} lines"
    figures.note(16, work, "-", "<= 100 ms", f"{milliseconds:.0f} ms", milliseconds <= 100, calibration)
    return f"Longest hold of the write lock while {lines:,} lines are imported: {held:.3f} s\n"


def compare(folder: Path, rows: int, rounds: int) -> str:
    """The table of row 16."""
    path = big_store.build(folder, rows)
    runs = []
    for number in range(rounds):
        command = harness.python("-m", "benchmarks.restate", "once", str(path), str(number))
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout))
    calibration = harness.calibration()
    _note(runs, calibration)
    lines = [
        f"### A restated month of {runs[0]['rows']:,} rollup rows (calibration {calibration:.2f})",
        "",
        "| | seconds |",
        "|---|---:|",
    ]
    for key, name in (
        ("stage", "staged"),
        ("publish", "made valid"),
        ("hold", "longest hold of the write lock"),
    ):
        figure = (
            max(run[key] for run in runs) if key == "hold" else statistics.median(run[key] for run in runs)
        )
        lines.append(f"| {name} | {figure:.3f} |")
    return "\n".join(lines) + "\n\n" + import_hold(folder, rows)


def _note(runs: list[dict[str, float]], calibration: float) -> None:
    """The first line of row 16, divided by the calibration figure."""
    staged, published = (
        statistics.median(run[key] for run in runs) / calibration for key in ("stage", "publish")
    )
    measured = f"{staged + published:.2f} s, made valid in {published * 1000:.0f} ms"
    work = f"restated month of {runs[0]['rows']:,} rollup rows"
    figures.note(16, work, "-", "< 1 s", measured, staged + published < 1, calibration)


def main() -> None:
    """``watch LOCK`` and ``once STORE EXTRA`` are the processes of the comparison."""
    if len(sys.argv) == 3 and sys.argv[1] == "watch":
        watch(sys.argv[2])
    elif len(sys.argv) == 4 and sys.argv[1] == "once":
        restate(*sys.argv[2:])
    elif len(sys.argv) == 4 and sys.argv[1] == "hold":
        hold(*sys.argv[2:])
    else:
        args = harness.arguments(__doc__ or "", 10_000_000)
        print(compare(harness.cache(args), args.lines, args.rounds))


if __name__ == "__main__":
    main()
