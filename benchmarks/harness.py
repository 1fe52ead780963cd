"""Fresh processes, interleaved, medians and ratios: machines are shared, so only ratios count.

A *contender* is a command line. ``compare`` runs every contender once per round, so
that a busy minute hits all of them alike, and prints one table with the ratio to the
first. ``calibration`` is one fixed numpy + sqlite loop; goals in milliseconds are
divided by it (1.0 on a quiet 2-core machine).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
QUIET_SECONDS = 0.125
"""what the calibration loop takes on a quiet 2-core machine"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds on the wall and on the CPU, peak resident megabytes, what it printed."""

    wall: float
    cpu: float
    peak_mb: float
    out: str


@dataclass(frozen=True, slots=True)
class Contender:
    """A command to run in a fresh process; ``most`` limits the repeats of a slow one."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    fresh: Path | None = None
    """a directory that must not be there when the command starts (the root of a store)"""
    most: int = 99


@dataclass(frozen=True, slots=True)
class Result:
    """The samples of one contender."""

    name: str
    samples: tuple[Sample, ...]

    @property
    def wall(self) -> float:
        """Median seconds."""
        return statistics.median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float:
        """Median CPU seconds."""
        return statistics.median(sample.cpu for sample in self.samples)

    @property
    def peak_mb(self) -> float:
        """Largest peak of resident memory."""
        return max(sample.peak_mb for sample in self.samples)


def python(*words: str) -> list[str]:
    """A command that runs this interpreter."""
    return [sys.executable, *words]


def turbofinops(*words: object) -> list[str]:
    """A command that runs the program."""
    return python("-m", "turbofinops_tui", *map(str, words))


def measure(contender: Contender) -> Sample:
    """Run once in a fresh process; CalledProcessError when it fails."""
    if contender.fresh is not None:
        shutil.rmtree(contender.fresh, ignore_errors=True)
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), **contender.env}
    with tempfile.NamedTemporaryFile("r") as facts:
        measured = str(Path(__file__).with_name("measured.py"))
        command = [sys.executable, "-S", measured, facts.name, *contender.command]
        done = subprocess.run(command, capture_output=True, text=True, env=env)
        found = json.load(facts)
    if found["code"]:
        print(done.stdout, done.stderr)
        raise subprocess.CalledProcessError(found["code"], list(contender.command))
    return Sample(found["wall"], found["cpu"], found["peak_mb"], done.stdout)


def compare(contenders: Sequence[Contender], rounds: int) -> list[Result]:
    """Interleave ``rounds`` runs of every contender."""
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            if number < contender.most:
                samples[contender.name].append(measure(contender))
    return [Result(name, tuple(found)) for name, found in samples.items()]


def table(title: str, results: Sequence[Result]) -> str:
    """A Markdown table; the ratio is to the first contender (how many times as long the others take)."""
    base = results[0]
    lines = [
        f"### {title}",
        "",
        "| | median s | ratio | CPU s | peak MB | runs |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {result.name} | {result.wall:.3f} | {result.wall / base.wall:.2f} | {result.cpu:.3f}"
        f" | {result.peak_mb:.0f} | {len(result.samples)} |"
        for result in results
    ]
    return "\n".join(lines) + "\n"


def calibration(rounds: int = 5) -> float:
    """How slow the machine is now: 1.0 on a quiet 2-core machine, 2.0 when it takes twice as long."""
    return statistics.median(_calibrate() for _ in range(rounds)) / QUIET_SECONDS


def _calibrate() -> float:
    import numpy as np

    start = time.perf_counter()
    values = np.arange(2_000_000, dtype=np.int64)
    for factor in range(3, 9):
        (values * factor % 1009).sum()
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER)")
    conn.executemany("INSERT INTO t VALUES (?, ?)", ((n, n * 7 % 101) for n in range(40_000)))
    conn.execute("SELECT b, count(*), sum(a) FROM t GROUP BY b").fetchall()
    conn.close()
    return time.perf_counter() - start


def machine() -> str:
    """The machine and the versions in one line."""
    from importlib.metadata import version

    parts = ("duckdb", "numpy", "textual", "pandas", "sqlite-utils")
    found = ", ".join(f"{part} {version(part)}" for part in parts)
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {found}"
    )


def arguments(description: str, lines: int) -> argparse.Namespace:
    """The options that every benchmark has: sizes, rounds and where data is kept between runs."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--lines", type=int, default=lines, help=f"size (default {lines})")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contender (default 5)")
    parser.add_argument("--cache", type=Path, help="directory for generated data (default: a temporary one)")
    return parser.parse_args()


def two_sided(
    description: str,
    modes: Mapping[str, Callable[[str], object]],
    compare: Callable[[Path, int, int], str],
    lines: int,
) -> None:
    """A mode and a root as arguments: that side once, its figures as JSON; otherwise the comparison."""
    if len(sys.argv) == 3 and sys.argv[1] in modes:
        print(json.dumps(modes[sys.argv[1]](sys.argv[2])))
        return
    args = arguments(description, lines)
    print(compare(cache(args), args.lines, args.rounds))


def cache(args: argparse.Namespace) -> Path:
    """The directory of generated data."""
    path: Path = args.cache or Path(tempfile.gettempdir()) / "turbofinops-benchmarks"
    path.mkdir(parents=True, exist_ok=True)
    return path
