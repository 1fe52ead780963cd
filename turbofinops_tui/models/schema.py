"""The first schema as plain SQL; migration 1 runs it. Measured choices: STRICT for safety,
WITHOUT ROWID where keyed (half the file), (batch, day, dimension) order so that a batch is one range.

Days are days since 1970-01-01, months year * 12 + month - 1, money is int64 at the currency's store
scale, times are ISO text in UTC. Batches and deliveries with state ``staged`` are invisible to reads.
"""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

APPLICATION_ID = 0x54464F31  # "TFO1"

INITIAL: tuple[str, ...] = (
    # --- settings, currencies, rates ------------------------------------------------------
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE currency(code TEXT PRIMARY KEY, exponent INTEGER NOT NULL, scale INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE fx_rate(base TEXT NOT NULL, currency TEXT NOT NULL, day INTEGER NOT NULL, rate TEXT NOT NULL,"
    " delivery INTEGER, PRIMARY KEY(base, currency, day)) STRICT, WITHOUT ROWID",
    # --- customers ------------------------------------------------------------------------
    "CREATE TABLE customer(id INTEGER PRIMARY KEY, ref TEXT NOT NULL, ref_key TEXT NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',"
    " plan TEXT NOT NULL DEFAULT '', signup_day INTEGER, confirmed INTEGER NOT NULL DEFAULT 0, origin TEXT NOT NULL DEFAULT '',"
    " forgotten INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL) STRICT",
    "CREATE TABLE customer_attribute(customer INTEGER NOT NULL REFERENCES customer(id), key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(customer, key)) STRICT, WITHOUT ROWID",
    # fields that a person's file gave (name, plan, signup_day, attribute keys): a source never overwrites them
    "CREATE TABLE customer_given(customer INTEGER NOT NULL REFERENCES customer(id), field TEXT NOT NULL,"
    " PRIMARY KEY(customer, field)) STRICT, WITHOUT ROWID",
    # kind: stripe, trace, meter or tag:KEY; value_key is NFC, trimmed, casefolded
    "CREATE TABLE customer_identity(kind TEXT NOT NULL, value_key TEXT NOT NULL, value TEXT NOT NULL,"
    " customer INTEGER NOT NULL REFERENCES customer(id), origin TEXT NOT NULL DEFAULT 'rule',"
    " PRIMARY KEY(kind, value_key)) STRICT, WITHOUT ROWID",
    # --- rules ----------------------------------------------------------------------------
    "CREATE TABLE class_rule(id TEXT PRIMARY KEY, position INTEGER NOT NULL, match TEXT NOT NULL, class TEXT NOT NULL,"
    " name TEXT NOT NULL DEFAULT '', valid_from INTEGER, valid_to INTEGER, enabled INTEGER NOT NULL DEFAULT 1) STRICT",
    "CREATE TABLE cost_attribution_link(id TEXT PRIMARY KEY, position INTEGER NOT NULL, kind TEXT NOT NULL, match TEXT NOT NULL,"
    " customer TEXT NOT NULL DEFAULT '', feature TEXT NOT NULL DEFAULT '', percent TEXT NOT NULL DEFAULT '100', valid_from INTEGER,"
    " valid_to INTEGER, enabled INTEGER NOT NULL DEFAULT 1, evidence TEXT NOT NULL DEFAULT '[]', weight TEXT NOT NULL DEFAULT 'self_time',"
    " rest TEXT NOT NULL DEFAULT 'keep') STRICT",
    "CREATE TABLE shared_rule(id TEXT PRIMARY KEY, position INTEGER NOT NULL, match TEXT NOT NULL, method TEXT NOT NULL,"
    " split TEXT NOT NULL DEFAULT '[]', within TEXT NOT NULL DEFAULT '[]', valid_from INTEGER, valid_to INTEGER,"
    " enabled INTEGER NOT NULL DEFAULT 1) STRICT",
    "CREATE TABLE feature_rule(id TEXT PRIMARY KEY, position INTEGER NOT NULL, product TEXT NOT NULL UNIQUE,"
    " split TEXT NOT NULL DEFAULT '[]', usage INTEGER NOT NULL DEFAULT 0) STRICT",
    "CREATE TABLE route_rule(id TEXT PRIMARY KEY, position INTEGER NOT NULL, pattern TEXT NOT NULL UNIQUE, feature TEXT NOT NULL) STRICT",
    # --- deliveries and cost --------------------------------------------------------------
    # kind: focus costs revenue customers rates stripe-events stripe-objects
    # files: JSON list of {path, sha256, bytes, lines, kept}; options: JSON needed to read it again
    "CREATE TABLE delivery(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, source TEXT NOT NULL, export TEXT NOT NULL DEFAULT 'main',"
    " files TEXT NOT NULL, options TEXT NOT NULL DEFAULT '{}', lines INTEGER NOT NULL DEFAULT 0, received_at TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK(state IN ('staged','active','replaced','removed')), warnings TEXT NOT NULL DEFAULT '[]') STRICT",
    "CREATE INDEX delivery_source ON delivery(source, export, state)",
    "CREATE TABLE ingest_batch(id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL REFERENCES delivery(id), source TEXT NOT NULL,"
    " export TEXT NOT NULL, period TEXT NOT NULL, lines INTEGER NOT NULL, first_day INTEGER, last_day INTEGER, digest TEXT NOT NULL,"
    " engine TEXT NOT NULL, state TEXT NOT NULL CHECK(state IN ('staged','active','retired'))) STRICT",
    "CREATE UNIQUE INDEX ingest_batch_active ON ingest_batch(source, export, period) WHERE state = 'active'",
    # exact, stored and residual are decimal text in major units: exact - stored = residual
    "CREATE TABLE batch_total(batch INTEGER NOT NULL REFERENCES ingest_batch(id), currency TEXT NOT NULL, cost TEXT NOT NULL,"
    " exact TEXT NOT NULL, stored TEXT NOT NULL, residual TEXT NOT NULL, lines INTEGER NOT NULL,"
    " PRIMARY KEY(batch, currency, cost)) STRICT, WITHOUT ROWID",
    # a tag set is the canonical JSON of its kept pairs (folded keys, sorted); raw texts map to it
    "CREATE TABLE tag_set(id INTEGER PRIMARY KEY, json TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE tag_pair(key TEXT NOT NULL, value TEXT NOT NULL, tag_set INTEGER NOT NULL REFERENCES tag_set(id),"
    " PRIMARY KEY(key, value, tag_set)) STRICT, WITHOUT ROWID",
    # digest: SHA-256 hex over the canonical JSON list of all attributes, so that ids can be looked up null-safe
    "CREATE TABLE cost_dimension(id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, source TEXT NOT NULL, provider TEXT NOT NULL,"
    " account TEXT NOT NULL, service TEXT NOT NULL, category TEXT NOT NULL, charge_category TEXT NOT NULL, commitment TEXT NOT NULL,"
    " cost_basis TEXT NOT NULL, model TEXT NOT NULL, currency TEXT NOT NULL, unit TEXT NOT NULL, names_customer TEXT NOT NULL,"
    " tag_set INTEGER NOT NULL REFERENCES tag_set(id)) STRICT",
    # quantity is at 1e-9 of the unit, or 0 with an empty unit
    "CREATE TABLE cost_daily(batch INTEGER NOT NULL, day INTEGER NOT NULL, dimension INTEGER NOT NULL, effective INTEGER NOT NULL,"
    " billed INTEGER NOT NULL, quantity INTEGER NOT NULL, PRIMARY KEY(batch, day, dimension)) STRICT, WITHOUT ROWID",
    "CREATE TABLE cost_monthly(batch INTEGER NOT NULL, month INTEGER NOT NULL, dimension INTEGER NOT NULL, effective INTEGER NOT NULL,"
    " billed INTEGER NOT NULL, quantity INTEGER NOT NULL, PRIMARY KEY(batch, month, dimension)) STRICT, WITHOUT ROWID",
    # keys left out of the rollup by the cardinality guard, with the cost that carried them
    "CREATE TABLE left_out_tag(batch INTEGER NOT NULL REFERENCES ingest_batch(id), key TEXT NOT NULL, distinct_values INTEGER NOT NULL,"
    " currency TEXT NOT NULL, effective TEXT NOT NULL, PRIMARY KEY(batch, key, currency)) STRICT, WITHOUT ROWID",
    # --- revenue --------------------------------------------------------------------------
    "CREATE TABLE stripe_event(id TEXT PRIMARY KEY, account TEXT NOT NULL, livemode INTEGER NOT NULL, type TEXT NOT NULL,"
    " created INTEGER NOT NULL, api_version TEXT NOT NULL, object_id TEXT NOT NULL, body BLOB NOT NULL, delivery INTEGER,"
    " received_at TEXT NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # version: (created, status rank, completeness) of the snapshot kept; body: zlib JSON as received
    "CREATE TABLE stripe_object(source TEXT NOT NULL, account TEXT NOT NULL, livemode INTEGER NOT NULL, id TEXT NOT NULL,"
    " object TEXT NOT NULL, created INTEGER NOT NULL, version INTEGER NOT NULL, rank INTEGER NOT NULL, complete INTEGER NOT NULL,"
    " event TEXT NOT NULL, delivery INTEGER, body BLOB NOT NULL, PRIMARY KEY(source, account, livemode, id)) STRICT, WITHOUT ROWID",
    "CREATE INDEX stripe_object_kind ON stripe_object(source, object)",
    # who refers to whom, so that a changed object derives its dependants again
    "CREATE TABLE stripe_reference(source TEXT NOT NULL, account TEXT NOT NULL, livemode INTEGER NOT NULL, target TEXT NOT NULL,"
    " id TEXT NOT NULL, PRIMARY KEY(source, account, livemode, target, id)) STRICT, WITHOUT ROWID",
    # objects whose rows have yet to be derived; written with the object, removed with its rows. mark counts
    # the changes, so that a run that derived an earlier state does not take a later mark away
    "CREATE TABLE stripe_dirty(source TEXT NOT NULL, account TEXT NOT NULL, livemode INTEGER NOT NULL, id TEXT NOT NULL,"
    " mark INTEGER NOT NULL, PRIMARY KEY(source, account, livemode, id)) STRICT, WITHOUT ROWID",
    # imported revenue rows as received: (source, id) is the key, the same id replaces
    "CREATE TABLE revenue_received(source TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, position TEXT NOT NULL,"
    " delivery INTEGER NOT NULL, PRIMARY KEY(source, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE revenue_event(id INTEGER PRIMARY KEY, source TEXT NOT NULL, account TEXT NOT NULL DEFAULT '', livemode INTEGER NOT NULL DEFAULT 1,"
    " source_object TEXT NOT NULL, part TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL, basis TEXT NOT NULL, identity TEXT NOT NULL,"
    " currency TEXT NOT NULL, amount INTEGER NOT NULL, period_start INTEGER NOT NULL, period_end INTEGER NOT NULL,"
    " occurred_at INTEGER NOT NULL, product TEXT NOT NULL DEFAULT '', price TEXT NOT NULL DEFAULT '', plan TEXT NOT NULL DEFAULT '',"
    " feature TEXT NOT NULL DEFAULT '', estimated INTEGER NOT NULL DEFAULT 0, credit_applied INTEGER NOT NULL DEFAULT 0,"
    " convert_group TEXT NOT NULL DEFAULT '', convert_sequence INTEGER NOT NULL DEFAULT 0, rate_numerator TEXT NOT NULL DEFAULT '',"
    " rate_denominator TEXT NOT NULL DEFAULT '', rate_currency TEXT NOT NULL DEFAULT '', rate_day INTEGER NOT NULL DEFAULT 0,"
    " stripeEventId TEXT NOT NULL DEFAULT '', position TEXT NOT NULL DEFAULT '', delivery INTEGER,"
    " UNIQUE(source, account, livemode, source_object, part, kind, basis)) STRICT",
    "CREATE INDEX revenue_event_identity ON revenue_event(identity)",
    # --- what the product keeps about itself ----------------------------------------------
    # part digests behind the facts id; scope: cost:SOURCE:EXPORT:PERIOD, revenue:SOURCE, customers, rates
    "CREATE TABLE fact_digest(scope TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE figures(id INTEGER PRIMARY KEY, books TEXT NOT NULL, at TEXT NOT NULL, customer TEXT, month INTEGER NOT NULL,"
    " revenue INTEGER, cost INTEGER, currency TEXT NOT NULL) STRICT",
    "CREATE TABLE finding(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, source TEXT NOT NULL DEFAULT '',"
    " detail TEXT NOT NULL, position TEXT NOT NULL DEFAULT '', amount TEXT NOT NULL DEFAULT '', currency TEXT NOT NULL DEFAULT '',"
    " count INTEGER NOT NULL DEFAULT 1, delivery INTEGER, state TEXT NOT NULL DEFAULT 'open', first_seen TEXT NOT NULL,"
    " UNIQUE(kind, source, key)) STRICT",
    "CREATE TABLE connection(name TEXT PRIMARY KEY, kind TEXT NOT NULL, settings TEXT NOT NULL DEFAULT '{}', account TEXT NOT NULL DEFAULT '',"
    " cursor TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL) STRICT",
    "CREATE TABLE stored_table(name TEXT PRIMARY KEY, books TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE audit(id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, entity TEXT NOT NULL,"
    " entity_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT",
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    # --- for other tools (documented in docs/store.md) -------------------------------------
    "CREATE VIEW v_cost_monthly AS SELECT d.source, d.provider, d.account, d.service, d.category, d.charge_category, d.currency,"
    " printf('%04d-%02d', m.month / 12, m.month % 12 + 1) AS month, sum(m.effective) AS effective, sum(m.billed) AS billed,"
    " c.scale AS scale FROM cost_monthly m JOIN ingest_batch b ON b.id = m.batch AND b.state = 'active'"
    " JOIN cost_dimension d ON d.id = m.dimension JOIN currency c ON c.code = d.currency"
    " GROUP BY d.source, d.provider, d.account, d.service, d.category, d.charge_category, d.currency, m.month",
)

SECOND: tuple[str, ...] = (
    # processing fees behind the derived cost batches (export fees), by the object that told them
    "CREATE TABLE stripe_fee(source TEXT NOT NULL, account TEXT NOT NULL, livemode INTEGER NOT NULL, source_object TEXT NOT NULL,"
    " id TEXT NOT NULL, identity TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, day INTEGER NOT NULL,"
    " dimension INTEGER NOT NULL, PRIMARY KEY(source, account, livemode, source_object, id)) STRICT, WITHOUT ROWID",
    # what a subscription line is worth per month while its period lasts, at store scale
    "ALTER TABLE revenue_event ADD COLUMN mrr INTEGER NOT NULL DEFAULT 0",
    # what was received before is to be derived once more, with the next import
    "INSERT INTO stripe_dirty(source, account, livemode, id, mark) SELECT source, account, livemode, id, 1 FROM stripe_object"
    " WHERE object IN ('invoice', 'balance_transaction', 'dispute') ON CONFLICT DO UPDATE SET mark = mark + 1",
)
