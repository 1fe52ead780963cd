"""Whatever AWS refuses or spoils is one sentence with the next step; nothing half-done, no other stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.aws_refusing import BUCKET, Refusal, RefusingAws
from tests.fakes.cost_explorer import FakeCostExplorer
from tests.fakes.s3_server import FOCUS, line
from tests.sync.cloud_program import Program
from tests.sync.source_driving import no_waiting, one_loader

NEVER = ("Traceback", "unexpected", "details are in")
KMS = "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:key/k"


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program with one good source of files beside AWS."""
    no_waiting(monkeypatch)
    one_loader(monkeypatch)
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-05")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "good.csv").write_text(f"{FOCUS}\n{line('2026-10-01', '7')}\n")
    made = Program(tmp_path / "root", capsys)
    assert made.run("connect", "add", "focus", "zz-files", "--set", f"path={tmp_path / 'good.csv'}")[0] == 0
    return made


@pytest.fixture
def aws() -> Iterator[RefusingAws]:
    with RefusingAws() as fake:
        fake.deliver(FOCUS, [line("2026-10-05", "20")])
        yield fake


def connect(program: Program, aws: RefusingAws, **more: str) -> None:
    settings = {"bucket": BUCKET, "prefix": "fin", "export": "daily", "endpoint_url": aws.url} | more
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    assert program.run("connect", "add", "aws", "aws", *words)[0] == 0


def failed(program: Program, name: str = "aws") -> str:
    """The sentence of a sync that fails, once the other source came and nothing of this one did."""
    bad, good = program.json("sync")["rows"]
    assert (bad["name"], good["error"]) == (name, "")
    assert "\n" not in bad["error"]
    assert ": " in bad["error"]
    assert not [word for word in NEVER if word in bad["error"]]
    assert {row["source"] for row in program.json("reconcile")["rows"]} == {"zz-files"}
    return str(bad["error"])


S3 = {
    "another region": (Refusal("list", 301, "PermanentRedirect"), "set aws region=REGION"),
    "region of the signature": (Refusal("list", 400, "AuthorizationHeaderMalformed"), "in another region"),
    "no bucket": (Refusal("list", 404, "NoSuchBucket"), "there is no bucket 'costs'"),
    "unknown key": (Refusal("list", 403, "InvalidAccessKeyId"), "does not know the key of aws"),
    "wrong secret": (Refusal("list", 403, "SignatureDoesNotMatch"), "does not know the key of aws"),
    "expired": (Refusal("list", 400, "ExpiredToken"), "has expired: sign in again: aws sso login"),
    "skew": (Refusal("list", 403, "RequestTimeTooSkewed"), "the clock of this machine is wrong"),
    "no list": (Refusal("list", 403, "AccessDenied"), "may not s3:ListBucket: add it to its policy"),
    "no get": (Refusal("get", 403, "AccessDenied"), "may not s3:GetObject: add it to its policy"),
    "no key of KMS": (Refusal("get", 403, "AccessDenied", KMS), "may not kms:Decrypt"),
    "slow down": (Refusal("list", 503, "SlowDown"), "does not answer s3:ListBucket (SlowDown): try again"),
    "429": (Refusal("list", 429, "TooManyRequestsException"), "does not answer s3:ListBucket"),
    "304": (Refusal("get", 304, ""), "AWS refused s3:GetObject (304"),
    "412 for ever": (Refusal("get", 412, "PreconditionFailed"), "changes faster than it can be read"),
    "gone": (Refusal("get", 404, "NoSuchKey"), "changes faster than it can be read"),
    "cut": (Refusal("list", 200, "reset"), "(ConnectionClosedError): try again later"),
    "no S3": (Refusal("list", 200, "html"), "there is no manifest below s3://costs/fin/daily"),
    "no XML": (Refusal("list", 403, "html"), "what answered is not AWS: check endpoint_url"),
    "STS": (Refusal("GetCallerIdentity", 403, "InvalidClientTokenId"), "does not know the key of aws"),
    "session of STS": (Refusal("GetCallerIdentity", 403, "ExpiredToken"), "has expired"),
}


