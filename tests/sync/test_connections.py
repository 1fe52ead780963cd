"""Connections on the command line: what is kept, what is refused, and that no secret is ever written."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sync.webhook_process import event
from turbofinops_tui.actions import connections
from turbofinops_tui.actions.receiving import Receiving
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.actions.stripe_imports import import_stripe
from turbofinops_tui.cli.main import run
from turbofinops_tui.clock import Clock
from turbofinops_tui.errors import ConflictError
from turbofinops_tui.paths import resolve
from turbofinops_tui.sync import secrets_keyring
from turbofinops_tui.sync.receive.stripe_webhook import Delivery
from turbofinops_tui.sync.stripe_origin import stripe_origin

CANARY = "rk_live_canary51HfQ0000"
Kept = dict[str, str]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A keyring in memory."""
    kept: Kept = {}
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=none")
    monkeypatch.setattr(secrets_keyring.Keyring, "get", lambda _, user: kept.get(user))
    monkeypatch.setattr(secrets_keyring.Keyring, "set", lambda _, user, value: kept.update({user: value}))
    monkeypatch.setattr(secrets_keyring.Keyring, "delete", lambda _, user: kept.pop(user, None) is not None)
    return kept


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Session:
    return open_session(resolve(root=str(tmp_path)), clock)


def call(home: Path, *words: str) -> int:
    return run(["--root", str(home), "connect", *words])


def listed(home: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert call(home, "list", "--format", "json") == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["rows"]
    return rows


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_a_connection_is_added_listed_changed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, keyring: Kept
) -> None:
    monkeypatch.setenv("TURBOFINOPS_ACME_EU_WEBHOOK_SECRET", "whsec_0123456789")
    piped(monkeypatch, f"{CANARY}\n")
    words = ("--secret-stdin", "--set", "customer_key=org", "--set", "base_url=http://127.0.0.1:9/")
    assert call(tmp_path, "add", "stripe", "acme-eu", *words) == 0
    assert keyring == {"acme-eu/api_key": CANARY}
    [row] = listed(tmp_path, capsys)
    assert (row["name"], row["kind"], row["account"]) == ("acme-eu", "stripe", None)
    assert row["settings"] == {"base_url": "http://127.0.0.1:9", "customer_key": "org", "source": "stripe"}
    assert row["secrets"] == {
        "api_key": "the OS keyring",
        "webhook_secret": "environment TURBOFINOPS_ACME_EU_WEBHOOK_SECRET",
    }
    assert call(tmp_path, "set", "acme-eu", "customer_key=", "livemode=FALSE") == 0
    assert listed(tmp_path, capsys)[0]["settings"] == {
        "base_url": "http://127.0.0.1:9", "livemode": "no", "source": "stripe",
    }  # fmt: skip
    piped(monkeypatch, "whsec_from_a_pipe")
    assert call(tmp_path, "secret", "acme-eu", "--secret-stdin", "--field", "webhook_secret") == 0
    assert keyring == {"acme-eu/api_key": CANARY, "acme-eu/webhook_secret": "whsec_from_a_pipe"}
    assert call(tmp_path, "remove", "acme-eu") == 0
    assert listed(tmp_path, capsys) == []
    assert keyring == {}
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"acme-eu" in written
    for canary in (CANARY, "whsec_from_a_pipe", "whsec_0123456789"):
        assert canary.encode() not in written


