"""The kinds of connections that work: their settings, their secret fields, the provider's own variables."""

from __future__ import annotations

from collections.abc import Mapping

from turbofinops_tui.errors import UsageError
from turbofinops_tui.sync.cost_kinds import COST_KINDS
from turbofinops_tui.sync.kind_words import Field, Kind, base_url, stripe_account, word, yes_no
from turbofinops_tui.sync.runner import MODULES

__all__ = ["KINDS", "Field", "Kind", "base_url", "clean_settings", "kind_of"]

KINDS: dict[str, Kind] = {
    "stripe": Kind(
        "revenue from Stripe",
        (
            Field("api_key", "Restricted API key (rk_...)", ("STRIPE_API_KEY",)),
            Field("webhook_secret", "Webhook signing secret (whsec_...)", ("STRIPE_WEBHOOK_SECRET",), False),
        ),
        {
            "account": stripe_account,
            "livemode": yes_no,
            "customer_key": word,
            "base_url": base_url,
            "env": yes_no,
            "source": word,
        },
    ),
    **{name: kind for name, kind in COST_KINDS.items() if name in MODULES},
}
"""kind -> what it is; the kinds that ``connect add`` offers"""


def kind_of(name: str) -> Kind:
    """The kind of that name; UsageError when this program cannot connect it."""
    if name not in KINDS:
        raise UsageError(f"{name!r} is not a kind of connection", f"kinds are: {', '.join(KINDS)}")
    return KINDS[name]


def clean_settings(kind: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The settings in their stored form; UsageError for an unknown one or one that does not fit."""
    known = kind_of(kind).settings
    found: dict[str, str] = {}
    for key, value in settings.items():
        if key not in known:
            if any(part in key for part in ("key", "secret", "token", "password")):
                raise UsageError(
                    f"{key} is not a setting",
                    "secrets are never arguments: see `turbofinops connect add --help`",
                )
            raise UsageError(f"{kind} has no setting {key!r}", f"settings are: {', '.join(known)}")
        found[key] = known[key](value)
    return found
