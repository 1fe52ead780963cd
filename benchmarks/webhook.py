"""Row 10: signed events over 32 connections to the running webhook, each durable before its 200.

The sender shares the machine with the receiver. Events are invoices of 2.6 kB, all different; deriving
goes on behind. ``python -m benchmarks.webhook [--lines EVENTS]``.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import figures, harness

SENDERS = 32
SECRET = "whsec_benchmark0123456789"  # noqa: S105
VERSION = "2026-10-28.endive"
SIZE = 2600


@dataclass(frozen=True, slots=True)
class Run:
    """What one round saw."""

    rate: float
    """acknowledged events a second"""
    p50: float
    p99: float
    worst: float
    """milliseconds"""
    stored: int


def requests(count: int) -> list[bytes]:
    """Whole HTTP requests, signed now."""
    from turbofinops_tui.sync.receive.signature import sign

    found = []
    for number in range(count):
        body = json.dumps(_event(number)).encode()
        header = sign(body, SECRET.encode(), int(time.time())).decode()
        head = (
            "POST /stripe/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nStripe-Signature: {header}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def _event(number: int) -> dict[str, object]:
    charge = {
        "id": f"ch_{number:08d}", "object": "charge", "created": 1_790_000_000 + number, "livemode": True,
        "currency": "usd", "amount": 1000 + number, "amount_captured": 1000 + number, "captured": True,
        "paid": True, "status": "succeeded", "customer": f"cus_{number % 500}", "payment_intent": None,
        "balance_transaction": None, "refunded": False, "amount_refunded": 0, "metadata": {},
    }  # fmt: skip
    event = {
        "id": f"evt_{number:08d}", "object": "event", "type": "charge.succeeded", "livemode": True,
        "created": 1_790_000_000 + number, "api_version": VERSION, "data": {"object": charge},
    }  # fmt: skip
    padding = SIZE - len(json.dumps(event)) - 12
    charge["metadata"] = {"note": f"{number:x} " * (padding // 7)}
    return event


async def _send(port: int, waiting: list[bytes], took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while waiting:
        request = waiting.pop()
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length.group(1)) if length else 0)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        took.append(1000 * (time.perf_counter() - started))
    writer.close()


def measure(count: int, root: Path, file: Path | None = None) -> Run:
    """One round on a fresh store, while ``file`` is imported into it if there is one."""
    env = os.environ | {
        "TURBOFINOPS_BENCH_WEBHOOK_SECRET": SECRET, "PYTHONPATH": str(harness.REPOSITORY),
    }  # fmt: skip
    words = harness.turbofinops("--root", root)
    subprocess.run([*words, "connect", "add", "stripe", "bench"], env=env, check=True, capture_output=True)
    process = subprocess.Popen([*words, "webhook", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r":(\d+)/", line)
        if found is None:
            raise RuntimeError(f"the webhook did not start: {line}")
        waiting, took = requests(count), list[float]()
        command = harness.python("-m", "benchmarks.ingest_once", str(file), str(root))
        beside = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env) if file else None
        started = time.perf_counter()

        async def send() -> None:
            await asyncio.gather(*(_send(int(found.group(1)), waiting, took) for _ in range(SENDERS)))

        asyncio.run(send())
        seconds = time.perf_counter() - started
        if beside is not None and beside.wait():
            raise subprocess.CalledProcessError(beside.returncode, command)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    cuts = statistics.quantiles(took, n=100)
    return Run(len(took) / seconds, cuts[49], cuts[98], max(took), len(took))


def compare(count: int, rounds: int) -> str:
    """The table; the goal is 1,000 a second and a p99 under 150 ms, both by calibration."""
    factor = harness.calibration()
    runs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(measure(count, Path(folder)))
    rate, p99 = statistics.median(run.rate for run in runs), statistics.median(run.p99 for run in runs)
    measured = f"{rate * factor:,.0f} a second, p99 {p99 / factor:.0f} ms"
    met = rate * factor >= 1000 and p99 / factor < 150
    figures.note(10, f"webhook, {count:,} events, durable before 200", "-",
                 ">= 1,000 a second, p99 < 150 ms", measured, met, factor)  # fmt: skip
    p50, worst = statistics.median(run.p50 for run in runs), max(run.worst for run in runs)
    lines = [
        f"### Webhook: {count:,} events of {SIZE} bytes, {SENDERS} connections, durable before 200",
        "",
        "| acknowledged/s | p50 ms | p99 ms | max ms | calibration | quiet: acknowledged/s | p99 ms |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        f"| {rate:,.0f} | {p50:.0f} | {p99:.0f} | {worst:.0f} | {factor:.2f} | {rate * factor:,.0f}"
        f" | {p99 / factor:.0f} |",
    ]
    return "\n".join(lines) + "\n"


def during_import(count: int, file: Path, lines: int) -> str:
    """The second half of row 16: the wait for an answer while ``file`` goes into the same store."""
    factor = harness.calibration()
    with tempfile.TemporaryDirectory() as folder:
        run = measure(count, Path(folder), file)
    work, p99 = f"webhook p99 while {lines:,} lines are imported, {count:,} events", run.p99 / factor
    figures.note(16, work, "-", "< 150 ms", f"{p99:.0f} ms", p99 < 150, factor)
    return f"{work.capitalize()}: {run.p99:.0f} ms (calibration {factor:.2f})\n"


if __name__ == "__main__":
    options = harness.arguments(__doc__ or "", 20_000)
    sys.stdout.write(compare(options.lines, options.rounds))
