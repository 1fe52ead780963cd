"""Exports of Azure Cost Management as they lie in a container: files and their manifests."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass
from typing import Any

from tests.fakes.azurite import Box

SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
FOCUS = (
    "BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart",
    "BillingPeriodStart", "ServiceName", "SubAccountId", "Tags",
)  # fmt: skip
EA = (
    "SubscriptionId", "Date", "MeterCategory", "MeterId", "Quantity", "UnitOfMeasure",
    "CostInBillingCurrency", "BillingCurrencyCode", "BillingPeriodStartDate", "ChargeType", "Tags",
)  # fmt: skip


def focus(day: str, billed: str, effective: str = "", tags: str = "{}", currency: str = "USD") -> list[str]:
    """One line of a FOCUS export."""
    return [billed, effective or billed, currency, "Usage", f"{day}T00:00:00Z", f"{day[:7]}-01T00:00:00Z",
            "Virtual Machines", "sub-1", tags]  # fmt: skip


def details(day: str, cost: str, kind: str = "Usage", quantity: str = "1", tags: str = "") -> list[str]:
    """One line of an EA export; ``tags`` come without braces."""
    year, month, number = day.split("-")
    return ["sub-1", f"{month}/{number}/{year}", "Virtual Machines", "m-1", quantity, "1 Hour", cost, "USD",
            f"{month}/01/{year}", kind, tags]  # fmt: skip


def text(header: tuple[str, ...], rows: list[list[str]]) -> bytes:
    """A CSV as Azure writes it, with its byte-order mark."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


@dataclass(slots=True)
class Export:
    """One run of one export to be put into a container."""

    name: str = "daily"
    kind: str = "FocusCost"
    scope: str = SUBSCRIPTION
    month: str = "2026-10"
    run: str = "run-1"
    submitted: str = "2026-10-20T04:00:00Z"
    packed: bool = False

    def folder(self) -> str:
        """Where the run lies."""
        plain = self.month.replace("-", "")
        return f"costs/{self.name}/{plain}01-{plain}28/{self.submitted[:10]}/{self.run}"

    def manifest(self, parts: list[tuple[str, int, int]]) -> dict[str, Any]:
        """(name, bytes, rows) of each part as the manifest says."""
        return {
            "manifestVersion": "2024-04-01",
            "exportConfig": {
                "exportName": self.name, "type": self.kind, "dataVersion": "1.0", "timeFrame": "MonthToDate",
                "resourceId": f"{self.scope}/providers/Microsoft.CostManagement/exports/{self.name}",
            },
            "deliveryConfig": {"partitionData": True, "fileFormat": "Csv", "containerUri": "x"},
            "runInfo": {
                "runId": self.run, "submittedTime": self.submitted, "startDate": f"{self.month}-01T00:00:00",
                "endDate": f"{self.month}-28T00:00:00",
            },
            "blobs": [{"blobName": n, "byteCount": size, "dataRowCount": rows} for n, size, rows in parts],
        }  # fmt: skip

    def put(self, box: Box, *parts: list[list[str]]) -> list[str]:
        """Write the parts and then the manifest; the names of the parts."""
        header = FOCUS if self.kind == "FocusCost" else EA
        told = []
        for number, rows in enumerate(parts):
            data = text(header, rows)
            data = gzip.compress(data, mtime=0) if self.packed else data
            name = f"{self.folder()}/part_{number}_0001.csv{'.gz' if self.packed else ''}"
            box.put(name, data)
            told.append((name, len(data), len(rows)))
        self.write(box, self.manifest(told))
        return [name for name, _, _ in told]

    def write(self, box: Box, manifest: dict[str, Any]) -> None:
        """Write a manifest."""
        box.put(f"{self.folder()}/manifest.json", json.dumps(manifest).encode())
