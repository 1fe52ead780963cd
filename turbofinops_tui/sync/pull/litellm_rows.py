"""What a LiteLLM proxy says, as cost rows: logged calls, daily aggregates, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from turbofinops_tui.economics.token_units import token_quantity, token_unit
from turbofinops_tui.sync.pull import json_values as read
from turbofinops_tui.sync.pull.delivery_csv import CostRow
from turbofinops_tui.sync.pull.json_api import Json
from turbofinops_tui.sync.pull.monthly import AI

SERVICE = "LiteLLM"
_KNOWN = {"openai", "anthropic", "openrouter", "azure", "bedrock", "vertex_ai", "gemini"}
_CLOUDS = {"bedrock": "aws", "vertex_ai": "gcp", "gemini": "gcp"}


@dataclass(frozen=True, slots=True)
class Spent:
    """One logged call."""

    spend: Decimal
    provider: str
    model: str
    customer: str
    team: str
    tokens: Mapping[str, int]
    """by class, disjoint"""


def is_summary(row: Json) -> bool:
    """True for a row that sums up many calls: some versions give these for a range of days."""
    return isinstance(row.get("users"), dict)


def log_day(row: Json, where: str) -> int:
    """The UTC day of a call by its start."""
    return read.day(row.get("startTime", row.get("start_time")), f"{where} startTime")


def whole_of(aggregate: Json, where: str) -> Decimal:
    """The spend of a day of the daily activity."""
    metrics = read.optional(aggregate.get("metrics"), f"{where} metrics")
    return read.amount(metrics.get("spend", 0), f"{where} metrics.spend")


def spent_of_log(row: Json, where: str) -> Spent:
    """One row of the spend logs."""
    model = read.text(row.get("model")) or read.text(row.get("model_group"))
    return Spent(
        spend=read.amount(row.get("spend"), f"{where} spend"),
        provider=provider_of(read.text(row.get("custom_llm_provider")), model),
        model=model,
        customer=read.text(row.get("end_user")),
        team=read.text(row.get("team_id")),
        tokens=_classes(row, where),
    )


def provider_of(named: str, model: str) -> str:
    """The provider as cost knows it: ``openai``, ``aws`` for Bedrock; ``litellm`` when nothing tells."""
    word = named or (model.partition("/")[0] if model.partition("/")[0] in _KNOWN else "")
    return _CLOUDS.get(word, word) or "litellm"


def _classes(row: Json, where: str) -> dict[str, int]:
    """Disjoint classes; cached tokens are part of the prompt, told in the call's usage object if at all."""
    prompt = read.count(row.get("prompt_tokens"), f"{where} prompt_tokens")
    metadata = row.get("metadata")
    usage = metadata.get("usage_object") if isinstance(metadata, dict) else None
    cached = written = 0
    if isinstance(usage, dict):
        details = read.optional(usage.get("prompt_tokens_details"), f"{where} prompt_tokens_details")
        cached = read.count(
            usage.get("cache_read_input_tokens", details.get("cached_tokens")), f"{where} cached"
        )
        written = read.count(usage.get("cache_creation_input_tokens"), f"{where} cache_creation_input_tokens")
    return _disjoint(
        prompt, cached, written, read.count(row.get("completion_tokens"), f"{where} completion_tokens")
    )


def _disjoint(prompt: int, cached: int, written: int, output: int) -> dict[str, int]:
    # a proxy that counts apart what it read from the cache gives less prompt than cached tokens
    plain = prompt - cached - written if prompt >= cached + written else prompt
    return {"input": plain, "cache_read": cached, "cache_write": written, "output": output}


def cost_rows(day: int, spent: Spent) -> Iterator[CostRow]:
    """The spend of one call, and its tokens as rows of cost 0."""
    tags = {"team_id": spent.team} if spent.team else {}
    customer = f"meter:{spent.customer}" if spent.customer else ""
    yield from _rows(day, spent.spend, spent.tokens, spent.provider, spent.model, tags, customer)


def aggregate_rows(day: int, aggregate: Json, where: str) -> Iterator[CostRow]:
    """A day of the daily activity by model, and what no model accounts for."""
    breakdown = read.optional(aggregate.get("breakdown"), f"{where} breakdown")
    models = read.optional(breakdown.get("models"), f"{where} breakdown.models")
    providers = list(read.optional(breakdown.get("providers"), f"{where} breakdown.providers"))
    named = providers[0] if len(providers) == 1 else ""
    left = whole_of(aggregate, where)
    for model, entry in sorted(models.items()):
        told = read.optional(entry, f"{where} {model}")
        told = read.optional(told.get("metrics", told), f"{where} {model} metrics")
        spend = read.amount(told.get("spend", 0), f"{where} {model} spend")
        left -= spend
        tokens = _disjoint(
            read.count(told.get("prompt_tokens"), f"{where} {model} prompt_tokens"),
            read.count(told.get("cache_read_input_tokens"), f"{where} {model} cache_read_input_tokens"),
            read.count(
                told.get("cache_creation_input_tokens"), f"{where} {model} cache_creation_input_tokens"
            ),
            read.count(told.get("completion_tokens"), f"{where} {model} completion_tokens"),
        )
        yield from _rows(day, spend, tokens, provider_of(named, model), model, {}, "")
    if left:
        yield rest_row(day, left)


def rest_row(day: int, left: Decimal) -> CostRow:
    """Spend of a day that nothing tells more about."""
    return next(_rows(day, left, {}, "litellm", "", {}, ""))


def _rows(
    day: int, spend: Decimal, tokens: Mapping[str, int], provider: str, model: str,
    tags: Mapping[str, str], customer: str,
) -> Iterator[CostRow]:  # fmt: skip
    figures = [(spend, "", None)] + [
        (Decimal(0), token_unit(name), token_quantity(number)) for name, number in tokens.items() if number
    ]
    for cost, unit, quantity in figures:
        yield CostRow(
            day=day,
            billed=cost,
            effective=cost,
            currency="USD",
            service=SERVICE,
            provider=provider,
            category=AI,
            unit=unit,
            quantity=quantity,
            tags=tags,
            model=model,
            basis="priced",
            customer=customer,
        )
