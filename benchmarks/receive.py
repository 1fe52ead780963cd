"""Row 9, received: spans over OTLP/HTTP to the running receiver, each request durable before its 200.

``python -m benchmarks.receive [--lines SPANS]``. Requests of some 500 spans over 8 connections, JSON and
protobuf in gzip, as fast as they are taken; the sender shares the machine. Memory is looked at while it runs;
the daily rows follow behind, and the last column says when they had everything.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import harness
from benchmarks.otlp import messages
from tests.sync.otlp_bytes import protobuf

SENDERS = 8
GOAL = 5_000


@dataclass(frozen=True, slots=True)
class Run:
    """What one round saw."""

    rate: float
    """acknowledged spans a second"""
    memory: tuple[int, ...]
    """MB of the receiver after each quarter of the requests"""
    settled: float
    """seconds from the last answer until every span was in the daily rows"""


def requests(spans: int, form: str) -> list[bytes]:
    """Whole HTTP requests."""
    found = []
    for message in messages(spans):
        raw = json.dumps(message, separators=(",", ":")).encode() if form == "json" else protobuf(message)
        body = gzip.compress(raw, 1)
        kind = "application/json" if form == "json" else "application/x-protobuf"
        head = (
            f"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


async def _send(port: int, waiting: list[bytes], done: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while waiting:
        request = waiting.pop()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length.group(1)) if length else 0)
        if b" 503 " in head[:15]:
            waiting.append(request)
            await asyncio.sleep(0.2)
        elif not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        else:
            done.append(time.perf_counter())
    writer.close()


def _memory(process: int) -> int:
    text = Path(f"/proc/{process}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found.group(1)) // 1024 if found else 0


def _waiting(store: Path) -> int:
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as conn:
        return int(conn.execute("SELECT count(*) FROM trace_part WHERE settled = 0").fetchone()[0])


def measure(spans: int, form: str, root: Path) -> Run:
    """One round on a fresh store."""
    waiting = requests(spans, form)
    words = harness.turbofinops("--root", root)
    process = subprocess.Popen([*words, "receive", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r":(\d+)/", line)
        if found is None:
            raise RuntimeError(f"the receiver did not start: {line}")
        port, done, memory, count = int(found.group(1)), list[float](), list[int](), len(waiting)

        async def watch() -> None:
            for quarter in range(1, 5):
                while len(done) < count * quarter // 4:
                    await asyncio.sleep(0.05)
                memory.append(_memory(process.pid))

        async def send() -> None:
            await asyncio.gather(watch(), *(_send(port, waiting, done) for _ in range(SENDERS)))

        started = time.perf_counter()
        asyncio.run(send())
        seconds, answered = time.perf_counter() - started, time.perf_counter()
        while _waiting(root / "data" / "store.db"):
            time.sleep(0.1)
        settled = time.perf_counter() - answered
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return Run(spans / seconds, tuple(memory), settled)


def compare(spans: int) -> str:
    """The table; the goal is 5,000 spans a second with memory that stays."""
    factor = harness.calibration()
    lines = [
        f"### Receiver: {spans:,} spans in requests of 500, {SENDERS} connections, durable before 200",
        "",
        f"Calibration {factor:.2f}; the goal is {GOAL:,} spans a second.",
        "",
        "| form | acknowledged spans/s | MB after each quarter | settled after |",
        "|---|---:|---:|---:|",
    ]
    for form in ("json", "protobuf"):
        with tempfile.TemporaryDirectory() as folder:
            run = measure(spans, form, Path(folder))
        memory = ", ".join(map(str, run.memory))
        lines.append(f"| {form}, gzip | {run.rate:,.0f} | {memory} | {run.settled:.1f} s |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    options = harness.arguments(__doc__ or "", 400_000)
    sys.stdout.write(compare(options.lines))
