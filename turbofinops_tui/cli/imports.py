"""``import``: the verbs of cost (focus, costs) and of revenue, customers and rates, in one noun."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from turbofinops_tui.cli import imports_cost, imports_revenue
from turbofinops_tui.cli.parsing import verbs

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session


def register(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of both modules; each sets ``action`` on its own parsers."""
    add = verbs(parser)
    imports_cost.register(add)
    imports_revenue.register(add)


def run(args: argparse.Namespace, session: Session) -> int:
    """Call the verb's own function, ``args.action(args, session)``."""
    code: int = args.action(args, session)
    return code
