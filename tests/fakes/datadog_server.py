"""A fake Datadog with the recorded shapes: cost by tag, cost by organisation, usage by hour, cursors."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.json_server import JsonServer, Query, Wrong, one

API_KEY, APP_KEY = "dd-api-key-0123456789", "dd-app-key-0123456789"
CHILD = {"errors": ["API called with non-parent org keys. Data is only available at the root level org"]}


class DatadogFake(JsonServer):
    """One parent organisation; months and usage as given."""

    def __init__(self) -> None:
        super().__init__(self._at, {"DD-API-KEY": API_KEY, "DD-APPLICATION-KEY": APP_KEY})
        self.by_tag: dict[str, list[Any]] = {}
        """month -> pages of cost attribution"""
        self.historical: dict[str, list[Any]] = {}
        self.estimated: dict[str, list[Any]] = {}
        self.projected: list[Any] = []
        self.usage: dict[str, list[list[Any]]] = {}
        """usage type -> pages of rows"""
        self.child = False
        self.spans: dict[str, list[Any]] = {}
        """day -> buckets of the spans' aggregate"""

    def _at(self, _: JsonServer, path: str, query: Query) -> Any:
        assert "null" not in dict(query).values()
        if path == "/api/v2/current_user":
            return {"data": {"relationships": {"org": {"data": {"type": "orgs", "id": "org-uuid"}}}}}
        if path == "/api/v2/spans/analytics/aggregate":
            asked = json.loads(one(query, "body"))["data"]["attributes"]
            assert [item["facet"] for item in asked["group_by"]][:1] == ["service"]
            data = self.spans.get(asked["filter"]["from"][:10], [])
            return {"data": data, "meta": {"elapsed": 27, "request_id": "x", "status": "done"}}
        if self.child:
            raise Wrong(400, CHILD)
        month, cursor = one(query, "start_month"), one(query, "next_record_id")
        if path.endswith("/monthly_cost_attribution"):
            assert one(query, "fields") == "*"
            pages = self.by_tag.get(month, [{"data": []}])
            return pages[int(cursor.removeprefix("cursor-")) - 1 if cursor else 0]
        if path.endswith("/active_billing_dimensions"):
            return {"data": {"type": "billing_dimensions", "attributes": {"values": ["infra_host"]}}}
        if path.endswith("/hourly-attribution"):
            return self._hours(query, cursor)
        lists = {"historical_cost": self.historical, "estimated_cost": self.estimated}
        name = path.rpartition("/")[2]
        if name == "projected_cost":
            return {"data": self.projected}
        if name not in lists:
            raise Wrong(404, {"errors": ["Not found"]})
        return {"data": lists[name].get(month, [])}

    def _hours(self, query: Query, cursor: str) -> Any:
        kind = one(query, "usage_type")
        if kind not in self.usage:
            raise Wrong(400, {"errors": [f"{kind} is not a usage type"]})
        pages = self.usage[kind]
        at = int(cursor or "0")
        start, end = one(query, "start_hr"), one(query, "end_hr")
        rows = [row for row in pages[at] if start <= row["hour"][:13] < end]
        more = str(at + 1) if at + 1 < len(pages) else None
        return {"usage": rows, "metadata": {"pagination": {"next_record_id": more}}}
