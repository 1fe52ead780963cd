"""Cost of a Datadog account: by tag each month, on days by hourly usage (facts: ai_datadog_otel.md 1).

A month comes from the cost attribution by tag once it is there (by the 19th of the next month), before that
from the historical or estimated cost by organisation, for the running month from the estimate or, failing
that, the elapsed part of the projection. All of it is ``estimated`` until the 19th; then it is billed, and
days of that month are final. Which day a dollar belongs to is an apportionment at any time.
"""

from __future__ import annotations

import threading
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import to_decimal, to_units
from turbofinops_tui.economics.periods import (
    day_text,
    month_days,
    month_of_day,
    month_start,
    month_text,
    parse_day,
)
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.http import ATTEMPTS, FEW
from turbofinops_tui.sync.pull import datadog_spans as spans
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.datadog_api import DatadogApi
from turbofinops_tui.sync.pull.datadog_cost import (
    Attribution,
    MonthCost,
    attribution,
    configured_keys,
    organisation_costs,
)
from turbofinops_tui.sync.pull.datadog_days import Usage, rows, unspread, usage_of
from turbofinops_tui.sync.pull.json_api import Json, Params, Refused
from turbofinops_tui.sync.pull.monthly import Month, MonthlySource
from turbofinops_tui.sync.runner import Ask, Cursors, Denied, Fetched, Item, Plan, Probe, Secrets, Tick

if TYPE_CHECKING:
    from pathlib import Path

    from turbofinops_tui.clock import Clock
    from turbofinops_tui.store.connections import Connection

BY_TAG = "/api/v2/cost_by_tag/monthly_cost_attribution"
DIMENSIONS = "/api/v2/cost_by_tag/active_billing_dimensions"
HISTORICAL = "/api/v2/usage/historical_cost"
ESTIMATED = "/api/v2/usage/estimated_cost"
PROJECTED = "/api/v2/usage/projected_cost"
HOURLY = "/api/v1/usage/hourly-attribution"
WHO = "/api/v2/current_user"
FINAL_DAY = 19
"""of the next month: cost attribution of a month is complete by then"""
MOST_KEYS = 3
"""tag keys that Datadog breaks down by"""
USAGE_TYPES = {
    "apm_trace_search": "indexed_spans", "cspm_container": "cspm_containers", "cspm_host": "cspm_hosts",
    "cws_host": "cws_hosts", "dbm_host": "dbm_hosts", "dbm_normalized_queries": "dbm_queries",
    "fargate_container": "fargate", "infra_container": "container", "ingested_spans": "ingested_spans_bytes",
    "infra_container_excl_agent": "container_excl_agent", "lambda_function": "functions",
    "logs_ingested": "ingested_logs_bytes", "network_device": "snmp",
    "observability_pipeline": "obs_pipeline_bytes",
    "prof_container": "profiled_container", "prof_host": "profiled_host", "rum": "browser",
    "sensitive_data_scanner": "sds_scanned_bytes", "serverless_invocation": "invocations",
    "siem": "cloud_siem", "timeseries": "custom_timeseries", "workflow_execution": "workflow_executions",
}  # fmt: skip
"""billing dimension -> usage type, where it is not the same word"""