def test_a_refusal_of_s3_is_a_sentence(program: Program, aws: RefusingAws) -> None:
    connect(program, aws)
    for what, (refusal, said) in S3.items():
        aws.refusals = [refusal]
        assert said in failed(program), what
    aws.refusals = []
    assert program.sync("aws")["items"] == 1


def test_what_passes_is_asked_again(program: Program, aws: RefusingAws) -> None:
    connect(program, aws)
    aws.refusals = [
        Refusal("list", 503, "SlowDown", times=2), Refusal("list", 500, "InternalError", times=1),
        Refusal("get", 412, "PreconditionFailed", times=1), Refusal("get", 200, "reset", times=2),
    ]  # fmt: skip
    assert program.sync("aws")["error"] == ""


SPOILED = {
    "columns": ((FOCUS.replace("BilledCost", "Cost"), line("2026-10-05", "1")), "BilledCost"),
    "cells": ((FOCUS, "2026-10-01,2026-10-05,1"), "line 2"),
    "amount": ((FOCUS, line("2026-10-05", "1,5")), "line 2 column"),
    "not a number": ((FOCUS, line("2026-10-05", "NaN")), 'line 2 column "BilledCost"'),
    "day": ((FOCUS, line("2026-13-05", "1")), "line 2"),
    "currency": ((FOCUS, line("2026-10-05", "1").replace("USD", "QQQ")), "QQQ"),
}


def test_a_spoiled_file_names_its_place(program: Program, aws: RefusingAws) -> None:
    connect(program, aws)
    for what, ((header, *lines), said) in SPOILED.items():
        aws.deliver(header, lines)
        error = failed(program)
        assert said in error, what
        assert error.startswith("s3://costs/fin/daily/data/BILLING_PERIOD=2026-10/daily-00001.csv.gz line ")


def test_damaged_bytes_and_manifests_are_named(program: Program, aws: RefusingAws) -> None:
    connect(program, aws)
    [key] = [key for key in aws.objects if "/data/" in key]
    [manifest] = [key for key in aws.objects if "/metadata/" in key]
    whole = aws.objects[key]
    aws.objects[key] = whole[:-9]
    assert "daily-00001.csv.gz" in failed(program)
    for text, said in (
        (b'{"dataFiles": [', "is no manifest"),
        (b'{"dataFiles": [{"x": 1}]}', "names a file"),
    ):
        aws.objects[manifest] = text
        assert said in failed(program)
    aws.objects[manifest] = json.dumps({"dataFiles": [key, key + "-gone"]}).encode()
    assert "which is not there" in failed(program)


def test_rows_of_a_month_that_another_file_brings_are_refused(program: Program, aws: RefusingAws) -> None:
    connect(program, aws)
    aws.deliver(FOCUS, [line("2026-09-05", "3")], "2026-09")
    aws.deliver(FOCUS, [line("2026-10-05", "1"), line("2026-09-05", "99")])
    for _ in range(2):
        error = program.sync("aws")["error"]
        assert "daily 2026-10 holds rows of 2026-09, which another delivery of this export brings" in error
        assert program.sums() == {("daily", "2026-09", "USD", cost): 3 for cost in ("billed", "effective")}


def test_a_foreign_currency_stays_and_an_empty_month_is_no_error(program: Program, aws: RefusingAws) -> None:
    aws.deliver(FOCUS, [line("2026-10-05", "3").replace("USD", "EUR")])
    aws.deliver(FOCUS, [], "2026-09")
    connect(program, aws)
    assert program.sync("aws")["error"] == ""
    assert {key[2] for key in program.sums()} == {"EUR"}


SSO = """[profile sso]
sso_start_url = https://acme.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = finops
region = us-east-1
[profile process]
credential_process = /bin/false
[profile role]
role_arn = arn:aws:iam::1:role/x
source_profile = keys
region = us-east-1
[profile loop]
role_arn = arn:aws:iam::1:role/x
source_profile = nobody
[profile half]
aws_access_key_id = AKIAHALF
[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = x
"""
CHAIN = {
    "sso": "the AWS session of aws has expired: sign in again: aws sso login --profile sso",
    "process": "what gives the profile process its credentials failed: see what `aws sts",
    "role": "the profile role may not take its role (AccessDenied): check role_arn",
    "loop": "the AWS configuration of the profile loop cannot be used",
    "half": "half of the AWS key of aws is missing",
    "nobody": "there is no AWS profile 'nobody'",
}


