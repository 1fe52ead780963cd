"""``import``: the verbs of cost, of revenue, customers and rates, and of usage evidence, in one noun."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli import imports_cost, imports_revenue, imports_usage
from turbofinops_tui.cli.parsing import verbs

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of every module; each sets ``action`` on its own parsers."""
    add = verbs(parser)
    imports_cost.register(add)
    imports_revenue.register(add)
    imports_usage.register(add)


def run(args: argparse.Namespace, session: Session) -> int:
    """Call the verb's own function, ``args.action(args, session)``."""
    code: int = args.action(args, session)
    return code
