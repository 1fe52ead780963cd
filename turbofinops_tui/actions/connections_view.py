"""Connections as their screen shows them: every connection, and every source that came as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from turbofinops_tui.actions.connections import (
    KINDS,
    Connection,
    SecretLine,
    Tested,
    add_connection,
    change_settings,
    list_connections,
    new_connection,
    secret_lines,
    store_secret,
)
from turbofinops_tui.actions.fetch_runs import FetchRun, came_words, last_runs
from turbofinops_tui.actions.screens_data import duration_text
from turbofinops_tui.actions.sources_view import SourceLine, source_lines
from turbofinops_tui.errors import UsageError
from turbofinops_tui.store.cost_cursors import parse_state
from turbofinops_tui.store.left_out import load_left_out
from turbofinops_tui.sync.runner import is_cost_kind
from turbofinops_tui.sync.secrets import may_use_own, variable

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

SHOWN_KEYS = 4
SHOWN_LAST = ("endpoint_url", "api_endpoint", "base_url", "env", "source")
"""settings that few need stand last in the form"""
ELSEWHERE = "empty: the provider's own address"
HINTS: Mapping[str, str] = {
    "mode": "export, or cost-explorer; empty: by the bucket",
    "bucket": "of the export; empty: Cost Explorer, about 0.09 USD a sync",
    "prefix": "the prefix of the export in it",
    "export": "its name; empty: the one below the prefix",
    "region": "eu-central-1", "profile": "a profile of ~/.aws/config",
    "tag_key": "Cost Explorer alone: the tag that names the customer",
    "metric": "amortized or net", "project": "the project of the BigQuery export",
    "table": "DATASET.TABLE of the export", "billing_account": "01ABCD-234567-89EF01",
    "container_url": "https://ACCOUNT.blob.core.windows.net/CONTAINER",
    "auth": "sas, account-key, client-secret or cli", "site": "datadoghq.eu",
    "path": "a file, directory or glob",
    "tag_keys": "customer,env", "livemode": "yes, or no for test data", "account": "acct_... of Connect",
    "customer_key": "metadata key of your customer reference; empty: the Stripe id",
    "tenant": "of the application, with auth=client-secret", "client": "the application's id",
    "base_url": ELSEWHERE, "endpoint_url": ELSEWHERE, "api_endpoint": ELSEWHERE,
    "litellm.base_url": "where the proxy listens: https://...",
    "focus.engine": "empty: files; duckdb, spark, athena, bigquery, snowflake, clickhouse or trino",
    "focus.table": "on the engine", "focus.account": "of the engine", "focus.project": "of the engine",
    "focus.region": "of the engine", "focus.profile": "of the engine", "gcp.table": "PROJECT.DATASET.TABLE",
    "env": "yes: the provider's own variables or chain may be used", "source": "empty: the connection's name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """One row: a connection with what it delivered, or a source of imported files (``name`` empty)."""

    name: str
    kind: str
    source: str
    export: str = ""
    age: str = ""
    """of the newest delivery, or of the last fetch"""
    lines: int = 0
    periods: str = ""
    total: str = ""
    warnings: int = 0
    first_warning: str = ""
    account: str = ""
    last: str = ""
    """how the last fetch ended, with its age"""
    error: str = ""
    """why it failed, with the next step"""
    step: str = ""
    """what to do next, when nothing failed"""
    requests: int = 0
    """paid ones of this month"""
    left_out: str = ""
    settings: str = ""
    never: bool = False
    """a connection that was not fetched from yet"""
    facts: bool = True
    """has days: all but customers, rates and what never delivered"""


def connection_lines(session: Session) -> list[ConnectionLine]:
    """Connections by name with their deliveries, then all other sources (thread only)."""
    with session.store.read() as conn:
        left = load_left_out(conn)
    runs = last_runs(session)
    month = session.clock.stamp()[:7]
    deliveries = source_lines(session)
    keys: dict[tuple[str, str], list[str]] = {}
    for item in left:
        keys.setdefault((item.source, item.export), []).append(f"{item.key} ({item.values:,} values)")
    found: list[ConnectionLine] = []
    taken: set[tuple[str, str, str]] = set()
    for connection in list_connections(session):
        own = [line for line in deliveries if line.source == connection.source and _of(connection, line)]
        taken |= {(line.source, line.export, line.kind) for line in own}
        shown: list[SourceLine | None] = [*own] or [None]
        for delivered in shown:
            found.append(_connected(session, connection, delivered, runs.get(connection.name), month, keys))
    for line in deliveries:
        if (line.source, line.export, line.kind) not in taken:
            found.append(_delivered("", line.kind, line, keys))
    return found


def _of(connection: Connection, line: SourceLine) -> bool:
    """Whether a delivery of that source is the connection's own kind: cost, or Stripe."""
    return ("stripe" in line.kind) == (connection.kind == "stripe")