def test_a_profile_that_gives_nothing_says_why(
    program: Program, aws: RefusingAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(SSO)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", aws.url)
    aws.refusals = [
        Refusal("AssumeRole", 403, "AccessDenied", "is not authorized to perform: sts:AssumeRole")
    ]
    connect(program, aws)
    for profile, said in CHAIN.items():
        program.run("connect", "set", "aws", f"profile={profile}")
        assert said in failed(program), profile
    assert "get" not in aws.asked


SETTINGS = {
    "region": ({"region": "no/where"}, "set aws region=REGION"),
    "bucket": ({"bucket": "Not_A_Bucket!"}, "'Not_A_Bucket!': turbofinops connect set aws bucket=NAME"),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_that_cannot_be_is_told(program: Program, aws: RefusingAws, what: str) -> None:
    more, said = SETTINGS[what]
    connect(program, aws, **more)
    if what == "region":  # an address of one's own is asked whatever the region is called
        program.run("connect", "set", "aws", "endpoint_url=")
    assert said in failed(program)


EXPLORER = {
    "throttled": ((400, "ThrottlingException", ""), "does not answer ce:GetCostAndUsage"),
    "limit": ((400, "LimitExceededException", ""), "does not answer ce:GetCostAndUsage"),
    "down": ((503, "ServiceUnavailable", ""), "does not answer ce:GetCostAndUsage"),
    "denied": ((400, "AccessDeniedException", ""), "may not ce:GetCostAndUsage: add it to its policy"),
    "off": (
        (400, "AccessDeniedException", "User not enabled for cost explorer access"),
        "open Cost Explorer once in the console",
    ),
    "no data": ((400, "DataUnavailableException", ""), "the first data take 24 hours"),
    "expired": ((400, "ExpiredTokenException", ""), "has expired: sign in again"),
    "skew": (
        (403, "InvalidSignatureException", "Signature expired: 2026"),
        "the clock of this machine is wrong",
    ),
    "ahead": ((403, "InvalidSignatureException", "Signature not yet current"), "the clock of this machine"),
    "unknown key": ((400, "UnrecognizedClientException", ""), "does not know the key of ce"),
    "pages": ((400, "InvalidNextTokenException", "bad token"), "AWS refused ce:GetCostAndUsage"),
}


def explorer(program: Program, fake: FakeCostExplorer) -> None:
    words = ("--set", "mode=cost-explorer", "--set", f"endpoint_url={fake.url}")
    assert program.run("connect", "add", "aws", "ce", *words)[0] == 0


def test_a_refusal_of_cost_explorer_is_a_sentence(program: Program) -> None:
    with FakeCostExplorer({("2026-11-02", "Usage", "EC2", "1"): ("1", "1")}) as fake:
        explorer(program, fake)
        for what, (fault, said) in EXPLORER.items():
            fake.always = fault
            assert said in failed(program, "ce"), what
        fake.always = None
        assert program.sync("ce")["error"] == ""


ODD = {
    "not a number": ({"Amount": "1,5", "Unit": "USD"}, "UnblendedCost is not a number"),
    "no amount": ({"Unit": "USD"}, "UnblendedCost is not a number"),
    "no currency": ({"Amount": "1"}, "UnblendedCost is not a number"),
    "unknown currency": ({"Amount": "1", "Unit": "QQQ"}, "QQQ"),
}


def test_an_odd_answer_of_cost_explorer_is_told(program: Program) -> None:
    with FakeCostExplorer({("2026-11-02", "Usage", "EC2", "1"): ("1", "1")}) as fake:
        explorer(program, fake)
        for what, (metric, said) in ODD.items():
            fake.metric = metric
            assert said in failed(program, "ce"), what
        fake.metric = {"Amount": "2.5", "Unit": "EUR"}
        assert program.sync("ce")["error"] == ""
        assert {key[2] for key in program.sums() if key[0] == "cost-explorer"} == {"EUR"}
