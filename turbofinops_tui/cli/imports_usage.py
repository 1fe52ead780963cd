"""``import otlp``, ``meter`` and ``litellm``: usage evidence of traces, AI calls and gateways."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from turbofinops_tui.cli.parsing import Verbs
from turbofinops_tui.cli.printing import say, say_json, tell
from turbofinops_tui.errors import EXIT_DONE

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(add: Verbs) -> None:
    """Add the verbs."""
    otlp = add("otlp", "traces: files of the collector's file exporter (JSON Lines or protobuf, gzip, zstd)")
    otlp.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="the same file again changes nothing"
    )
    otlp.add_argument("--keep", action="store_true", help="keep a copy of the files under received/")
    otlp.add_argument(
        "--reopen", metavar="DAY", action="append", default=[],
        help="take a day anew from these files alone, closed or not (repeatable)",
    )  # fmt: skip
    otlp.add_argument(
        "--processes", metavar="N", type=int, choices=range(1, 9), default=2,
        help="processes that read a large file, 1 to 8; the rows are the same (default 2)",
    )  # fmt: skip
    otlp.add_argument("--format", choices=("table", "json"), default="table", help="default table")
    otlp.set_defaults(action=_otlp)
    for kind, text in (
        ("meter", "rows of the AI meter, JSON Lines: who used which model for what; the same id once"),
        ("litellm", "spend logs of a LiteLLM gateway, JSON Lines; end_user is the customer"),
    ):
        parser = add(kind, text)
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="each counts whole or not")
        parser.add_argument("--keep", action="store_true", help="keep a copy of the files under received/")
        parser.add_argument("--format", choices=("table", "json"), default="table", help="default table")
        parser.set_defaults(action=_calls, kind=kind)


def _otlp(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.otlp_imports import import_otlp

    results = import_otlp(
        session, args.files, keep_files=args.keep, reopen=args.reopen, processes=args.processes
    )
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for result in results:
        counts.update(result.counts)
        reasons.update(result.reasons)
    if args.format == "json":
        files = [asdict(result) for result in results]
        say_json({"kind": "otlp", "counts": dict(counts), "reasons": dict(reasons), "files": files})
        return EXIT_DONE
    for result in results:
        for warning in result.warnings:
            tell(f"warning: {warning}")
    numbers = ", ".join(str(result.delivery) for result in results if result.delivery)
    say(f"import {numbers}: {counts['spans']:,} spans" if numbers else "nothing new")
    for name, number in counts.items():
        if name != "spans":
            say(f"  {name.replace('_', ' '):<26} {number:>12,}")
    return EXIT_DONE


def _calls(args: argparse.Namespace, session: Session) -> int:
    from turbofinops_tui.actions.usage_imports import import_calls

    results = import_calls(session, args.kind, args.files, keep_files=args.keep)
    if args.format == "json":
        say_json({"kind": args.kind, "files": [asdict(result) for result in results]})
        return EXIT_DONE
    for result in results:
        for warning in result.warnings:
            tell(f"warning: {result.file}: {warning}")
        say(f"import {result.delivery}: {result.calls:,} calls, {result.new:,} of them new or changed")
    return EXIT_DONE