def _delivered(
    name: str, kind: str, line: SourceLine, keys: Mapping[tuple[str, str], list[str]]
) -> ConnectionLine:
    out = keys.get((line.source, line.export), [])
    more = f" and {len(out) - SHOWN_KEYS} more" if len(out) > SHOWN_KEYS else ""
    return ConnectionLine(
        name, kind, line.source, line.export, line.age, line.lines, line.periods, line.total,
        line.warnings, line.first_warning, left_out=", ".join(out[:SHOWN_KEYS]) + more,
        facts=line.kind not in ("customers", "rates"),
    )  # fmt: skip


def _connected(
    session: Session,
    connection: Connection,
    line: SourceLine | None,
    run: FetchRun | None,
    month: str,
    keys: Mapping[tuple[str, str], list[str]],
) -> ConnectionLine:
    from dataclasses import replace

    base = ConnectionLine(connection.name, connection.kind, connection.source, facts=False)
    if line is not None:
        base = _delivered(connection.name, connection.kind, line, keys)
    state = parse_state(connection.cursor) if is_cost_kind(connection.kind) else None
    if run is None:
        step = "r fetches what is new" if connection.account else "t tests the credential, r fetches"
    else:
        step = "" if run.error else "r fetches what is new"
    return replace(
        base,
        account=connection.account,
        age=base.age or ("never" if run is None else _age(session, run.ended)),
        lines=base.lines or (run.objects if run is not None else 0),
        last=_last(session, run),
        never=run is None,
        error=run.error if run is not None else "",
        step=step,
        requests=state.requests.get(month, 0) if state is not None else 0,
        settings=" ".join(f"{key}={value}" for key, value in connection.settings.items()),
    )


def _last(session: Session, run: FetchRun | None) -> str:
    if run is None:
        return "never fetched"
    ago = _age(session, run.ended).replace("just in", "just now").replace(" old", " ago")
    return f"{run.what} {ago}: {'failed' if run.error else came_words(run)}"


def _age(session: Session, at: str) -> str:
    then = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return duration_text(int((session.clock.now() - then).total_seconds()))


def credentials(session: Session, name: str) -> str:
    """Where the secrets of a connection come from; may ask the keyring, which takes up to 3 s."""
    connection = next((item for item in list_connections(session) if item.name == name), None)
    if connection is None:
        return ""
    lines = secret_lines(session, connection)
    if not lines:
        return "the provider's own chain (environment, profile, SSO, role), or none needed"
    parts = []
    for line in lines:
        if line.origin or line.required:
            parts.append(
                f"{line.field} from {line.origin}" if line.origin else f"{line.field}: {_none(name, line)}"
            )
    return "; ".join(parts) or _chain_words(session, connection)


def _none(name: str, line: SecretLine) -> str:
    """Why there is no secret, and what to do; what a session without a keyring can do is said shorter."""
    if not line.trouble.startswith("No OS keyring"):
        return line.trouble
    return (
        f"none, and no keyring in this session: set {variable(name, line.field)}, or see turbofinops doctor"
    )


