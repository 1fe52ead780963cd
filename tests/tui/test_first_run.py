"""From an empty store to the first figure to act on, with AWS alone: how many keys that takes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from textual import events
from textual.pilot import Pilot

from tests.fakes import s3_server
from tests.fakes.s3_server import S3, line
from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.economics.types import Link
from turbofinops_tui.screens.connect_form import ConnectForm
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.start import StartScreen

MOST_KEYS = 12


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A real S3."""
    running_server, url = s3_server.start()
    yield url
    running_server.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    """A bucket with three months of an export; credentials from the environment, as boto3 finds them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    made = S3(server)
    for month in ("2026-08", "2026-09", "2026-10"):
        made.deliver(month, [[line(f"{month}-05", "20"), line(f"{month}-06", "1234.56", "bolt")]])
    return made


class Keys:
    """Counts what a person does: a key or a paste is one."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot, self.count = pilot, 0

    async def press(self, *keys: str) -> None:
        """Press keys."""
        self.count += len(keys)
        await press(self.pilot, *keys)

    async def paste(self, text: str) -> None:
        """Paste into the focused field."""
        self.count += 1
        focused = self.pilot.app.focused
        assert focused is not None
        focused.post_message(events.Paste(text))
        await settle(self.pilot)


async def test_aws_alone_answers_within_twelve_keys(empty: Opener, s3: S3) -> None:
    async with running(empty) as (app, pilot):
        keys = Keys(pilot)
        assert any("c  connect an account" in line for line in shown(app))
        await keys.press("c")
        form = app.screen
        assert isinstance(form, ConnectForm)
        assert form.kind.value == "aws"
        await keys.press("down", "down", "down")
        await keys.paste(s3.bucket)
        await keys.press("enter")
        start = app.screen
        assert isinstance(start, StartScreen)
        [(service, cost)] = start.services.model.rows
        assert (service, cost.text()) == ("AmazonEC2", "3763.68")
        assert any("$3,763.68" in line for line in shown(app))
        assert any("Which tag names the customer?" in line for line in shown(app))
        assert [row.key for row in start.list.model.rows] == ["customer"]
        await keys.press("enter")
        assert keys.count <= MOST_KEYS
        found = app.screen
        if isinstance(found, CustomersScreen):
            assert [row.key for row in found.rows] == ["bolt", "acme"]
        assert any("$1,2" in line or "$1.2k" in line or "$3,7" in line for line in shown(app))
        [link] = rules_of(empty.open(), "links")
        assert isinstance(link, Link)
        assert (link.match.terms, link.customer) == ((("tag:customer", "*"),), "{value}")
        await keys.press("2")
        assert any("c connects Stripe" in line for line in shown(app))
        await keys.press("c")
        following = app.screen
        assert isinstance(following, ConnectForm)
        assert following.kind.value == "stripe", "revenue comes next"


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_look_fits_every_size_and_waits_without_a_byte_of_motion(
    empty: Opener, size: tuple[int, int]
) -> None:
    async with running(empty, size) as (app, pilot):
        app.drill("start")
        await settle(pilot)
        assert any("older months follow" in line for line in shown(app))
        await press(pilot, "a")
        assert isinstance(app.screen, StartScreen)
        await press(pilot, "escape")
        assert app.frame is not None
        assert app.frame.ID == "overview"
