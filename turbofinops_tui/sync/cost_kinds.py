"""Settings and secrets of the cost kinds; one is offered once ``runner.MODULES`` has its module."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from turbofinops_tui.sync.kind_words import (
    Field,
    Kind,
    address,
    base_url,
    line,
    one_of,
    server,
    word,
    words,
    yes_no,
)

_COMMON: Mapping[str, Callable[[str], str]] = {"base_url": base_url, "env": yes_no, "source": word}

COST_KINDS: dict[str, Kind] = {
    "aws": Kind(
        "cost from AWS: Data Exports in S3, or Cost Explorer",
        (
            Field("access_key_id", "", required=False),
            Field("secret_access_key", "", required=False),
            Field("session_token", "", required=False),
        ),  # else boto3's own chain: environment, profile, SSO, roles
        {
            "mode": one_of("export", "cost-explorer"),
            "bucket": word,
            "prefix": word,
            "export": word,
            "region": word,
            "profile": word,
            "tag_key": word,
            "metric": one_of("amortized", "net"),
            "endpoint_url": base_url,
            "env": yes_no,
            "source": word,
        },
    ),
    "gcp": Kind(
        "cost from Google Cloud: the billing export in BigQuery",
        (
            Field("service_account", "Service account key (JSON on one line)", required=False),
            Field("access_token", "Access token", ("GOOGLE_OAUTH_ACCESS_TOKEN",), required=False),
        ),  # else application-default credentials
        {
            "billing_account": word,
            "project": word,
            "table": word,
            "api_endpoint": base_url,
            "env": yes_no,
            "source": word,
        },
    ),
    "azure": Kind(
        "cost from Azure: exports in Blob storage",
        (
            Field("sas", "Shared access signature (read, list)", ("AZURE_STORAGE_SAS_TOKEN",), False),
            Field("account_key", "Storage account key", ("AZURE_STORAGE_KEY",), False),
            Field("client_secret", "Client secret of an application", ("AZURE_CLIENT_SECRET",), False),
        ),
        {
            "container_url": base_url,
            "prefix": word,
            "auth": one_of("sas", "account-key", "client-secret", "cli"),
            "tenant": word,
            "client": word,
            **_COMMON,
        },
    ),
    "datadog": Kind(
        "cost from Datadog",
        (
            Field("api_key", "API key", ("DD_API_KEY",)),
            Field("app_key", "Application key", ("DD_APP_KEY",)),
        ),
        {
            "site": word,
            "tag_keys": words,
            "spans_customer": word,
            "spans_feature": word,
            "spans_query": line,
            **_COMMON,
        },
    ),
    "openai": Kind(
        "cost and usage of an OpenAI organisation",
        (Field("api_key", "Admin key (sk-admin-...)", ("OPENAI_ADMIN_KEY",)),),
        dict(_COMMON),
    ),
    "anthropic": Kind(
        "cost and usage of an Anthropic organisation",
        (Field("api_key", "Admin key (sk-ant-admin...)", ("ANTHROPIC_ADMIN_KEY",)),),
        dict(_COMMON),
    ),
    "openrouter": Kind(
        "activity of an OpenRouter account",
        (Field("api_key", "Provisioning key", ("OPENROUTER_API_KEY",)),),
        dict(_COMMON),
    ),
    "litellm": Kind(
        "spend of a LiteLLM proxy",
        (Field("api_key", "Proxy admin key", ("LITELLM_MASTER_KEY",)),),
        dict(_COMMON),
    ),
    "focus": Kind(
        "FOCUS files on this machine, or a cost table on an engine",
        (
            Field(
                "password",
                "Password or token of the engine, where it wants one",
                required=False,
                when="engine",
            ),
        ),
        {
            "path": address,
            "engine": one_of("duckdb", "spark", "athena", "bigquery", "snowflake", "clickhouse", "trino"),
            "table": word,
            "database": word,
            "format": one_of("parquet", "csv"),
            "url": server,
            **dict.fromkeys(
                (
                    "master",
                    "host",
                    "port",
                    "user",
                    "account",
                    "project",
                    "location",
                    "region",
                    "staging",
                    "workgroup",
                    "profile",
                    "warehouse",
                    "role",
                ),
                word,
            ),
            "source": word,
        },
    ),
}
"""kind -> what it is"""
