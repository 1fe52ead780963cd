"""Fakes of OpenAI, Anthropic, OpenRouter and LiteLLM with the shapes of their documented answers.

A day's results are given by day text; ranges, grouping, limits and paging are those of the real services.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.fakes.json_server import JsonServer, Query, Wrong, one

KEY = "sk-admin-1234567890abcdefghij"
Days = dict[str, list[dict[str, Any]]]
_PAGE = 7
"""buckets of a page, whatever is asked: a client must follow the pages"""


class OpenAiFake(JsonServer):
    """Costs and tokens by day."""

    def __init__(self) -> None:
        super().__init__(self._at, {"Authorization": f"Bearer {KEY}"}, {"openai-organization": "org-acme"})
        self.costs: Days = {}
        self.usage: dict[str, Days] = {"completions": {}, "embeddings": {}}
        self.projects = {"proj_1": "Search", "proj_2": "Chat"}
        self.by_key = True

    def _at(self, _: JsonServer, path: str, query: Query) -> Any:
        if path == "/v1/organization/projects":
            data = [
                {"id": key, "name": name, "object": "organization.project"}
                for key, name in self.projects.items()
            ]
            return {"object": "list", "data": data, "has_more": False, "last_id": "proj_2"}
        groups = [text for name, text in query if name == "group_by[]"]
        if path == "/v1/organization/costs":
            if "api_key_id" in groups and not self.by_key:
                raise Wrong(400, {"error": {"message": "group_by api_key_id is not supported"}})
            return self._page(self.costs, query)
        kind = path.rpartition("/")[2]
        if kind not in self.usage:
            raise Wrong(404, {"error": {"message": "Invalid URL"}})
        return self._page(self.usage[kind], query)

    def _page(self, days: Days, query: Query) -> Any:
        assert one(query, "bucket_width") == "1d"
        start, end = int(one(query, "start_time")), int(one(query, "end_time", "0"))
        first = int(one(query, "page", "0"))
        starts = list(range(start, end or start + 86400, 86400))
        shown = starts[first : first + _PAGE]
        data = [
            {"object": "bucket", "start_time": at, "end_time": at + 86400,
             "results": days.get(datetime.fromtimestamp(at, UTC).date().isoformat(), [])}
            for at in shown
        ]  # fmt: skip
        more = first + _PAGE < len(starts)
        return {
            "object": "page",
            "data": data,
            "has_more": more,
            "next_page": str(first + _PAGE) if more else None,
        }


class AnthropicFake(JsonServer):
    """Cost report and usage report by day."""

    def __init__(self) -> None:
        super().__init__(self._at, {"x-api-key": KEY, "anthropic-version": "2023-06-01"})
        self.costs: Days = {}
        self.usage: Days = {}
        self.organisation = "org-claude"

    def _at(self, _: JsonServer, path: str, query: Query) -> Any:
        if path == "/v1/organizations/me":
            return {"id": self.organisation, "type": "organization", "name": "Acme"}
        if path == "/v1/organizations/workspaces":
            return {
                "data": [{"id": "wrkspc_1", "name": "Production"}],
                "has_more": False,
                "last_id": "wrkspc_1",
            }
        days = {"cost_report": self.costs, "messages": self.usage}.get(path.rpartition("/")[2])
        if days is None:
            raise Wrong(404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}})
        start = date.fromisoformat(one(query, "starting_at")[:10])
        end = date.fromisoformat(one(query, "ending_at", (start + timedelta(1)).isoformat())[:10])
        first = int(one(query, "page", "0"))
        every = [start + timedelta(number) for number in range((end - start).days)]
        data = [
            {"starting_at": f"{day}T00:00:00Z", "ending_at": f"{day + timedelta(1)}T00:00:00Z",
             "results": days.get(day.isoformat(), [])}
            for day in every[first : first + _PAGE]
        ]  # fmt: skip
        more = first + _PAGE < len(every)
        return {"data": data, "has_more": more, "next_page": str(first + _PAGE) if more else None}


class OpenRouterFake(JsonServer):
    """Activity of the last 30 completed days."""

    def __init__(self, today: str) -> None:
        super().__init__(self._at, {"Authorization": f"Bearer {KEY}"})
        self.today = today
        self.rows: list[dict[str, Any]] = []

    def _at(self, _: JsonServer, path: str, query: Query) -> Any:
        if path == "/api/v1/key":
            return {"data": {"label": "sk-or-v1-abc...123", "creator_user_id": "user_7"}}
        if path != "/api/v1/activity":
            raise Wrong(404, {"error": {"message": "Not Found", "code": 404}})
        first = (date.fromisoformat(self.today) - timedelta(30)).isoformat()
        return {"data": [row for row in self.rows if first <= row["date"] < self.today]}


class LiteLlmFake(JsonServer):
    """Daily aggregates (pages of table rows) and spend logs."""

    def __init__(self) -> None:
        super().__init__(self._at, {"Authorization": f"Bearer {KEY}"})
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.logs: list[dict[str, Any]] = []

    def _at(self, _: JsonServer, path: str, query: Query) -> Any:
        start, end = one(query, "start_date"), one(query, "end_date")
        if path == "/user/daily/activity":
            page = int(one(query, "page"))
            shown = [row for row in self.pages[page - 1] if start <= row["date"] <= end]
            told = {"page": page, "total_pages": len(self.pages), "has_more": page < len(self.pages)}
            return {"results": shown, "metadata": told}
        if path != "/spend/logs":
            raise Wrong(404, {"detail": "Not Found"})
        assert one(query, "summarize") == "false"
        return [row for row in self.logs if start <= row["startTime"][:10] <= end]
