"""Which tags Cost Explorer could group by, with what each carries: the first run's one question.

``ListCostAllocationTags`` tells the keys that are active, one ``GetCostAndUsage`` by month tells what a key
carries. Each request is paid (0.01 USD), so the likeliest keys alone are asked for their amounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from turbofinops_tui.economics.periods import day_text, month_of_day, month_start
from turbofinops_tui.economics.suggest import sounds_like_customer
from turbofinops_tui.sync.http import FEW
from turbofinops_tui.sync.pull.aws_access import Access
from turbofinops_tui.sync.rollup.exact import EXACT

READ, TAGS = "ce:GetCostAndUsage", "ce:ListCostAllocationTags"
MOST_KEYS = 4
"""keys whose amounts are asked for"""
MOST_PAGES = 5
"""pages of the list of keys; a thousand keys each"""


@dataclass(frozen=True, slots=True)
class SourceTag:
    """A tag key that the provider could group by. ``values``: (value, exact amount), the dearest first."""

    key: str
    currency: str
    values: tuple[tuple[str, Decimal], ...]
    asked: bool = True
    """whether its amounts were asked for"""

    @property
    def cost(self) -> Decimal:
        """Cost of all its values; a value with more credit than cost is taken off."""
        total = Decimal(0)
        for _, amount in self.values:
            total = EXACT.add(total, amount)
        return total


@dataclass(frozen=True, slots=True)
class SourceTags:
    """What one look found; ``inactive`` keys carry no cost until they are activated at the provider."""

    tags: tuple[SourceTag, ...]
    inactive: tuple[str, ...]
    requests: int
    """paid ones"""


def source_tags(
    access: Access, today: int, metric: str, amount: Callable[[Mapping[str, Any], str], tuple[Decimal, str]]
) -> SourceTags:
    """Keys of the account, active ones with their cost since the first of the last month.

    ``metric`` is the one that counts, ``amount`` reads it. Raises Denied or SourceError.
    """
    keys, requests = _keys(access)
    active = sorted(key for key, state in keys.items() if state == "Active")
    inactive = tuple(sorted(key for key, state in keys.items() if state != "Active"))
    ranked = sorted(active, key=lambda key: (not sounds_like_customer(key), key.casefold()))
    start = day_text(month_start(month_of_day(today) - 1))
    span = {"Start": start, "End": day_text(today + 1)}
    found = []
    for key in ranked[:MOST_KEYS]:
        answer = access.call(
            "ce", READ, "get_cost_and_usage", attempts=FEW, TimePeriod=span, Granularity="MONTHLY",
            Metrics=[metric], GroupBy=[{"Type": "TAG", "Key": key}],
        )  # fmt: skip
        requests += 1
        found.append(_tag(key, answer.get("ResultsByTime", []), metric, amount))
    rest = [SourceTag(key, "USD", (), asked=False) for key in ranked[MOST_KEYS:]]
    return SourceTags((*found, *rest), inactive, requests)


def _keys(access: Access) -> tuple[dict[str, str], int]:
    """(key -> activation state, paid requests); a key is active when any of its kinds is."""
    keys: dict[str, str] = {}
    token, requests = "", 0
    while requests < MOST_PAGES:
        more = {"NextToken": token} if token else {}
        answer = access.call(
            "ce", TAGS, "list_cost_allocation_tags", attempts=FEW, Type="UserDefined", MaxResults=1000, **more
        )
        requests += 1
        for item in answer.get("CostAllocationTags", []):
            key, state = str(item.get("TagKey", "")), str(item.get("Status", ""))
            if key and keys.get(key) != "Active":
                keys[key] = state
        token = str(answer.get("NextToken") or "")
        if not token:
            break
    return keys, requests


def _tag(
    key: str,
    results: Iterable[Mapping[str, Any]],
    metric: str,
    amount: Callable[[Mapping[str, Any], str], tuple[Decimal, str]],
) -> SourceTag:
    sums: dict[str, Decimal] = {}
    currency = "USD"
    for period in results:
        for group in period.get("Groups", []):
            value = str((group.get("Keys") or [""])[0]).removeprefix(f"{key}$")
            cost, currency = amount(group.get("Metrics", {}), metric)
            if value:
                sums[value] = EXACT.add(sums.get(value, Decimal(0)), cost)
    values = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0].encode()))
    return SourceTag(key, currency, tuple(values))