@pytest.mark.parametrize(
    "words",
    [
        ("--api-key", CANARY),
        (f"--api-key={CANARY}",),
        ("--webhook-secret", CANARY),
        ("--token", CANARY),
        ("--set", f"api_key={CANARY}"),
        ("--set", f"webhook_secret={CANARY}"),
        (CANARY,),
    ],
)
def test_a_secret_as_an_argument_is_refused_and_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert call(tmp_path, "add", "stripe", "acme", *words) == 2
    told = capsys.readouterr()
    assert CANARY not in told.out + told.err
    assert words == (CANARY,) or "secrets are never arguments" in told.err
    assert listed(tmp_path, capsys) == []


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("add", "nothing", "x"), 2, "not a kind"),
        (("add", "stripe", "1x"), 2, "not a name"),
        (("add", "stripe", "a/b"), 2, "not a name"),
        (("add", "stripe", "x" * 65), 2, "not a name"),
        (("add", "stripe", "x", "--set", "colour=red"), 2, "no setting"),
        (("add", "stripe", "x", "--set", "livemode=perhaps"), 2, "neither yes nor no"),
        (("add", "stripe", "x", "--set", "account=1"), 2, "not a Stripe account"),
        (("add", "stripe", "x", "--set", "base_url=http://example.com"), 2, "not encrypted"),
        (("add", "stripe", "x", "--set", "base_url=ftp://example.com"), 2, "not an address"),
        (("add", "stripe", "x", "--set", "base_url=https://u:p@example.com"), 2, "user or a password"),
        (("add", "stripe", "x", "--set", "livemode"), 2, "not K=V"),
        (("test", "x"), 1, "no connection 'x'"),
        (("remove", "x"), 1, "no connection 'x'"),
        (("set", "x", "livemode=no"), 1, "no connection 'x'"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, what: str
) -> None:
    assert call(tmp_path, *words) == code
    assert what in capsys.readouterr().err


def test_names_and_facts_of_two_connections_stay_apart(session: Session) -> None:
    def add(name: str, **settings: str) -> str:
        made = connections.new_connection(session, "stripe", name, settings)
        connections.add_connection(session, made, {})
        return made.source

    assert add("live") == "stripe"  # the source of the files: one invoice counts once by any path
    assert add("other") == "other"
    with pytest.raises(ConflictError, match="already"):
        add("live")
    with pytest.raises(ConflictError, match="same variables"):
        add("LIVE", livemode="no")
    with pytest.raises(ConflictError, match="same source, account and mode"):
        add("third", source="stripe")
    with pytest.raises(ConflictError, match="same source, account and mode"):
        connections.change_settings(session, "other", {"source": "stripe"})
    assert add("sandbox", source="stripe", livemode="no") == "stripe"


def test_another_account_or_mode_starts_anew(session: Session) -> None:
    from dataclasses import replace

    from turbofinops_tui.store.connections import save_connection

    made = connections.new_connection(session, "stripe", "main", {})
    with session.store.write("test") as txn:
        save_connection(txn, replace(made, account="acct_1", cursor="c"))
    assert connections.change_settings(session, "main", {"customer_key": "org"}).cursor == "c"
    changed = connections.change_settings(session, "main", {"livemode": "no"})
    assert (changed.account, changed.cursor) == ("", "")


def test_removal_with_data_takes_what_the_connection_brought_and_reads_files_again(
    session: Session, tmp_path: Path
) -> None:
    from turbofinops_tui.sync.read.stripe_events import read_event

    made = connections.new_connection(session, "stripe", "main", {})
    connections.add_connection(session, made, {})
    origin = stripe_origin(made)
    file = tmp_path / "objects.jsonl"
    file.write_text(json.dumps(_charge("ch_file", 500)) + "\n" + json.dumps(_charge("ch_both", 700)) + "\n")
    import_stripe(session, "stripe-objects", [file])
    before = _rows(session)
    receiving = Receiving(session.store, [made])
    for number, charge in enumerate((_charge("ch_both", 900), _charge("ch_own", 900))):
        value = event(f"evt_{number}", charge, created=2_000_000_000)
        found = read_event(value, json.dumps(value))
        assert found.event is not None
        assert receiving.commit([Delivery(origin, found.event, found.snapshots)]) == [True]
    receiving.derive()
    assert _rows(session) == {"ch_file": 500, "ch_both": 900, "ch_own": 900}
    gone = connections.remove(session, "main", with_data=True)
    assert (gone.removed, gone.notes) == ({"objects": 2, "events": 2}, [])
    assert _rows(session) == before == {"ch_file": 500, "ch_both": 700}


def _charge(ident: str, amount: int) -> dict[str, Any]:
    return {
        "id": ident, "object": "charge", "created": 1_790_000_000, "livemode": True, "currency": "usd",
        "amount": amount, "amount_captured": amount, "captured": True, "paid": True, "status": "succeeded",
        "customer": "cus_1", "payment_intent": None, "balance_transaction": None, "refunded": False,
        "amount_refunded": 0,
    }  # fmt: skip