class Datadog(MonthlySource):
    """One parent organisation with its children."""

    def __init__(self, connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> None:
        super().__init__(connection, secrets, clock, stop)
        self._api: DatadogApi | None = None
        keys = [key for key in connection.settings.get("tag_keys", "").split(",") if key]
        self.tag_keys, self._more_keys = keys[:MOST_KEYS], keys[MOST_KEYS:]
        self._facets = tuple(connection.settings.get(f"spans_{name}", "") for name in ("customer", "feature"))
        self._query = connection.settings.get("spans_query") or spans.QUERY

    def identity(self) -> str:
        """The organisation of the keys; empty when they may not ask."""
        return who(self._connect())

    def test(self) -> Probe:
        """Both keys, then what each permission opens; NotParent for keys of a child organisation."""
        found = self.secrets("api_key")
        api = self._connect(FEW)
        missing = []
        month = month_text(month_of_day(self.today) - 1)
        hours: Params = (
            ("start_hr", f"{day_text(self.today - 4)}T00"),
            ("end_hr", f"{day_text(self.today - 4)}T01"),
        )
        for path, params, needed in (
            (DIMENSIONS, (), "billing_read"),
            (BY_TAG, (("start_month", month), ("end_month", month), ("fields", "*")), "billing_read"),
            (HOURLY, (*hours, ("usage_type", "infra_host_usage")), "usage_read"),
        ):
            try:
                api.get(path, params, needed)
            except Denied:
                line = f"{needed}: {_READS[needed]}"
                missing += [line] if line not in missing else []
            except Refused as error:
                if path != HOURLY:
                    raise error
        if self._facets[0]:
            try:
                self._ask_spans(api, self.today - 1)
            except Denied:
                missing.append(f"{spans.PERMISSION}: {_READS[spans.PERMISSION]}")
        return Probe(who(api), found.origin, found.secret.hint(), tuple(missing), tuple(self._key_notes()))

    def plan(self, ask: Ask, cursors: Cursors) -> Plan:
        """Months of cost, then days of spans where the setting ``spans_customer`` names their customer."""
        found = super().plan(ask, cursors)
        if not self._facets[0]:
            return found
        days = spans.items(self.connection.name, self.today, ask, cursors)
        note = f"spans of {len(days)} days: as many of Datadog's 300 requests an hour, retained spans alone"
        return Plan((*found.items, *days), (*found.notes, note) if days else found.notes)

    def fetch(self, item: Item, folder: Path, tick: Tick) -> Fetched | None:
        """A month of cost, or a day of spans."""
        if item.export != spans.EXPORT:
            return super().fetch(item, folder, tick)
        try:
            answer = self._ask_spans(self._connect(), parse_day(item.key.partition("/")[2]))
        except Denied as error:
            raise DataError(error.message, error.hint) from None
        facets = (self._facets[0], self._facets[1])
        return spans.fetched(item, self.connection.source, self.today, facets, answer, self.cursors)

    def _ask_spans(self, api: DatadogApi, day: int) -> Json:
        body = spans.body_of(day, self._facets[0], self._facets[1], self._query)
        return api.post(spans.PATH, body, spans.PERMISSION)

    def month(self, month: int, start: int, end: int, tick: Tick) -> Month:
        """Costs of the month, then the usage of each dimension that cost anything."""
        api, notes = self._connect(), self._key_notes()
        whole = month_start(month + 1)
        final = self.today >= whole + FINAL_DAY - 1
        costs = [item for item in self._costs(api, month, notes) if item.cost]
        # the running day has hardly any usage yet: money to date belongs to the days before it
        days = range(start, end if end == whole and self.today >= whole else max(self.today, start + 1))
        usage: dict[str, Usage] = {}
        wanted = sorted({item.dimension for item in costs})
        for place, dimension in enumerate(wanted):
            usage[dimension] = self._usage(api, dimension, days, notes)
            tick("usage", place + 1, len(wanted))
        if blind := unspread(costs, usage):
            notes.append(f"no usage by hour for {', '.join(blind)}: spread evenly over the days")
        basis = "billed" if final else "estimated"
        return Month(list(rows(costs, usage, days, basis)), notes, final_until=whole if final else start)

    def _costs(self, api: DatadogApi, month: int, notes: list[str]) -> list[MonthCost]:
        name, running = month_text(month), month_of_day(self.today)
        span: Params = (("start_month", name), ("end_month", name))
        if month < running:
            found = self._attributed(api, span, name)
            if found.unconfigured and self.tag_keys:
                keys = ", ".join(configured_keys(found.unconfigured)) or "none"
                notes.append(
                    f"the tag keys {', '.join(self.tag_keys)} are not set up for Datadog's usage attribution"
                    f" (it has {keys}): cost stays without tags"
                )
            if found.costs:
                return found.costs
            if costs := self._by_organisation(api, HISTORICAL, (*span, ("view", "sub-org")), name):
                return costs
        costs = []
        if month >= running - 1:
            costs = self._by_organisation(api, ESTIMATED, (*span, ("view", "sub-org")), name)
        return costs or (self._elapsed(api, month) if month == running else [])

    def _attributed(self, api: DatadogApi, span: Params, name: str) -> Attribution:
        keys = [("tag_breakdown_keys", ",".join(self.tag_keys))] if self.tag_keys else []
        pages = api.pages(BY_TAG, [*span, ("fields", "*"), *keys], "billing_read")
        return attribution(_of_month(pages, "month", name), f"Datadog {BY_TAG} {name}")

    def _by_organisation(self, api: DatadogApi, path: str, params: Params, name: str) -> list[MonthCost]:
        try:
            pages = api.pages(path, params, "billing_read")
        except Refused:
            return []  # months that this list does not reach
        return organisation_costs(_of_month(pages, "date", name), f"Datadog {path} {name}")

    def _elapsed(self, api: DatadogApi, month: int) -> list[MonthCost]:
        """The projection of the running month, as much of it as days have passed."""
        name = month_text(month)
        passed = max(self.today - month_start(month), 1)
        costs = self._by_organisation(api, PROJECTED, (("view", "sub-org"),), name)
        return [
            MonthCost(item.org, item.dimension, item.tags, _part(item.cost, passed, month_days(month)))
            for item in costs
        ]

    def _usage(self, api: DatadogApi, dimension: str, days: range, notes: list[str]) -> Usage:
        keys = [("tag_breakdown_keys", ",".join(self.tag_keys))] if self.tag_keys else []
        params: Params = [
            ("start_hr", f"{day_text(days.start)}T00"), ("end_hr", f"{day_text(days.stop)}T00"),
            ("usage_type", f"{USAGE_TYPES.get(dimension, dimension)}_usage"), *keys,
        ]  # fmt: skip
        try:
            pages = api.pages(HOURLY, params, "usage_read")
        except Denied as error:
            notes.append(f"no usage by hour: the keys lack {error.permission}")
            return {}
        except Refused:
            return {}  # a dimension without hourly usage
        return usage_of(pages, days.start, days.stop, f"Datadog {HOURLY} {dimension}")

    def _key_notes(self) -> list[str]:
        if not self._more_keys:
            return []
        return [f"Datadog breaks down by {MOST_KEYS} tag keys: {', '.join(self._more_keys)} left out"]

    def _connect(self, attempts: int = ATTEMPTS) -> DatadogApi:
        if self._api is None or attempts != ATTEMPTS:
            keys = (self.secrets("api_key").secret.reveal(), self.secrets("app_key").secret.reveal())
            self._api = DatadogApi(self.connection, keys, self.stop, attempts)
        return self._api


_READS = {
    "billing_read": "cost by month and tag",
    "usage_read": "usage by hour, which spreads cost over days",
    "apm_read": "indexed spans as usage evidence",
}


def open_source(connection: Connection, secrets: Secrets, clock: Clock, stop: threading.Event) -> Datadog:
    """The source of one connection."""
    return Datadog(connection, secrets, clock, stop)


def who(api: DatadogApi) -> str:
    """Id of the organisation that the keys belong to; empty when Datadog does not tell."""
    try:
        data = read.optional(api.get(WHO).get("data"), WHO)
    except (Denied, Refused):
        return ""
    related = read.optional(data.get("relationships"), WHO)
    organisation = read.optional(read.optional(related.get("org"), WHO).get("data"), WHO)
    return read.text(organisation.get("id"))


def _part(cost: Decimal, passed: int, of: int) -> Decimal:
    return to_decimal(to_units(Fraction(cost) * passed / of, "USD"), "USD")


def _of_month(pages: list[Json], name: str, month: str) -> list[Json]:
    """The pages with the rows of one month alone; rows that name no month stay."""
    found = []
    for page in pages:
        data = read.rows(page.get("data") or [], "Datadog data")
        found.append({**page, "data": [row for row in data if _named(row, name)[:7] in ("", month)]})
    return found


def _named(row: Json, name: str) -> str:
    return read.text(read.optional(row.get("attributes"), "Datadog attributes").get(name))
