"""Row 9: traces from a file against ``json.loads`` of every line alone, and binary messages by the second.

``python -m benchmarks.otlp [--lines SPANS]``. Spans of five services with eight attributes each, traces of
three to eight spans in batches of 500; the CPU ratio of one process is what counts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import figures, harness
from benchmarks.harness import Contender
from tests.sync.otlp_bytes import protobuf
from tests.sync.otlp_cases import Json, attributes

START = 1_790_812_800 * 10**9
DAY = 86_400 * 10**9
SERVICES = ("edge-gateway", "core-api", "search", "ai-orchestrator", "batch")
ALONE = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"


def messages(spans: int) -> Iterator[Json]:
    """Export requests of about 500 spans."""
    rng = random.Random(1)  # noqa: S311 - the same spans every time
    made = 0
    while made < spans:
        batch: dict[str, list[Json]] = {}
        size = 0
        while size < 500 and made < spans:
            for service, span in _trace(rng, made):
                batch.setdefault(service, []).append(span)
                size, made = size + 1, made + 1
        yield {"resourceSpans": [_resource(service, found) for service, found in batch.items()]}


def _resource(service: str, spans: list[Json]) -> Json:
    words = {"service.name": service, "deployment.environment.name": "prod", "k8s.pod.name": f"{service}-1"}
    return {
        "resource": {"attributes": attributes(words)},
        "scopeSpans": [{"scope": {"name": "app"}, "spans": spans}],
    }


def _trace(rng: random.Random, number: int) -> Iterator[tuple[str, Json]]:
    trace, start, ids = f"{rng.getrandbits(128):032x}", START + rng.randrange(2 * DAY), list[str]()
    for place in range(rng.randrange(3, 9)):
        ident = f"{rng.getrandbits(64):016x}"
        call = place > 1 and rng.random() < 0.3
        words: dict[str, Any] = _call(rng) if call else _request(rng)
        if not place:
            words["customer.id"] = f"cust-{number % 500:03d}"
        begin = start + place * 1_000_000
        yield (SERVICES[3] if call else SERVICES[place % 3]), {
            "traceId": trace, "spanId": ident, "parentSpanId": rng.choice(ids) if ids else "",
            "name": "op",
            "kind": 3 if place else 2, "startTimeUnixNano": str(begin), "traceState": "ot=th:8", "status": {},
            "endTimeUnixNano": str(begin + rng.randrange(10**9)), "attributes": attributes(words),
        }  # fmt: skip
        ids.append(ident)


def _request(rng: random.Random) -> Json:
    return {
        "http.request.method": "POST",
        "http.route": f"/v1/r{rng.randrange(20)}/{{id}}", "url.path": "/v1/r/1",
        "http.response.status_code": 200, "enduser.id": f"user-{rng.randrange(5000)}",
        "session.id": f"{rng.getrandbits(64):016x}",
    }  # fmt: skip


def _call(rng: random.Random) -> Json:
    return {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": f"chatcmpl-{rng.getrandbits(64):x}",
        "gen_ai.usage.input_tokens": 1000 + rng.randrange(500),
        "gen_ai.usage.output_tokens": rng.randrange(300),
        "gen_ai.usage.cache_read.input_tokens": rng.randrange(400),
    }  # fmt: skip


def build(folder: Path, spans: int) -> tuple[Path, Path]:
    """The same spans as JSON Lines and as framed protobuf, made once."""
    lines, binary = folder / f"spans-{spans}.jsonl", folder / f"spans-{spans}.pb"
    if not (lines.exists() and binary.exists()):
        with lines.open("wb") as text, binary.open("wb") as packed:
            for message in messages(spans):
                text.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
                raw = protobuf(message)
                packed.write(len(raw).to_bytes(4, "big") + raw)
    return lines, binary


def compare(spans: int, folder: Path, rounds: int) -> str:
    """The table and the two figures of the goal."""
    lines, binary = build(folder, spans)
    root = folder / "otlp-root"
    results = harness.compare(
        [
            Contender("json.loads of every line", harness.python("-c", ALONE, str(lines))),
            Contender(
                "import otlp, JSON Lines",
                harness.turbofinops("--root", root, "import", "otlp", lines),
                fresh=root,
            ),
            Contender(
                "import otlp, protobuf",
                harness.turbofinops("--root", root, "import", "otlp", binary),
                fresh=root,
            ),
        ],
        rounds,
    )
    alone, ours, packed = results
    calibration = harness.calibration()
    work, ratio, rate = (
        f"{spans:,} OTLP spans from file",
        ours.cpu / alone.cpu,
        spans / packed.cpu * calibration,
    )
    against = "json.loads of every line alone"
    figures.note(9, work, against, "<= 3x CPU", f"{ratio:.2f}x", ratio <= 3, calibration)
    wall = ours.wall / alone.wall
    figures.note(9, work, against, "<= 1.5x wall with two", f"{wall:.2f}x", wall <= 1.5, calibration)
    measured = f"{rate:,.0f} a CPU second"
    figures.note(9, f"{work}, protobuf", "-", ">= 100k/s", measured, rate >= 100_000, calibration)
    return (
        harness.table(f"{spans:,} spans from file, stored and resolved", results)
        + f"\nCPU against json.loads: {ours.cpu / alone.cpu:.2f}x (goal 3); "
        + f"protobuf: {spans / packed.cpu:,.0f} spans per CPU second (goal 100,000)\n"
    )


def main() -> None:
    """Print the table."""
    args = harness.arguments(__doc__ or "", 1_000_000)
    print(compare(args.lines, harness.cache(args), args.rounds))


if __name__ == "__main__":
    main()
