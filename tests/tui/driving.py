"""Driving the app in a test: wait until no thread works and nothing is left to paint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from turbofinops_tui.actions.screens_data import Opener
from turbofinops_tui.app import TurboApp

SIZES = ((80, 24), (120, 40), (200, 60))


@asynccontextmanager
async def running(
    opener: Opener, size: tuple[int, int] = (80, 24), screen: str | None = None
) -> AsyncIterator[tuple[TurboApp, Pilot[int]]]:
    """The app on a headless terminal, with everything loaded."""
    app = TurboApp(opener, screen=screen)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield app, pilot


async def settle(pilot: Pilot[int]) -> None:
    """Until the loader has nothing left: a batch may start the next one."""
    for _ in range(6):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys one after the other and wait for what they start."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def shown(app: TurboApp) -> list[str]:
    """The lines on screen as text, as the driver would get them."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
