"""What the demo's bills are made of: services by provider, and which of them a customer uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from turbofinops_tui.actions.demo.business import Company, Draw

AI = "AI and Machine Learning"


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one provider's bill; ``price`` is micro-dollars per unit (quantities are derived)."""

    source: str
    provider: str
    account: str
    name: str
    category: str
    unit: str
    price: int
    feature: str = ""
    sku: str = ""
    tag: str = "customer"
    model: str = ""
    """of AI services that the application meters: their bill names no customer"""


def _aws(name: str, category: str, unit: str, price: int, feature: str) -> Service:
    return Service("aws", "AWS", "210000000011", name, category, unit, price, feature)


def _gcp(name: str, category: str, unit: str, price: int, feature: str) -> Service:
    return Service("gcp", "Google Cloud", "prod-apps", name, category, unit, price, feature, tag="tenant")


def _azure(name: str, category: str, unit: str, price: int, feature: str) -> Service:
    account = "7d3f0a52-6c1e-4b7e-9c55-1f6f0c2d9a10"
    return Service("azure", "Microsoft", account, name, category, unit, price, feature, tag="Customer")


def _openai(name: str, feature: str, model: str) -> Service:
    return Service("openai", "OpenAI", "proj_prod", name, AI, "", 0, feature, model=model)


SERVICES: Mapping[str, Service] = {
    "ec2": _aws("Amazon Elastic Compute Cloud", "Compute", "Hours", 96000, "core"),
    "rds": _aws("Amazon Relational Database Service", "Databases", "Hours", 170000, "core"),
    "s3": _aws("Amazon Simple Storage Service", "Storage", "GB-Months", 23000, "core"),
    "opensearch": _aws("Amazon OpenSearch Service", "Analytics", "Hours", 240000, "search"),
    "bedrock": _aws("Amazon Bedrock", AI, "1K Tokens", 3000, "copilot"),
    "gce": _gcp("Compute Engine", "Compute", "Hours", 89000, "core"),
    "bigquery": _gcp("BigQuery", "Analytics", "TiB", 6250000, "search"),
    "gcs": _gcp("Cloud Storage", "Storage", "GB-Months", 20000, "core"),
    "vertex": _gcp("Vertex AI", AI, "1K Tokens", 2500, "copilot"),
    "vm": _azure("Virtual Machines", "Compute", "Hours", 104000, "core"),
    "sql": _azure("Azure SQL Database", "Databases", "Hours", 210000, "core"),
    "gpt_copilot": _openai("Chat Completions", "copilot", "ft:gpt-4.1-mini:demo"),
    "gpt_autopilot": _openai("Responses", "autopilot", "gpt-4.1"),
    "embeddings": _openai("Embeddings", "search", "text-embedding-3-large"),
    "claude": Service(
        "anthropic", "Anthropic", "wrkspc_prod", "Messages", AI, "", 0, "autopilot", model="claude-sonnet-4-5"
    ),
    "logs": Service(
        "datadog", "Datadog", "acme-prod", "Log Management", "Management and Governance", "GB", 100000
    ),
}

_CLOUDS = {
    "aws": ("ec2", "rds", "s3", "opensearch"),
    "gcp": ("gce", "bigquery", "gcs"),
    "azure": ("vm", "sql"),
}
_OWN_AI = {"aws": "bedrock", "gcp": "vertex"}
_BREADTH = {"free": 1, "starter": 1, "team": 1, "growth": 1, "scale": 2, "enterprise": 2}


def services_of(company: Company, seed: int) -> list[tuple[str, int]]:
    """The services a company uses with their share of its direct cost, per mille (they add up to 1000)."""
    draw = Draw(seed, "services", company.number)
    cloud = draw.pick(("azure", "azure", "aws") if company.region in ("eu", "uk") else ("aws", "aws", "gcp"))
    used = list(_CLOUDS[cloud][: _BREADTH[company.plan]])
    if company.kind in ("ai_heavy", "turned"):
        ai = ["gpt_autopilot"] + (["claude"] if company.plan == "scale" or draw.chance(300) else [])
    elif company.plan in ("free", "starter"):
        ai = ["gpt_copilot"] if draw.chance(400) else []
    elif company.addon_cents:
        ai = ["claude"]
    else:
        ai = [draw.pick(("gpt_copilot", _OWN_AI.get(cloud, "gpt_copilot")))] if draw.chance(750) else []
    extra = ["embeddings"] if company.plan in ("scale", "enterprise") else []
    extra += ["logs"] if company.plan == "enterprise" else []
    return _shares(draw, used, ai, extra)


def _shares(draw: Draw, cloud: list[str], ai: list[str], extra: list[str]) -> list[tuple[str, int]]:
    weights = [(name, draw.between(25, 45)) for name in cloud]
    weights += [(name, draw.between(18, 28)) for name in ai]
    weights += [(name, draw.between(5, 10)) for name in extra]
    total = sum(weight for _, weight in weights)
    shares = [(name, weight * 1000 // total) for name, weight in weights]
    first, share = shares[0]
    return [(first, share + 1000 - sum(s for _, s in shares)), *shares[1:]]
