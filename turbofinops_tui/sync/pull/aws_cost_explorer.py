"""AWS Cost Explorer: the quick start, daily cost by service and one more key. Every page is paid (0.01 USD).

Two group keys are all there is: service, and a tag (setting ``tag_key``) or else the linked account. Tax
and credits are asked for apart, since a third key is not to be had. Amounts are decimal texts. A month
that is ``Estimated`` stays provisional and is read again, as are the last two months in any case: AWS
restates them (facts: cloud.md 2.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.periods import (
    day_text,
    month_of_day,
    month_start,
    month_text,
    parse_day,
    parse_month,
)
from turbofinops_tui.errors import DataError, SourceError
from turbofinops_tui.sync.http import ATTEMPTS, FEW
from turbofinops_tui.sync.pull.aws_access import Access
from turbofinops_tui.sync.pull.delivery_csv import CostRow, write_delivery
from turbofinops_tui.sync.runner import Ask, Cursors, Denied, Fetched, Item, Plan, Probe, Tick

if TYPE_CHECKING:
    from turbofinops_tui.sync.pull.aws_tags import SourceTags

EXPORT = "cost-explorer"
READ = "ce:GetCostAndUsage"
TAGS = "ce:ListCostAllocationTags"
PRICE_CENTS = 1
"""of one page"""
HISTORY = 13
"""whole months before the running one that AWS keeps by day"""
FIRST = 2
"""whole months that a first sync reads beside the running one; more by ``backfill``"""
AGAIN = 1
"""whole months before the running one that every sync reads again"""
BEGUN_AGAIN = 3
_APART = {"Tax": ("Tax",), "Credit": ("Credit",)}
"""ChargeCategory -> record types that are asked for apart; all others are usage"""
METRICS = {
    "": ("UnblendedCost", "AmortizedCost"),
    "amortized": ("UnblendedCost", "AmortizedCost"),
    "net": ("NetUnblendedCost", "NetAmortizedCost"),
}
"""setting ``metric`` -> (billed, effective)"""


class CostExplorer:
    """Cost Explorer of one account. ``today`` is a day since 1970-01-01."""

    def __init__(self, access: Access, today: int, tag_key: str, metric: str) -> None:
        self.access = access
        self.today = today
        self.tag_key = tag_key
        self.metrics = METRICS[metric]
        self.account = ""
        self.asked = 0
        """paid pages"""

    def identity(self) -> str:
        """The AWS account of the credential."""
        self.account = self.access.identity()
        return self.account

    def test(self) -> Probe:
        """Who the credential is, whether it may read cost and tag states. Asks one paid page."""
        account = self.access.identity(FEW)
        missing: list[str] = []
        notes = ["this test asked one paid request (0.01 USD)"]
        try:
            self._page(self.today - 1, self.today, None, "", FEW)
        except Denied as error:
            missing.append(f"{error.permission}: daily cost")
        try:
            notes += self._tag_notes(FEW)
        except Denied as error:
            missing.append(f"{error.permission}: why a tag carries no cost")
        except SourceError as error:
            notes.append(f"tag states are not known ({error.message})")
        return Probe(account, self.access.origin(), "", tuple(missing), tuple(notes))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """Months to read, from the newest rule of: since, first run, last two, still estimated."""
        running = month_of_day(self.today)
        oldest = running - HISTORY
        notes: list[str] = []
        first = running - (AGAIN if cursors else HISTORY if ask.full else FIRST)
        if ask.since is not None:
            first = month_of_day(ask.since)
            if first < oldest:
                notes.append(f"AWS keeps {HISTORY} months: read from {month_text(oldest)} on")
            first = max(first, oldest)
        months = set(range(first, running + 1))
        if not ask.backfill:
            known = (parse_month(key) for key, held in cursors.items() if held.get("estimated"))
            months |= {month for month in known if month >= oldest}
        if not cursors and ask.since is None and not ask.full:
            pages = (HISTORY + 1) * len(self._parts())
            since = day_text(month_start(oldest))
            notes.append(
                f"older months: turbofinops backfill {self.access.name} --since {since}"
                f" (about {pages} requests, {price(pages)})"
            )
        names = [month_text(month) for month in sorted(months, reverse=True)]
        items = tuple(Item(name, EXPORT, name, name) for name in names)
        requests = len(items) * len(self._parts())
        return Plan(items, tuple(notes), requests, f"about {price(requests)}")

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched:
        """One month as a FOCUS file; never unchanged by itself, the import knows by its bytes."""
        first = month_start(parse_month(item.period))
        end = min(month_start(parse_month(item.period) + 1), self.today + 1)
        before = self.asked
        rows: list[CostRow] = []
        open_days: list[int] = []
        for charge, condition in self._parts():
            tick(f"{item.period} {charge}", 0, 0)
            for day, estimated, groups in self._days(first, end, condition):
                if estimated:
                    open_days.append(day)
                rows += self._rows(day, charge, groups)
        final = min(open_days, default=end)
        cursor = {"estimated": bool(open_days) or end > self.today}
        notes = self._untagged(rows)
        asked = self.asked - before
        files: tuple[Path, ...] = ()
        if rows:
            files = (folder / f"{EXPORT}-{item.period}.csv",)
            write_delivery(files[0], item.period, rows)
        return Fetched(
            files, EXPORT, (item.period,), cursor, final, min(end, self.today), notes, asked,
            names=tuple(f"ce://{self.account or 'account'}/{path.name}" for path in files),
        )  # fmt: skip

    def source_tags(self) -> SourceTags:
        """The tags that cost could be grouped by; a few paid requests."""
        from turbofinops_tui.sync.pull.aws_tags import source_tags

        return source_tags(self.access, self.today, self.metrics[1], _amount)

    # --- asking -------------------------------------------------------------------------------

    def _parts(self) -> list[tuple[str, dict[str, Any]]]:
        """(ChargeCategory, filter) of each query."""
        apart = [kind for kinds in _APART.values() for kind in kinds]
        usage = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": apart}}}
        parts: list[tuple[str, dict[str, Any]]] = [("Usage", usage)]
        for charge, kinds in _APART.items():
            parts.append((charge, {"Dimensions": {"Key": "RECORD_TYPE", "Values": list(kinds)}}))
        return parts

    def _days(
        self, start: int, end: int, condition: dict[str, Any]
    ) -> Iterator[tuple[int, bool, list[dict[str, Any]]]]:
        """(day, estimated, groups) of every day; begun again when AWS changed its mind between pages."""
        for attempt in range(BEGUN_AGAIN):
            found: list[tuple[int, bool, list[dict[str, Any]]]] = []
            token = ""
            try:
                while True:
                    page = self._page(start, end, condition, token)
                    found += [_day(item) for item in page.get("ResultsByTime", [])]
                    token = str(page.get("NextPageToken") or "")
                    if not token:
                        break
            except SourceError as error:
                if "RequestChanged" in error.message and attempt + 1 < BEGUN_AGAIN:
                    continue
                raise
            yield from found
            return

    def _page(
        self, start: int, end: int, condition: dict[str, Any] | None, token: str, attempts: int = ATTEMPTS
    ) -> dict[str, Any]:
        second = {"Type": "TAG", "Key": self.tag_key} if self.tag_key else _LINKED
        words: dict[str, Any] = {
            "TimePeriod": {"Start": day_text(start), "End": day_text(end)},
            "Granularity": "DAILY",
            "Metrics": list(self.metrics),
            "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, second],
        }
        if condition is not None:
            words["Filter"] = condition
        if token:
            words["NextPageToken"] = token
        self.asked += 1
        return self.access.call("ce", READ, "get_cost_and_usage", attempts=attempts, **words)

    # --- reading ------------------------------------------------------------------------------

    def _rows(self, day: int, charge: str, groups: list[dict[str, Any]]) -> Iterator[CostRow]:
        for group in groups:
            keys = [str(key) for key in group.get("Keys", [])]
            if len(keys) != 2:
                raise DataError(f"a group has {len(keys)} keys, not 2", "AWS changed its answer")
            billed, currency = _amount(group.get("Metrics", {}), self.metrics[0])
            effective, other = _amount(group.get("Metrics", {}), self.metrics[1])
            if billed == 0 and effective == 0:
                continue
            if other != currency:
                raise DataError(f"one amount is in {currency} and in {other}", "AWS changed its answer")
            tag = keys[1].removeprefix(f"{self.tag_key}$") if self.tag_key else ""
            yield CostRow(
                day, billed, effective, currency, keys[0], "aws",
                account="" if self.tag_key else keys[1], billing_account=self.account, charge=charge,
                tags={self.tag_key: tag} if tag else {},
            )  # fmt: skip

    def _untagged(self, rows: list[CostRow]) -> tuple[str, ...]:
        """Why no cost carries the tag, when none does."""
        usage = [row for row in rows if row.charge == "Usage"]
        if not self.tag_key or not usage or any(row.tags for row in usage):
            return ()
        try:
            return tuple(self._tag_notes(FEW))
        except SourceError:
            return (f"no cost carries the tag {self.tag_key}: is it activated for cost allocation?",)

    def _tag_notes(self, attempts: int) -> list[str]:
        """The activation state of the tag in words. Activating is a change of the account: yours to make."""
        if not self.tag_key:
            return []
        answer = self.access.call(
            "ce", TAGS, "list_cost_allocation_tags", attempts=attempts, TagKeys=[self.tag_key]
        )
        found = [item for item in answer.get("CostAllocationTags", []) if item.get("TagKey") == self.tag_key]
        if not found:
            return [f"AWS has not seen the tag {self.tag_key} on any resource in use"]
        if any(item.get("Status") == "Active" for item in found):
            return [f"the tag {self.tag_key} is active"]
        return [
            f"the tag {self.tag_key} is Inactive, so all cost comes without it: activate it in Billing > Cost"
            " allocation tags; that counts from then on, a backfill of tags there reaches 12 months back"
        ]


_LINKED = {"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}


def price(pages: int) -> str:
    """What so many pages cost."""
    cents = pages * PRICE_CENTS
    return f"{cents // 100}.{cents % 100:02d} USD"


def _day(item: Mapping[str, Any]) -> tuple[int, bool, list[dict[str, Any]]]:
    start = str(item.get("TimePeriod", {}).get("Start", ""))[:10]
    try:
        return parse_day(start), bool(item.get("Estimated")), list(item.get("Groups", []))
    except Exception as error:
        raise DataError(f"{start!r} is no day", "AWS changed its answer") from error


def _amount(metrics: Mapping[str, Any], name: str) -> tuple[Decimal, str]:
    """(amount, currency) of one metric; DataError when it is not there or no number."""
    held = metrics.get(name, {})
    try:
        amount = Decimal(str(held["Amount"]))
        currency = str(held["Unit"])
    except (KeyError, InvalidOperation):
        raise DataError(f"{name} is not a number", "AWS changed its answer") from None
    if not amount.is_finite():
        raise DataError(f"{name} is not a number", "AWS changed its answer")
    return amount, currency
