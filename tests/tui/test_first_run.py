"""From an empty store to the first figure to act on, with AWS alone: how many keys that takes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from textual import events
from textual.pilot import Pilot

from tests.fakes import s3_server
from tests.fakes.cost_explorer import FakeCostExplorer
from tests.fakes.s3_server import S3, line
from tests.tui.conftest import Opener
from tests.tui.driving import SIZES, press, running, settle, shown
from turbofinops_tui.actions.connections import list_connections
from turbofinops_tui.actions.links import rules_of
from turbofinops_tui.economics.types import Link
from turbofinops_tui.screens.connect_form import ConnectForm
from turbofinops_tui.screens.customers import CustomersScreen
from turbofinops_tui.screens.start import StartScreen
from turbofinops_tui.store.cost_cursors import parse_state

MOST_KEYS = 12


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A real S3."""
    running_server, url = s3_server.start()
    yield url
    running_server.stop()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Credentials from the environment, as boto3 finds them, and no other setting of AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def s3(server: str, aws: pytest.MonkeyPatch) -> S3:
    """A bucket with three months of an export."""
    aws.setenv("AWS_ENDPOINT_URL", server)
    made = S3(server)
    for month in ("2026-08", "2026-09", "2026-10"):
        made.deliver(month, [[line(f"{month}-05", "20"), line(f"{month}-06", "1234.56", "bolt")]])
    return made


@pytest.fixture
def explorer(aws: pytest.MonkeyPatch) -> Iterator[FakeCostExplorer]:
    """Cost Explorer with a tag that names the customer, one that does not, and one that is inactive."""
    costs = {
        (f"2026-{month}-07", "Usage", "Amazon EC2", f"customer${who}"): (amount, amount)
        for month in ("09", "10")
        for who, amount in (("acme", "400.25"), ("bolt", "1200.5"), ("", "30"))
    }
    with FakeCostExplorer(costs, page=40) as fake:
        fake.tags = {"env": "Active", "team": "Inactive", "customer": "Active"}
        aws.setenv("AWS_ENDPOINT_URL", fake.url)
        yield fake


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
        assert any("I adds it: Stripe or a CSV file" in line for line in shown(app))
        await keys.press("c")
        following = app.screen
        assert isinstance(following, ConnectForm)
        assert following.kind.value == "stripe", "revenue comes next"


async def test_cost_explorer_alone_asks_aws_for_its_tags(empty: Opener, explorer: FakeCostExplorer) -> None:
    async with running(empty) as (app, pilot):
        keys = Keys(pilot)
        await keys.press("c", "enter")
        start = app.screen
        assert isinstance(start, StartScreen)
        assert [row.key for row in start.list.model.rows] == ["customer", "env"]
        [customer, env] = start.list.model.rows
        assert (customer.cost.text(), customer.values, customer.samples) == ("1600.75", 2, ("bolt", "acme"))
        assert env.cost.text() == "0.00"
        text = "\n".join(shown(app))
        assert "about 0.09 USD" in text
        assert "inactive at AWS (Billing > Cost allocation" in text
        assert "3 paid requests" in text
        await keys.press("enter")
        assert keys.count <= MOST_KEYS
        assert app.frame is not None
        assert app.frame.ID == "findings"
        text = "\n".join(shown(app))
        assert "$1,601 cost of customers, no revenue yet" in text
        assert "$30 cost that no rule gives to a customer" in text
    session = empty.open()
    [connection] = list_connections(session)
    assert connection.settings["tag_key"] == "customer"
    # nine for the first months, three for the question, nine for the months by tag
    assert parse_state(connection.cursor).requests == {"2026-11": 21}


async def test_without_the_permission_the_question_says_what_is_missing(
    empty: Opener, explorer: FakeCostExplorer
) -> None:
    explorer.denied.add("ListCostAllocationTags")
    async with running(empty) as (app, pilot):
        await press(pilot, "c", "enter")
        text = "".join(shown(app)).replace(" ", "")
        assert "maynotce:ListCostAllocationTags" in text
        assert "addittoitspolicy,seedocs/connect/aws.md" in text


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
