"""Names of AI providers and models across bills, meters and traces: one home for what means the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import CostDimension

AI_CATEGORY = "AI and Machine Learning"
AI_PROVIDERS = ("openai", "anthropic", "openrouter")
"""sources of an AI kind: all their cost is AI cost"""
LONGEST_VENDOR = 100
"""characters of a service that may be a vendor's name"""
_PROVIDERS = {
    "aws.bedrock": "aws", "bedrock": "aws", "bedrock_converse": "aws",
    "gcp.vertex_ai": "gcp", "vertex_ai": "gcp",
    "gcp.gemini": "gcp", "gcp.gen_ai": "gcp", "gemini": "gcp", "google": "gcp", "azure.ai.openai": "azure",
    "azure.ai.inference": "azure", "az.ai.openai": "azure", "az.ai.inference": "azure", "azure_ai": "azure",
}  # fmt: skip
_DATED = re.compile(r"([-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4})|[-@:]latest|-v\d+(:\d+)?|:\d+)$", re.ASCII)
_LEGAL = re.compile(r"[,.]?\s*(\b(inc|llc|pbc|ltd|gmbh|corp|corporation)\.?)?$")
_REGION = re.compile(r"^(us|eu|apac|global|us-gov|jp|au|ca|sa)\.", re.ASCII)


def provider_name(named: str) -> str:
    """The provider as cost knows it: ``aws`` for ``aws.bedrock``; others folded."""
    word = fold(named)
    return _PROVIDERS.get(word, word)


@lru_cache(maxsize=10_000)
def vendor(service: str, provider: str = "") -> str:
    """The vendor that a marketplace's row is about: ``anthropic`` of the service ``Anthropic, Inc.``.

    With ``provider`` (the row's own) only a service that is an AI vendor's name says another one.
    """
    name = _LEGAL.sub("", fold(service)).strip() if len(service) <= LONGEST_VENDOR else ""
    if not provider:
        return name
    return name if name in AI_PROVIDERS else provider


def model_family(model: str) -> str:
    """What stays of a model's name without vendor, region, date and version: ``gpt-4o`` of
    ``openai/gpt-4o-2024-08-06``, ``claude-sonnet-4`` of ``us.anthropic.claude-sonnet-4-20250514-v1:0``."""
    name = fold(model).rpartition("/")[2]
    name = _REGION.sub("", name)
    vendor, dot, rest = name.partition(".")
    if dot and rest and vendor.isalpha():
        name = rest
    while (shorter := _DATED.sub("", name)) and shorter != name:
        name = shorter
    return name


def is_ai_cost(dimension: CostDimension, services: Iterable[str]) -> bool:
    """AI cost: its category, sources of an AI kind, and ``services`` (the setting ``ai_services``)."""
    if dimension.provider in AI_PROVIDERS or fold(dimension.category) == fold(AI_CATEGORY):
        return True
    return fold(dimension.service) in {fold(name) for name in services}


def is_ai_bill(dimension: CostDimension, services: Iterable[str]) -> bool:
    """A bill that AI evidence is about: AI cost, and what a marketplace bills for an AI vendor."""
    return vendor(dimension.service, dimension.provider) != dimension.provider or is_ai_cost(
        dimension, services
    )
