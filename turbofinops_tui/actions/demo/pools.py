"""What nobody uses alone: shared clusters, observability, support, the untagged rest, staging, tax, credits.

Sizes are per mille of a day's direct cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from turbofinops_tui.actions.demo.business import Calendar, Draw
from turbofinops_tui.actions.demo.rows import MonthBills, Stream
from turbofinops_tui.actions.demo.services import AI, Service
from turbofinops_tui.actions.demo.spans import CLUSTER, cluster_day

AWS_SHARED, AWS_STAGING, AWS_CI, AWS_PAYER = "210000000020", "210000000031", "210000000032", "210000000001"
AWS_RESEARCH = "210000000041"
_AZURE_SHARED = "0b8d6c1f-52a7-4f7e-8f0c-6f2a4f3d7711"
_CLUSTER = {"cluster": "shared", "env": "prod"}


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool: its service, its size and its tags."""

    service: Service
    share: int
    tags: Mapping[str, str]
    of: str = ""
    """the AI provider whose metered cost it is a share of; empty: all direct cost"""
    until: bool = False
    """it ends where the traced cluster begins"""
    since: bool = False
    """it begins with the traced cluster"""


_GKE = Service("gcp", "Google Cloud", "prod-shared", "Kubernetes Engine", "Compute", "Hours", 89000)


def _pool(
    source: str,
    provider: str,
    account: str,
    what: tuple[str, str, str, int],
    share: int,
    **tags: str,
) -> Pool:
    return Pool(Service(source, provider, account, *what), share, tags)


POOLS = (
    _pool(
        "aws",
        "AWS",
        AWS_SHARED,
        ("Amazon Elastic Kubernetes Service", "Compute", "Hours", 96000),
        68,
        **_CLUSTER,
    ),
    Pool(_GKE, 40, _CLUSTER, until=True),
    # Traces alone can divide it.
    Pool(_GKE, 40, {"cluster": CLUSTER, "env": "prod"}, since=True),
    _pool(
        "azure",
        "Microsoft",
        _AZURE_SHARED,
        ("Azure Kubernetes Service", "Compute", "Hours", 104000),
        48,
        **_CLUSTER,
    ),
    _pool(
        "datadog",
        "Datadog",
        "demo",
        ("Infrastructure Monitoring", "Management and Governance", "Hosts", 500000),
        36,
        team="platform",
    ),
    _pool(
        "datadog",
        "Datadog",
        "demo",
        ("APM", "Management and Governance", "Hosts", 1000000),
        22,
        team="platform",
    ),
    _pool("aws", "AWS", AWS_PAYER, ("AWS Support", "Other", "USD", 1000000), 24),
    # Nobody's yet: no tag that a rule names.
    _pool("aws", "AWS", AWS_SHARED, ("AWS Data Transfer", "Networking", "GB", 90000), 40),
    _pool(
        "gcp", "Google Cloud", "data-lake", ("BigQuery", "Analytics", "TiB", 6250000), 34, dataset="events"
    ),
    Pool(
        Service("openai", "OpenAI", "proj_legacy", "Chat Completions", AI, "1K Tokens", 5000),
        66,
        {"key": "old-backend"},
        of="openai",
    ),
    # Opex: it leaves the margin and keeps its row.
    _pool(
        "aws",
        "AWS",
        AWS_STAGING,
        ("Amazon Elastic Compute Cloud", "Compute", "Hours", 96000),
        46,
        env="staging",
    ),
    _pool(
        "gcp",
        "Google Cloud",
        "staging-apps",
        ("Compute Engine", "Compute", "Hours", 89000),
        20,
        env="staging",
    ),
    _pool("aws", "AWS", AWS_CI, ("AWS CodeBuild", "Developer Tools", "Minutes", 5000), 24, env="ci"),
    _pool(
        "aws",
        "AWS",
        AWS_RESEARCH,
        ("Amazon Elastic Compute Cloud", "Compute", "Hours", 6880000),
        26,
        team="research",
    ),
)
_COMMITTED, _COMMITTED_SHARE, _UNUSED_SHARE, _CREDIT_SHARE, _TAX_SHARE = 0, 70, 4, 9, 14


class Pools:
    """The streams of all pools; ``rows`` writes one month of them."""

    def __init__(self, calendar: Calendar, seed: int) -> None:
        self._cluster = cluster_day(calendar)
        self._streams = [
            (Stream(pool.service, pool.tags, Draw(seed, "pool", number)), pool)
            for number, pool in enumerate(POOLS)
        ]
        payer = Service(
            "aws", "AWS", AWS_PAYER, "Savings Plans for AWS Compute usage", "Compute", "Hours", 1000000
        )
        self._payer = Stream(payer, {}, Draw(seed, "payer"))
        credit = Service("aws", "AWS", AWS_PAYER, "Amazon Elastic Compute Cloud", "Compute", "Hours", 1000000)
        self._credit = Stream(credit, {}, Draw(seed, "credit"))
        self._taxes = [
            Stream(
                Service("aws", "AWS", AWS_PAYER, "AWS Tax", "Other", "USD", 1000000), {}, Draw(seed, "tax")
            ),
            Stream(
                Service("azure", "Microsoft", _AZURE_SHARED, "Azure Tax", "Other", "EUR", 1000000),
                {},
                Draw(seed),
            ),
        ]

    def rows(self, direct: int, bill: MonthBills) -> None:
        """Append the month's rows of every pool; ``direct`` is the usual direct micro-dollars of a day."""
        for stream, pool in self._streams:
            base = bill.ai.micro.get(pool.of, 0) // bill.delivered if pool.of else direct
            usual = base * pool.share // 1000
            first = max(bill.start, self._cluster) if pool.since else bill.start
            end = min(bill.full, self._cluster) if pool.until else bill.full
            daily = [(day, usual) for day in bill.days(stream.service.source, first, end)]
            stream.days(bill.prefixes, daily, bill.lines[stream.service.source])
        self._commitment(direct, bill)
        self._month_end(direct * len(bill.prefixes), bill)

    def _commitment(self, direct: int, bill: MonthBills) -> None:
        """A prepaid month of compute, bought on the first day; the cluster uses nearly all of it."""
        out, days = bill.lines["aws"], bill.days("aws", bill.start, bill.full)
        cluster = self._streams[_COMMITTED][0]
        used, unused = direct * _COMMITTED_SHARE // 1000, direct * _UNUSED_SHARE // 1000
        bought = (used + unused) * len(bill.prefixes)
        out.append(self._payer.row(bill.prefixes[bill.start], 0, self._payer.tail("Purchase"), bought))
        for day in days:
            out.append(cluster.row(bill.prefixes[day], used, cluster.tail("Usage", "Used"), 0))
            out.append(self._payer.row(bill.prefixes[day], unused, self._payer.tail("Usage", "Unused"), 0))

    def _month_end(self, direct: int, bill: MonthBills) -> None:
        """Credits on the last day but one, tax on the last: once the month is over."""
        last = bill.full - 1
        if last in bill.days("aws", bill.start, bill.full):
            micro = -direct * _CREDIT_SHARE // 1000
            bill.lines["aws"].append(
                self._credit.row(bill.prefixes[last], micro, self._credit.tail("Credit"))
            )
        for stream in self._taxes:
            if last in bill.days(stream.service.source, bill.start, bill.full):
                micro = direct * _TAX_SHARE // 1000
                bill.lines[stream.service.source].append(
                    stream.row(bill.prefixes[last], micro, stream.tail("Tax"))
                )
