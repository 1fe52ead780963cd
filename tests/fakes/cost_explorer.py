"""Cost Explorer on loopback: paging, throttling, estimated days, tag states; request bodies are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.fakes.loopback import Loopback, QuietHandler
from turbofinops_tui.economics.periods import day_text, parse_day

Costs = dict[tuple[str, str, str, str], tuple[str, str]]
"""(day, record type, service, second key) -> (unblended, amortized)"""
JSON = "application/x-amz-json-1.1"


class FakeCostExplorer(Loopback):
    """Answers ``GetCostAndUsage`` from ``costs``, ``page`` days at a time."""

    def __init__(self, costs: Costs, page: int = 7) -> None:
        self.costs, self.page = costs, page
        self.estimated_from = "9999-12-31"
        self.tags: dict[str, str] = {}
        self.faults: list[tuple[int, str]] = []
        """(status, code) of the next answers"""
        self.always: tuple[int, str, str] | None = None
        """(status, code, message) of every answer about cost"""
        self.metric: dict[str, str] | None = None
        """what every amount is answered as"""
        self.denied: set[str] = set()
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        """access key of each request"""
        self.account = "123456789012"
        fake = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                signed = self.headers.get("Authorization") or ""
                fake.keys.append(signed.partition("Credential=")[2].partition("/")[0])
                status, kind, data = fake.answer(self.headers.get("X-Amz-Target") or "", body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        super().__init__(Handler)

    def answer(self, target: str, body: bytes) -> tuple[int, str, bytes]:
        """(status, content type, body)."""
        if not target:  # STS speaks the query protocol
            text = f"<Account>{self.account}</Account><Arn>arn:aws:iam::1:user/x</Arn><UserId>U</UserId>"
            found = f"<GetCallerIdentityResult>{text}</GetCallerIdentityResult>"
            return 200, "text/xml", f"<GetCallerIdentityResponse>{found}</GetCallerIdentityResponse>".encode()
        action = target.rpartition(".")[2]
        asked = json.loads(body)
        if action in self.denied:
            return 400, JSON, json.dumps({"__type": "AccessDeniedException", "message": "no"}).encode()
        if action == "ListCostAllocationTags":
            tags = [{"TagKey": k, "Type": "UserDefined", "Status": v} for k, v in self.tags.items()]
            return 200, JSON, json.dumps({"CostAllocationTags": tags}).encode()
        self.asked.append(asked)
        if self.always:
            status, code, message = self.always
            return status, JSON, json.dumps({"__type": code, "message": message}).encode()
        if self.faults:
            status, code = self.faults.pop(0)
            return status, JSON, json.dumps({"__type": code, "message": "injected"}).encode()
        return 200, JSON, json.dumps(self._cost(asked)).encode()

    def _cost(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["Granularity"] == "MONTHLY":
            return {"ResultsByTime": [self._by_tag(asked)]}
        assert asked["Granularity"] == "DAILY"
        assert len(asked["GroupBy"]) == 2
        start = parse_day(asked["TimePeriod"]["Start"]) + int(asked.get("NextPageToken") or 0)
        end = parse_day(asked["TimePeriod"]["End"])
        stop = min(end, start + self.page)
        found = {"ResultsByTime": [self._day(day, asked) for day in range(start, stop)]}
        more = {"NextPageToken": str(stop - parse_day(asked["TimePeriod"]["Start"]))} if stop < end else {}
        return {**found, **more}

    def _by_tag(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One period grouped by one tag: cost whose second key is a value of it."""
        [group] = asked["GroupBy"]
        start, end = asked["TimePeriod"]["Start"], asked["TimePeriod"]["End"]
        sums: dict[str, Decimal] = {}
        for (day, _, _, second), (_, amortized) in self.costs.items():
            if start <= day < end:
                key = second if second.startswith(f"{group['Key']}$") else f"{group['Key']}$"
                sums[key] = sums.get(key, Decimal(0)) + Decimal(amortized)
        [metric] = asked["Metrics"]
        groups = [
            {"Keys": [key], "Metrics": {metric: {"Amount": str(amount), "Unit": "USD"}}}
            for key, amount in sums.items()
        ]
        return {"TimePeriod": asked["TimePeriod"], "Total": {}, "Groups": groups, "Estimated": True}

    def _day(self, day: int, asked: Mapping[str, Any]) -> dict[str, Any]:
        groups = []
        for (text, record, service, second), amounts in self.costs.items():
            if text == day_text(day) and _wanted(asked.get("Filter"), record):
                metrics = {
                    name: self.metric or {"Amount": amount, "Unit": "USD"}
                    for name, amount in zip(asked["Metrics"], amounts, strict=True)
                }
                groups.append({"Keys": [service, second], "Metrics": metrics})
        return {
            "TimePeriod": {"Start": day_text(day), "End": day_text(day + 1)},
            "Total": {},
            "Groups": groups,
            "Estimated": day_text(day) >= self.estimated_from,
        }


def _wanted(condition: Any, record: str) -> bool:
    if condition is None:
        return True
    if "Not" in condition:
        return not _wanted(condition["Not"], record)
    assert condition["Dimensions"]["Key"] == "RECORD_TYPE"
    return record in condition["Dimensions"]["Values"]
