"""Whatever Azure refuses or spoils is one sentence with the next step; nothing half-done or stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.fakes.azure_refusing import Refusal, RefusingAzure
from tests.fakes.azurite import Box
from tests.fakes.s3_server import FOCUS as FILES
from tests.fakes.s3_server import line
from tests.sync import azure_exports
from tests.sync.azure_exports import Export, focus
from tests.sync.cloud_program import Program
from tests.sync.source_driving import no_waiting

SAS = "sp=rl&se=2099-01-01T00:00:00Z&sv=2021-08-06&sr=c&sig=c2lnbmF0dXJlLW9mLXRoZS10ZXN0"
SKEW = "<AuthenticationErrorDetail>The Date header in the request is incorrect.</AuthenticationErrorDetail>"


@pytest.fixture
def azure() -> Iterator[RefusingAzure]:
    with RefusingAzure() as fake:
        yield fake


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], azure: RefusingAzure, monkeypatch: pytest.MonkeyPatch
) -> Program:
    """A program with one good source of files beside Azure."""
    no_waiting(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-05")
    monkeypatch.setenv("TURBOFINOPS_AZ_SAS", SAS)
    (tmp_path / "good.csv").write_text(f"{FILES}\n{line('2026-10-01', '7')}\n")
    made = Program(tmp_path / "root", capsys)
    assert made.run("connect", "add", "focus", "zz-files", "--set", f"path={tmp_path / 'good.csv'}")[0] == 0
    words = ("--set", f"container_url={azure.url}", "--set", f"base_url={azure.host}")
    assert made.run("connect", "add", "azure", "az", *words)[0] == 0
    return made


def put(azure: RefusingAzure, *rows: list[str], **export: str) -> str:
    azure.blobs.clear()
    return Export(**export).put(cast(Box, azure), list(rows))[0]  # type: ignore[arg-type]


def failed(program: Program) -> str:
    """The sentence of a sync that fails, once the other source came and nothing of this one did."""
    bad, good = program.json("sync")["rows"]
    assert (bad["name"], good["error"]) == ("az", "")
    assert "\n" not in bad["error"]
    assert ": " in bad["error"]
    assert "unexpected" not in bad["error"]
    assert "sig=" not in bad["error"]
    assert {row["source"] for row in program.json("reconcile")["rows"]} == {"zz-files"}
    return str(bad["error"])


REFUSED = {
    "no container": (Refusal("list", 404, "ContainerNotFound"), "does not exist"),
    "another account's key": (Refusal("list", 403, "AuthenticationFailed"), "is it of another account"),
    "skew": (Refusal("list", 403, "AuthenticationFailed", SKEW), "the clock of this machine is wrong"),
    "no list": (Refusal("list", 403, "AuthorizationPermissionMismatch"), "Storage Blob Data Reader"),
    "no get": (Refusal("get", 403, "AuthorizationPermissionMismatch"), "Storage Blob Data Reader"),
    "firewall": (Refusal("list", 403, "AuthorizationFailure"), "refuses this network"),
    "429": (Refusal("list", 429, "TooManyRequests"), "Azure did not answer (127.0.0.1): HTTP 429: check"),
    "busy": (Refusal("list", 503, "ServerBusy"), "HTTP 503"),
    "timeout": (Refusal("list", 500, "OperationTimedOut"), "HTTP 500"),
    "cut": (Refusal("list", 200, "reset"), "the connection broke: check the network"),
    "412": (Refusal("get", 412, "ConditionNotMet"), "was written anew while it was read: run this again"),
    "304": (Refusal("get", 304), "(304): check the settings"),
    "redirect": (Refusal("list", 302), "(302): check the settings"),
    "gone": (Refusal("get", 404, "BlobNotFound"), "a blob of az does not exist"),
    "no list of blobs": (Refusal("list", 200, text="<html>"), "cannot be read: check container_url"),
}


def test_a_refusal_is_a_sentence(program: Program, azure: RefusingAzure) -> None:
    put(azure, focus("2026-10-01", "1"))
    for what, (refusal, said) in REFUSED.items():
        azure.refusals = [refusal]
        assert said in failed(program), what
    azure.refusals = [Refusal("list", 503, times=2), Refusal("get", 200, "reset", times=2)]
    assert program.sync("az")["error"] == ""


def test_a_signature_outside_its_time_is_told(
    program: Program, azure: RefusingAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure.refusals = [Refusal("list", 403, "AuthenticationFailed")]
    for changed, said in (
        (SAS.replace("2099", "2020"), "the sas of az ended on 2020-01-01"),
        (f"{SAS}&st=2098-01-01T00:00:00Z", "the sas of az begins on 2098-01-01"),
    ):
        monkeypatch.setenv("TURBOFINOPS_AZ_SAS", changed)
        assert said in failed(program)


SIGN_IN = {
    "AADSTS7000222: The provided client secret keys are expired": "client secret that has expired",
    "AADSTS7000215: Invalid client secret provided": "has a wrong client secret",
    "AADSTS700016: Application was not found": "the tenant does not know",
    "AADSTS90002: Tenant not found": "check tenant",
    "AADSTS50000: else": "sign-in refuses the client secret",
}


def test_a_refused_sign_in_says_what_is_wrong(
    program: Program, azure: RefusingAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(azure, focus("2026-10-01", "1"))
    monkeypatch.delenv("TURBOFINOPS_AZ_SAS")
    monkeypatch.setenv("TURBOFINOPS_AZ_CLIENT_SECRET", "a-client-secret-of-the-test")
    program.run("connect", "set", "az", "tenant=t-1", "client=app-1")
    for text, said in SIGN_IN.items():
        azure.refusals = [Refusal("token", 401, text=f'{{"error_description": "{text}"}}')]
        error = failed(program)
        assert said in error
        assert "a-client-secret" not in error
    azure.refusals = []
    assert program.sync("az")["error"] == ""


SPOILED = {
    "columns": (focus("2026-10-01", "1"), ("Cost", *azure_exports.FOCUS[1:]), "BilledCost"),
    "amount": (focus("2026-10-01", "1,5"), azure_exports.FOCUS, 'line 2 column "BilledCost"'),
    "day": (focus("2026-13-01", "1"), azure_exports.FOCUS, "line 2"),
    "currency": (focus("2026-10-01", "1", currency="QQQ"), azure_exports.FOCUS, "QQQ"),
    "cells": (focus("2026-10-01", "1")[:3], azure_exports.FOCUS, "line 2"),
}


def test_a_spoiled_file_names_its_place(
    program: Program, azure: RefusingAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for what, (row, header, said) in SPOILED.items():
        monkeypatch.setattr(azure_exports, "FOCUS", header)
        name = put(azure, row)
        error = failed(program)
        assert said in error, what
        assert error.startswith(f"{azure.url}/{name} line "), what


def test_a_foreign_currency_stays_and_an_empty_month_is_no_error(
    program: Program, azure: RefusingAzure
) -> None:
    put(azure, focus("2026-10-01", "3", currency="EUR"))
    assert program.sync("az")["error"] == ""
    assert {key[2] for key in program.sums() if key[0] != "good.csv"} == {"EUR"}
    name = f"{Export(run='run-2', submitted='2026-10-21T04:00:00Z').folder()}/part_0_0001.csv"
    data = azure_exports.text(azure_exports.FOCUS, [])
    export = Export(run="run-2", submitted="2026-10-21T04:00:00Z")
    azure.put(name, data)
    export.write(cast(Box, azure), export.manifest([(name, len(data), 0)]))
    assert program.sync("az")["error"] == ""
    assert {key[0] for key in program.sums()} <= {"good.csv"}
