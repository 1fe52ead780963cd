"""Pages of daily buckets, as OpenAI and Anthropic both give them: ``data``, ``has_more``, ``next_page``.

A cursor that comes twice, a day that comes twice and a page that never ends are errors: each would count
money twice or not stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from turbofinops_tui.economics.periods import day_text
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.json_api import MOST_PAGES, Json, JsonApi, Params


@dataclass(frozen=True, slots=True)
class Bucket:
    """The results of one UTC day."""

    day: int
    results: list[Json]


def buckets(
    api: JsonApi, path: str, params: Params, start: int, end: int, day_of: Callable[[Json, str], int]
) -> Iterator[Bucket]:
    """The buckets of days in [start, end), page after page."""
    where = f"{api.place.provider} {path}"
    cursors: set[str] = set()
    seen: set[int] = set()
    page = ""
    while True:
        answer = api.get(path, [*params, ("page", page)] if page else params)
        days = set()
        for item in read.rows(answer.get("data"), f"{where} data"):
            day = day_of(item, where)
            if day in seen:
                raise read.bad(where, f"{day_text(day)} came on two pages")
            days.add(day)
            results = read.rows(item.get("results", item.get("result")), f"{where} {day_text(day)} results")
            if read.within(day, start, end, where):
                yield Bucket(day, results)
        seen |= days
        page = read.text(answer.get("next_page")) if answer.get("has_more") else ""
        if not page:
            return
        if page in cursors or len(cursors) >= MOST_PAGES:
            raise read.bad(where, "gave the same page again")
        cursors.add(page)
