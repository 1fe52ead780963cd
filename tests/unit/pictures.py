"""The README's pictures, taken of the real app on the demo: ``make pictures`` writes assets/pictures/."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from turbofinops_tui.app import TurboApp
from turbofinops_tui.cli import main
from turbofinops_tui.cli.context import Context
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve

PICTURES = Path(__file__).parents[2] / "assets" / "pictures"
TODAY = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
SHOTS = (
    ("overview-80", (80, 24), ()),
    ("customers-120", (120, 40), ("2", "a")),
    ("customer-120", (120, 40), ("2", "a", "down", "enter")),
)
"""name, size, keys pressed before"""


def plain(svg: str) -> str:
    """Without the web font that the export names: a picture fetches nothing."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


async def shoot(context: Context) -> None:
    """Take every picture."""
    for name, size, keys in SHOTS:
        app = TurboApp(context)
        async with app.run_test(size=size) as pilot:
            await _settled(app, pilot.pause)
            for key in keys:
                await pilot.press(key)
                await _settled(app, pilot.pause)
            svg = plain(app.export_screenshot(title="turbofinops"))
            (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def _settled(app: TurboApp, pause: Callable[[], Awaitable[None]]) -> None:
    for _ in range(3):
        await pause()
        await app.workers.wait_for_complete()


def run() -> None:
    """Build the demo in a throw-away place and take the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    os.environ["TURBOFINOPS_TODAY"] = f"{TODAY.now():%Y-%m-%d}"
    with tempfile.TemporaryDirectory() as root:
        main.run(["demo", "--no-tui", "--root", root])
        asyncio.run(shoot(Context(paths=resolve(root), clock=TODAY)))


if __name__ == "__main__":
    run()