def _chain_words(session: Session, connection: Connection) -> str:
    """What serves a connection that has no secret of its own."""
    if profile := connection.settings.get("profile"):
        return f"profile {profile}, by the provider's own chain"
    if may_use_own(connection, list_connections(session)):
        return "none given: the provider's own chain"
    return "none given, and the provider's own chain may be another's: store a secret, or set env=yes"


def tested_words(found: Tested) -> str:
    """What a test found, one line."""
    parts = [f"account {found.account or 'unknown'}"]
    parts += [f"missing permission {text}" for text in found.missing]
    return "   ".join([*parts, *found.notes])


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the connect form; a secret is never shown."""

    name: str
    label: str
    hint: str
    secret: bool = False


def form_fields(kind: str) -> list[FormField]:
    """The fields of a kind: secrets, then settings, those that few need last."""
    known = KINDS[kind]
    asked = [item for item in known.fields if item.ask]
    secrets = {item: FormField(item.name, item.ask, _secret_hint(item.required), True) for item in asked}
    names = sorted(known.settings, key=lambda name: name in SHOWN_LAST)
    settings = [FormField(name, name, _hint_of(kind, name)) for name in names]
    first = [field for item, field in secrets.items() if not item.when]
    return [*first, *settings, *(field for item, field in secrets.items() if item.when)]


def _hint_of(kind: str, name: str) -> str:
    """What to write; names that several kinds have mean something else in each."""
    return HINTS.get(f"{kind}.{name}", HINTS.get(name, "may stay empty"))


def _secret_hint(required: bool) -> str:
    return "goes to the OS keyring; empty: from a variable, file or command" if required else "may stay empty"


def kind_names() -> tuple[str, ...]:
    """The kinds that can be connected, clouds first."""
    first = ("aws", "gcp", "azure", "stripe")
    return (*first, *(name for name in KINDS if name not in first))


def next_kind(session: Session) -> str:
    """What to connect next: a cloud first, then who is paid."""
    kinds = {item.kind for item in list_connections(session)}
    return "stripe" if kinds and "stripe" not in kinds else "aws"


def free_name(session: Session, kind: str) -> str:
    """A name for a new connection: the kind, with a number when that is taken."""
    taken = {item.name for item in list_connections(session)}
    name, number = kind, 1
    while name in taken:
        number += 1
        name = f"{kind}-{number}"
    return name


def connect(
    session: Session, kind: str, name: str, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> str:
    """Add the connection of a form, empty fields left out; returns its name."""
    given = {key: value.strip() for key, value in settings.items() if value.strip()}
    connection = new_connection(session, kind, name.strip() or free_name(session, kind), given)
    add_connection(session, connection, _given(secrets))
    return connection.name


def reconnect(session: Session, name: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str:
    """Take the settings and new secrets of a form over; an empty setting goes."""
    before = next((item for item in list_connections(session) if item.name == name), None)
    if before is None:
        raise UsageError(f"there is no connection {name!r} any more", "add it again")
    wanted = {key: value.strip() for key, value in settings.items()}
    changed = {key: value for key, value in wanted.items() if value != before.settings.get(key, "")}
    if changed:
        change_settings(session, name, changed)
    for field, value in _given(secrets).items():
        store_secret(session, name, field, value)
    return name


def settings_of(session: Session, name: str) -> tuple[str, dict[str, str]]:
    """(kind, settings) of a connection for its form."""
    for item in list_connections(session):
        if item.name == name:
            return item.kind, dict(item.settings)
    raise UsageError(f"there is no connection {name!r} any more", "add it again")


def _given(secrets: Mapping[str, str]) -> dict[str, str]:
    from turbofinops_tui.actions.connections import read_secret

    return {field: read_secret(value) for field, value in secrets.items() if value.strip()}
