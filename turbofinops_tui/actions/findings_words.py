"""Findings in words: what each kind is called, and what a person can do about it."""

from __future__ import annotations

from turbofinops_tui.store.finding_paths import FindingPath

TITLES = {
    "customer": "{key} loses money",
    "cohort": "cohort {key} loses money",
    "feature": "feature {key} loses money",
    "unattributed": "cost that no rule gives to a customer",
    "no revenue": "cost of customers, no revenue yet",
    "revenue without cost": "customers who pay and have no cost",
    "cost without revenue": "names in cost that nobody pays for",
    "evidence_over_bill": "evidence above its bill: {key}",
    "cost_of_two_sources": "cost that two sources tell: {key}",
    "two_sources_of_one_provider": "two bills of one provider: {key}",
    "calls_after_close": "calls of {key} that may count twice",
    "late_spans": "spans of {key} came too late",
    "call_in_two_feeds": "calls that two feeds tell: {key}",
    "model_without_price": "no price for {key}",
    "unmapped cost": "cost without a feature",
    "unmapped revenue": "revenue that no feature has",
    "stale source": "{key} is behind",
    "no exchange rate": "no exchange rate for {key}",
    "left-out tag": "tag key {key} is left out",
    "stripe_deleted": "{key} is gone at Stripe",
    "stripe_invoice_lines": "invoice {key} does not add up",
    "stripe_credit_note_lines": "credit note {key} does not add up",
    "stripe_unknown_price": "price {key} is not known",
    "stripe_object": "{key} cannot be read",
    "stripe_api_version": "events of another API version",
    "float-cost": "cost in floating point: {key}",
    "formatted-cost": "amounts with separators",
    "unreadable-quantity": "quantities that are no number",
}
"""kind -> what it says; ``{key}`` is the finding's own"""
TWO_NAMES = "the same customer under two names: turbofinops identities add CUSTOMER tag:KEY=VALUE"
ADVICE = {
    "unattributed": "accept proposals here, or turbofinops links suggest",
    "no revenue": "turbofinops connect add stripe NAME, or turbofinops import revenue FILE --source NAME",
    "revenue without cost": TWO_NAMES,
    "cost without revenue": TWO_NAMES,
    "evidence_over_bill": "turbofinops prices check; your own price in the rules file, or a late bill",
    "cost_of_two_sources": "nothing to do: it counts once; turbofinops connect remove ends the double work",
    "two_sources_of_one_provider": "one account: remove one of them; two accounts: accept it",
    "calls_after_close": "turbofinops import otlp FILE --reopen DAY",
    "late_spans": "turbofinops import otlp FILE --reopen DAY",
    "call_in_two_feeds": "nothing to do: each call counts once",
    "model_without_price": "turbofinops rules apply with a price, then turbofinops prices reprice",
    "unmapped cost": "map routes, labels or tags: turbofinops links add --kind feature",
    "unmapped revenue": "map the products: turbofinops features add",
    "stale source": "turbofinops sync, or import what is newer",
    "no exchange rate": "turbofinops import rates FILE",
    "left-out tag": "turbofinops import focus --include-tag KEY",
    "stripe_deleted": "nothing to do when it was deleted on purpose: accept it",
    "stripe_invoice_lines": "look at the invoice at Stripe; turbofinops sync fetches it again",
    "stripe_credit_note_lines": "look at the credit note at Stripe; turbofinops sync fetches it again",
    "stripe_unknown_price": "turbofinops sync fetches the price",
    "stripe_object": "turbofinops sync fetches it again",
    "float-cost": "export decimals instead of doubles",
}


def title(kind: str, key: str, source: str) -> str:
    """One line; a kind without words of its own is called by its name."""
    plain = kind.replace("_", " ").replace("-", " ")
    # replaced, not formatted: a key is foreign text and may hold braces
    text = TITLES[kind].replace("{key}", key) if kind in TITLES else f"{plain} {key}".strip()
    return f"{text} ({source})" if source else text


def advice(kind: str) -> str:
    """What can be done about a kind; empty where its own detail says so."""
    return ADVICE.get(kind, "")


def of_path(path: FindingPath) -> tuple[str, str, str, str, str]:
    """(kind, key, source, what, detail) of a finding of which only the path is left."""
    kind, source, key = path.name
    return kind, key, source, title(kind, key, source), "its cause is gone"
