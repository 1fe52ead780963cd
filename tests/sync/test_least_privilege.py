"""The policies of docs/connect are enough, hold nothing more, and what one lacks `connect test` names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import s3_server
from tests.fakes.ai_providers import KEY
from tests.fakes.bigquery import ACCOUNT, DATASET, PROJECT, TABLE, BigQueryServer, Refusal
from tests.fakes.cost_explorer import FakeCostExplorer
from tests.fakes.datadog_server import APP_KEY
from tests.fakes.json_server import JsonServer
from tests.fakes.s3_server import S3, line
from tests.sync import test_ai_end_to_end as fakes
from tests.sync.cloud_program import Program
from tests.sync.gcp_rows import row
from tests.sync.source_driving import no_waiting, one_loader
from turbofinops_tui.sync.pull import azure_blob

DOCS = Path(__file__).parents[2] / "docs" / "connect"
Call = tuple[str, str, str]
"""(action, resource, prefix of a listing)"""


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", fakes.TODAY)
    monkeypatch.setenv("TURBOFINOPS_ACME_API_KEY", KEY)
    monkeypatch.setenv("TURBOFINOPS_ACME_APP_KEY", APP_KEY)
    monkeypatch.setenv("TURBOFINOPS_ACME_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("TURBOFINOPS_ACME_SECRET_ACCESS_KEY", "of-the-test")
    return Program(tmp_path, capsys)


def connect(program: Program, kind: str, **settings: str) -> None:
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    assert program.run("connect", "add", kind, "acme", *words)[0] == 0


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What AWS is asked, as its policies write it."""
    from botocore.client import BaseClient

    found: list[Call] = []
    real: Any = BaseClient._make_api_call

    def noted(self: Any, operation: str, words: Any) -> Any:
        action = {"ListObjectsV2": "ListBucket"}.get(operation, operation)
        place = f"arn:aws:s3:::{words['Bucket']}" if "Bucket" in words else "*"
        place += f"/{words['Key']}" if "Key" in words else ""
        found.append((f"{self.meta.service_model.service_name}:{action}", place, words.get("Prefix", "")))
        return real(self, operation, words)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return found


def policies(page: str) -> list[Any]:
    """The JSON policies of a page, in order."""
    return [
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    ]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def allowed(policy: Any, call: Call) -> bool:
    """Whether a statement grants the call; of conditions only the prefix of a listing is used."""
    action, resource, prefix = call
    return action == "sts:GetCallerIdentity" or any(
        action in listed(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
        and all(
            any(fnmatchcase(prefix, pattern) for pattern in listed(condition["s3:prefix"]))
            for condition in statement.get("Condition", {}).values()
        )
        for statement in policy["Statement"]
    )


def actions(policy: Any) -> set[str]:
    return {action for statement in policy["Statement"] for action in listed(statement["Action"])}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server, url = s3_server.start()
    yield url
    server.stop()


def test_the_policy_for_exports_is_what_is_asked(program: Program, moto: str, calls: list[Call]) -> None:
    bucket = S3(moto)
    bucket.deliver("2026-10", [[line("2026-10-05", "1")], [line("2026-10-06", "2")]])
    calls.clear()
    connect(program, "aws", **bucket.settings())
    assert program.run("connect", "test", "acme")[0] == 0
    assert program.sync()["error"] == ""
    policy = json.loads(json.dumps(policies("aws.md")[0]).replace("my-cost-bucket", bucket.bucket))
    assert [call for call in calls if not allowed(policy, call)] == []
    assert actions(policy) | {"sts:GetCallerIdentity"} == {action for action, *_ in calls}
    without = json.loads(json.dumps(policy).replace("fin/daily/*", "fin/other/*"))
    assert [call for call in calls if not allowed(without, call)]  # the check can fail


def test_the_policy_for_cost_explorer_is_what_is_asked(program: Program, calls: list[Call]) -> None:
    with FakeCostExplorer({("2026-11-02", "Usage", "EC2", "customer$"): ("1", "1")}) as fake:
        connect(program, "aws", mode="cost-explorer", endpoint_url=fake.url, tag_key="customer")
        assert program.sync()["error"] == ""
        assert actions(policies("aws.md")[1]) | {"sts:GetCallerIdentity"} == {action for action, *_ in calls}
        for action in ("GetCostAndUsage", "ListCostAllocationTags"):
            fake.denied = {action}
            code, _, err = program.run("connect", "test", "acme")
            assert (code, f"missing permission: ce:{action}" in err) == (1, True)


BIGQUERY = {
    "bigquery.jobs.create": f"/projects/{PROJECT}/queries",
    "bigquery.tables.get": f"/tables/{TABLE}",
    "bigquery.tables.getData": f"/tables/{TABLE}/data",
    "billing.accounts.get": f"/v1/billingAccounts/{ACCOUNT}",
    "billing.resourceAssociations.list": f"/v1/billingAccounts/{ACCOUNT}/projects",
}


def test_the_permissions_of_google_are_what_is_asked(program: Program) -> None:
    page = (DOCS / "gcp.md").read_text()
    with BigQueryServer(rows=[row("2026-10-01", 1.5)]) as server:
        table = {"billing_account": ACCOUNT, "project": PROJECT, "table": f"{DATASET}.{TABLE}"}
        connect(program, "gcp", api_endpoint=server.url, **table)
        assert program.run("connect", "test", "acme")[0] == 0
        assert program.sync()["error"] == ""
        known = re.compile("|".join([*map(re.escape, BIGQUERY.values()), "/queries/[^/]+"]) + "$")
        assert not [path for _, path, _ in server.state.asked if not known.search(path)]
        for permission, path in BIGQUERY.items():
            assert f"`{permission}`" in page
            message = f"Access Denied: User does not have {permission} permission."
            server.state.refusals = [Refusal(path, 403, "accessDenied", message)]
            code, _, err = program.run("connect", "test", "acme")
            assert (code, f"missing permission: {permission} " in err) == (1, True), err


def test_the_role_for_azure_is_what_is_asked() -> None:
    """That a signature without read or list is named: test_azure_exports, against a real Blob storage."""
    [role] = policies("azure.md")
    assert (role["Actions"], role["DataActions"]) == ([], [azure_blob.READ])


KEYS: dict[str, tuple[Callable[[float], JsonServer], dict[str, str]]] = {
    "openai": (
        fakes.openai_fake,
        {"/costs": "api.usage.read", "/usage/": "api.usage.read", "/projects": "api.management.read"},
    ),
    "anthropic": (
        fakes.anthropic_fake, {"cost_report": "an Admin API key", "usage_report": "an Admin API key"}
    ),
    "openrouter": (fakes.openrouter_fake, {"/activity": "a management (provisioning) key"}),
    "litellm": (
        fakes.litellm_fake, {"/user/daily": "proxy_admin_viewer", "/spend/logs": "proxy_admin_viewer"}
    ),
    "datadog": (fakes.datadog_fake, {"cost_by_tag": "billing_read", "hourly-attribution": "usage_read"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_each_permission_of_a_key_is_named(program: Program, kind: str) -> None:
    make, needed = KEYS[kind]
    page = re.sub(r"[*`\s]+", " ", (DOCS / f"{kind}.md").read_text())
    with make(12.5) as fake:
        connect(program, kind, base_url=fake.url)
        assert program.run("connect", "test", "acme")[0] == 0
        for path, permission in needed.items():
            fake.denied = {path}
            code, _, err = program.run("connect", "test", "acme")
            assert (code, "missing permission: " in err, permission in err) == (1, True, True), err
            words = permission.removeprefix("an ").removeprefix("a ")
            assert words in page