def _rows(session: Session) -> dict[str, int]:
    with session.store.read() as conn:
        found = conn.execute(
            "SELECT e.source_object, e.amount * 100 / c.scale FROM revenue_event e"
            " JOIN currency c ON c.code = e.currency WHERE e.basis = 'cash'"
        )
        return dict(found.fetchall())


def test_a_failing_keyring_saves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    piped(monkeypatch, CANARY)
    assert call(tmp_path, "add", "stripe", "acme", "--secret-stdin") == 1
    assert "No OS keyring in this session (no D-Bus). This is normal over SSH." in capsys.readouterr().err
    assert listed(tmp_path, capsys) == []


def test_nothing_is_added_through_a_read_only_session(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch, keyring: Kept
) -> None:
    piped(monkeypatch, CANARY)
    assert (
        run(["--root", str(tmp_path), "--read-only", "connect", "add", "stripe", "a", "--secret-stdin"]) == 1
    )
    assert keyring == {}


def test_the_last_commit_holds_the_whole_group_in_order(session: Session) -> None:
    from turbofinops_tui.sync.read.stripe_events import read_event

    made = connections.new_connection(session, "stripe", "main", {})
    theirs = connections.new_connection(session, "stripe", "sandbox", {"livemode": "no"})
    deliveries = []
    for ident, mode in (("a", True), ("b", False), ("a", True), ("c", True), ("b", False)):
        value = event(ident, livemode=mode)
        found = read_event(value, json.dumps(value), livemode=mode)
        assert found.event is not None
        deliveries.append(Delivery(stripe_origin(made if mode else theirs), found.event, found.snapshots))
    receiving = Receiving(session.store, [made, theirs])
    assert receiving.commit(deliveries) == [True, True, False, True, False]
    assert receiving.commit(deliveries) == [False] * 5


def test_references_stand_under_the_key_of_the_connection_by_every_path(
    session: Session, tmp_path: Path
) -> None:
    from turbofinops_tui.sync.derive import derive_all

    def imported(ident: str) -> None:
        metadata = {"org": f"org-{ident}", "tenant": f"tenant-{ident}", "customer_ref": f"ref-{ident}"}
        customer = {"id": f"cus_{ident}", "object": "customer", "created": 1, "livemode": True}
        file = tmp_path / f"{ident}.jsonl"
        file.write_text(json.dumps(customer | {"metadata": metadata}))
        import_stripe(session, "stripe-objects", [file])

    def refs() -> set[str]:
        with session.store.read() as conn:
            query = (
                "SELECT c.ref FROM customer_identity i JOIN customer c ON c.id = i.customer"
                " WHERE i.kind = 'stripe'"
            )
            return {row[0] for row in conn.execute(query)}

    imported("1")
    assert refs() == {"ref-1"}
    made = connections.new_connection(session, "stripe", "main", {"customer_key": "org"})
    connections.add_connection(session, made, {})
    imported("2")
    assert refs() == {"org-1", "org-2"}
    connections.change_settings(session, "main", {"customer_key": "tenant"})
    assert refs() == {"tenant-1", "tenant-2"}
    derive_all(session.store)
    assert refs() == {"tenant-1", "tenant-2"}


def test_files_are_of_the_mode_of_the_one_connection(session: Session, tmp_path: Path) -> None:
    made = connections.new_connection(session, "stripe", "sandbox", {"livemode": "no"})
    connections.add_connection(session, made, {})
    file = tmp_path / "events.jsonl"
    events = [
        event(f"evt_{mode}", _charge(f"ch_{mode}", 500) | {"livemode": mode}, livemode=mode)
        for mode in (True, False)
    ]
    file.write_text("".join(json.dumps(item) + "\n" for item in events))
    result = import_stripe(session, "stripe-events", [file])
    assert result.counts["live_mode"] == 1
    assert _rows(session) == {"ch_False": 500}
    again = import_stripe(session, "stripe-objects", [file])
    assert _rows(session) == {"ch_False": 500}
    from turbofinops_tui.actions.deliveries import remove

    remove(session, again.delivery)
    assert _rows(session) == {"ch_False": 500}
