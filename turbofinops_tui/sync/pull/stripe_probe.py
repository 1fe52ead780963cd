"""What a Stripe key may do, before anything is fetched: one object of each list, the account, previews."""

from __future__ import annotations

from dataclasses import dataclass, field

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync.pull.stripe import NotPermitted, NotThere, Refused, StripeApi
from turbofinops_tui.sync.pull.stripe_lists import EVENTS, RESOURCES
from turbofinops_tui.sync.pull.stripe_previews import NOT_PERMITTED, PREVIEW


@dataclass(slots=True)
class Probe:
    """What a test of a key found."""

    account: str = ""
    """empty when neither the API nor a refusal tells"""
    missing: list[str] = field(default_factory=list)
    """permissions that the key lacks, as the dashboard calls them"""
    notes: list[str] = field(default_factory=list)
    """what works less well than it could"""


def account_of(api: StripeApi) -> str:
    """The account behind the key; a refusal names it as well. Empty when nothing does."""
    try:
        return str(api.get("/v1/account").get("id") or "")
    except NotPermitted as error:
        return error.account
    except NotThere:
        return ""


def probe(api: StripeApi) -> Probe:
    """Ask every list for one object; SourceError for a key that is unknown, or no answer at all."""
    found = Probe(account_of(api))
    for resource in (*RESOURCES, EVENTS[0]):
        try:
            api.get(resource.path, {"limit": 1, **resource.params})
        except NotPermitted as error:
            found.account = found.account or error.account
            if f"{resource.label}: Read" not in found.missing:
                found.missing.append(f"{resource.label}: Read")
    if not may_preview(api):
        found.notes.append(NOT_PERMITTED)
    return found


def may_preview(api: StripeApi) -> bool:
    """Whether previews are allowed; asked without a subscription, so nothing is made up."""
    try:
        api.post(PREVIEW, {})
    except NotPermitted:
        return False
    except (NotThere, Refused):
        return True  # refused for what was asked, not for who asked
    return True


def check_account(name: str, kept: str, found: str) -> None:
    """SourceError when the key is of another account than the one that the connection belongs to."""
    if kept and found and kept != found:
        raise SourceError(
            f"the key of {name} is of account {found}, the connection belongs to {kept}",
            "give a key of that account, or add another connection",
        )
