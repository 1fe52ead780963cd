"""``receive [--host] [--port] [--public]``: receives traces over OTLP/HTTP until it is ended."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli.printing import tell
from turbofinops_tui.errors import EXIT_DONE
from turbofinops_tui.safe_text import safe

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=4318, help="port (default 4318; 0 takes a free one)")
    parser.add_argument(
        "--public", action="store_true",
        help="allow an address that other machines can reach; every sender needs the bearer token",
    )  # fmt: skip


def run(args: argparse.Namespace, session: Session) -> int:
    """Serve; one line on stdout says where."""
    from turbofinops_tui.actions.receiving_usage import run_receiver

    if args.public:
        tell("warning: this speaks no TLS: let a proxy that does stand in front")
    run_receiver(session, args.host, args.port, public=args.public, ready=_ready, tell=tell)
    return EXIT_DONE


def _ready(line: str) -> None:
    # At once: whoever started this may wait for the line through a pipe.
    print(safe(line), flush=True)  # noqa: T201 - data on stdout
