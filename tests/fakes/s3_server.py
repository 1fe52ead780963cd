"""A real S3 on loopback (moto's server), one a test session; each test takes a bucket of its own."""

from __future__ import annotations

import gzip
import json
import logging
import uuid
from typing import Any

FOCUS = (
    "BillingPeriodStart,ChargePeriodStart,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,"
    "ServiceName,Tags"
)


class S3:
    """One bucket, written as AWS Data Exports writes it."""

    def __init__(self, url: str) -> None:
        import boto3

        self.url = url
        self.bucket = f"b-{uuid.uuid4().hex[:12]}"
        self.client: Any = boto3.client(
            "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 (moto takes any)
        )  # fmt: skip
        self.client.create_bucket(Bucket=self.bucket)

    def settings(self, **more: str) -> dict[str, str]:
        """Of a connection to the export ``daily`` below ``fin``."""
        return {"bucket": self.bucket, "prefix": "fin", "export": "daily", "endpoint_url": self.url, **more}

    def put(self, key: str, body: bytes) -> None:
        """Store one object."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body)

    def deliver(
        self, period: str, parts: list[list[str]], run: str = "", form: str = "key", manifest: bool = True
    ) -> list[str]:
        """Data files (lines below the header), then the manifest that names them; their keys."""
        keys = []
        for number, lines in enumerate(parts, start=1):
            folder = f"fin/daily/data/BILLING_PERIOD={period}/{run + '/' if run else ''}"
            key = f"{folder}daily-{number:05d}.csv.gz"
            self.put(key, gzip.compress("\n".join([FOCUS, *lines, ""]).encode()))
            keys.append(key)
        if manifest:
            self.manifest(period, keys, run, form)
        return keys

    def manifest(self, period: str, keys: list[str], run: str = "", form: str = "key") -> None:
        """The manifest of one month."""
        listed: list[Any] = [
            {"key": key} if form == "key" else f"s3://{self.bucket}/{key}" if form == "uri" else key
            for key in keys
        ]
        body = {"executionId": run or uuid.uuid4().hex, "dataFiles": listed, "columns": FOCUS.split(",")}
        self.put(f"fin/daily/metadata/BILLING_PERIOD={period}/daily-Manifest.json", json.dumps(body).encode())


def line(day: str, cost: str, customer: str = "acme") -> str:
    """One FOCUS row of a day."""
    return f'{day[:7]}-01,{day},{cost},{cost},USD,Usage,AmazonEC2,"{{""customer"":""{customer}""}}"'


def start() -> tuple[Any, str]:
    """(server, url); the server has ``stop``."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return server, f"http://{host}:{port}"
