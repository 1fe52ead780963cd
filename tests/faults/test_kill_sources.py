"""Each kind of cost source killed on its way through its own fetch: the next run finishes it, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fakes.ai_providers import KEY
from tests.fakes.aws_refusing import BUCKET, RefusingAws
from tests.fakes.azure_refusing import RefusingAzure
from tests.fakes.azurite import Box
from tests.fakes.bigquery import DATASET, PROJECT, TABLE, BigQueryServer
from tests.fakes.cost_explorer import FakeCostExplorer
from tests.fakes.datadog_server import APP_KEY
from tests.fakes.s3_server import FOCUS, line
from tests.faults.crash import killed_everywhere
from tests.sync import test_ai_end_to_end as fakes
from tests.sync.azure_exports import Export, focus
from tests.sync.gcp_rows import row
from tests.sync.source_driving import no_waiting, one_loader
from turbofinops_tui.actions import cost_sync
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.syncing import Ask, sync
from turbofinops_tui.clock import Clock
from turbofinops_tui.paths import resolve
from turbofinops_tui.store.check import check_store
from turbofinops_tui.store.connections import Connection, save_connection

FIRST, THEN = Decimal("12.5"), Decimal("11.25")
STEP = 53
"""a prime, so that kinds are cut off at different works"""


@dataclass(slots=True)
class Peer:
    """A running fake: how to connect to it, and how its month becomes another."""

    kind: str
    settings: dict[str, str]
    restate: Callable[[], object]


def api(kind: str, make: Callable[[float], Any], running: ExitStack) -> Peer:
    """One of the providers that answer JSON."""
    fake = running.enter_context(make(float(FIRST)))

    def restate() -> None:
        other = running.enter_context(make(float(THEN)))
        fake.route, fake.auth = other.route, other.auth

    return Peer(kind, {"base_url": fake.url}, restate)


def aws(running: ExitStack) -> Peer:
    fake = running.enter_context(RefusingAws())
    fake.deliver(FOCUS, [line("2026-10-05", str(FIRST))])
    settings = {"bucket": BUCKET, "prefix": "fin", "export": "daily", "endpoint_url": fake.url}
    return Peer("aws", settings, lambda: fake.deliver(FOCUS, [line("2026-10-05", str(THEN))]))


def explorer(running: ExitStack) -> Peer:
    key = ("2026-11-02", "Usage", "EC2", "1")
    fake = running.enter_context(FakeCostExplorer({key: (str(FIRST), str(FIRST))}, page=40))
    settings = {"mode": "cost-explorer", "endpoint_url": fake.url}
    return Peer("aws", settings, lambda: fake.costs.update({key: (str(THEN), str(THEN))}))


def azure(running: ExitStack) -> Peer:
    fake = running.enter_context(RefusingAzure())
    box = cast(Box, fake)
    Export().put(box, [focus("2026-10-01", str(FIRST))])
    later = Export(run="run-2", submitted="2026-10-21T04:00:00Z")
    return Peer(
        "azure", {"container_url": fake.url}, lambda: later.put(box, [focus("2026-10-01", str(THEN))])
    )


def gcp(running: ExitStack) -> Peer:
    fake = running.enter_context(BigQueryServer(rows=[row("2026-10-01", float(FIRST))]))
    settings = {"project": PROJECT, "table": f"{DATASET}.{TABLE}", "api_endpoint": fake.url}
    return Peer("gcp", settings, lambda: fake.add([row("2026-10-01", float(THEN - FIRST))]))


PEERS: dict[str, Callable[[ExitStack], Peer]] = {
    "aws export": aws,
    "cost explorer": explorer,
    "gcp": gcp,
    "azure": azure,
    "datadog": lambda running: api("datadog", fakes.datadog_fake, running),
    "openai": lambda running: api("openai", fakes.openai_fake, running),
    "anthropic": lambda running: api("anthropic", fakes.anthropic_fake, running),
    "openrouter": lambda running: api("openrouter", fakes.openrouter_fake, running),
    "litellm": lambda running: api("litellm", fakes.litellm_fake, running),
}


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", fakes.TODAY)
    monkeypatch.setenv("TURBOFINOPS_ACME_API_KEY", KEY)
    monkeypatch.setenv("TURBOFINOPS_ACME_APP_KEY", APP_KEY)
    monkeypatch.setenv("TURBOFINOPS_ACME_SAS", "sp=rl&se=2099-01-01T00:00:00Z&sig=c2lnbmF0dXJl")
    monkeypatch.setenv("TURBOFINOPS_ACME_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("TURBOFINOPS_ACME_SECRET_ACCESS_KEY", "of-the-test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def fetch(root: Path) -> Session:
    session = open_session(resolve(root=str(root)), Clock())
    assert [line.error for line in sync(session, [], Ask())] == [""]
    return session


def total(session: Session) -> Decimal:
    with session.store.read() as conn:
        rows = conn.execute(
            "SELECT t.exact FROM batch_total t JOIN ingest_batch b ON b.id = t.batch"
            " WHERE b.state = 'active' AND t.cost = 'effective'"
        ).fetchall()
    return sum((Decimal(exact) for (exact,) in rows), Decimal(0))


def prepared(peer: Peer, folder: Path) -> Callable[[int], Path]:
    """Copies of a store that has the month as it was; at the source it is another by now."""
    seed = open_session(resolve(root=str(folder / "seed")), Clock())
    with seed.store.write("test") as txn:
        save_connection(txn, Connection("acme", peer.kind, peer.settings))
    seed.store.close()
    first = fetch(folder / "seed")
    assert total(first) == FIRST
    first.store.close()
    peer.restate()

    def fresh(number: int) -> Path:
        shutil.rmtree(folder / "at", ignore_errors=True)
        return Path(shutil.copytree(folder / "seed", folder / "at"))

    return fresh


def judge(root: Path) -> list[str]:
    """What is wrong once the next run has finished what was cut off."""
    session = fetch(root)
    found = [] if total(session) == THEN else [f"the total is {total(session)}"]
    found += [f"{item.name}: {item.problems}" for item in check_store(session.store) if not item.ok]
    if list(session.paths.store.parent.glob("*.fetch-*")):
        found.append("a fetched folder stays")
    session.store.close()
    return found


@pytest.mark.parametrize("name", PEERS)
def test_a_source_killed_on_its_way_is_finished_by_the_next_run(
    name: str, running: ExitStack, tmp_path: Path
) -> None:
    places = 0
    for root in killed_everywhere(prepared(PEERS[name](running), tmp_path), fetch, step=STEP, first=20):
        places += 1
        assert judge(root) == [], f"killed at place {places}"
    assert places > 2


@pytest.mark.parametrize("name", ["aws export", "openai"])
def test_the_same_test_catches_a_cursor_written_before_its_rows(
    name: str, running: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = cost_sync.import_fetched  # type: ignore[attr-defined]

    def early(session: Session, *words: object, **options: Any) -> object:
        with session.store.write("too early") as txn:
            options["also"](txn, 0)
        return real(session, *words, **options)

    fresh = prepared(PEERS[name](running), tmp_path)
    monkeypatch.setattr(cost_sync, "import_fetched", early)
    assert any(judge(root) for root in killed_everywhere(fresh, fetch, step=9, first=90))
