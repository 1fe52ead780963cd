"""Tables of usage evidence: daily aggregates by key, replaced scope by scope."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

EVIDENCE: tuple[str, ...] = (
    # a scope is what is replaced as a whole; reading: id of the rules of reading that resolved it
    "CREATE TABLE evidence_scope(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, feed TEXT NOT NULL, reading TEXT NOT NULL,"
    " delivery INTEGER) STRICT",
    "CREATE TABLE evidence_key(id INTEGER PRIMARY KEY, feed TEXT NOT NULL, service TEXT NOT NULL, account TEXT NOT NULL,"
    " provider TEXT NOT NULL, model TEXT NOT NULL, customer_kind TEXT NOT NULL, customer TEXT NOT NULL, feature_kind TEXT NOT NULL,"
    " feature TEXT NOT NULL, numerator INTEGER NOT NULL, denominator INTEGER NOT NULL CHECK(denominator > 0), currency TEXT NOT NULL,"
    " price TEXT NOT NULL, cost_basis TEXT NOT NULL, UNIQUE(feed, service, account, provider, model, customer_kind, customer,"
    " feature_kind, feature, numerator, denominator, currency, price, cost_basis)) STRICT",
    # measures before the adjusted count numerator / denominator of the key; times in nanoseconds, costs at store scale
    "CREATE TABLE evidence_daily(scope INTEGER NOT NULL REFERENCES evidence_scope(id), day INTEGER NOT NULL,"
    " key INTEGER NOT NULL REFERENCES evidence_key(id), calls INTEGER NOT NULL, failed_calls INTEGER NOT NULL, requests INTEGER NOT NULL,"
    " duration INTEGER NOT NULL, self_time INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL,"
    " cache_write_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, cost_input INTEGER NOT NULL,"
    " cost_cache_read INTEGER NOT NULL, cost_cache_write INTEGER NOT NULL, cost_output INTEGER NOT NULL, cost_whole INTEGER NOT NULL,"
    " PRIMARY KEY(scope, day, key)) STRICT, WITHOUT ROWID",
    "CREATE INDEX evidence_daily_day ON evidence_daily(day)",
)
