"""Single changes of how spans are read: the keys that name customer and feature, and explicit trace ids."""

from __future__ import annotations

import json

from turbofinops_tui.errors import NotFoundError, UsageError
from turbofinops_tui.store.open import WriteTxn
from turbofinops_tui.store.rule_checks import existing_customer
from turbofinops_tui.store.settings import get_setting, set_setting

KEYS = ("evidence.customer_keys", "evidence.feature_keys", "evidence.exclusive_scopes")
TRACES = "evidence.traces"
_LONGEST = 256


def set_keys(txn: WriteTxn, name: str, value: str) -> str:
    """Set one list of keys (comma separated) and return its name; UsageError for another setting."""
    if name not in KEYS:
        raise UsageError(f"{name!r} is no list of evidence keys", f"known are {', '.join(KEYS)}")
    if name == KEYS[0] and not value.strip(" ,"):
        raise UsageError("no customer key is left: no span could name a customer", "name at least one key")
    set_setting(txn, name, value)
    return name


def apply_trace(txn: WriteTxn, trace: str, customer: str) -> str:
    """Say whose the spans of a trace id are, or with an empty customer no longer; returns the trace id.

    UsageError for what is no trace id, NotFoundError for an unknown customer or trace.
    """
    name = trace.strip()
    if not name or len(name) > _LONGEST or any(char.isspace() for char in name):
        raise UsageError(f"{name[:80]!r} is not a trace id", "write one id, or a pattern such as 4bf92f35*")
    told: dict[str, str] = json.loads(get_setting(txn.conn, TRACES))
    if customer:
        told[name] = existing_customer(txn.conn, customer)
    elif name in told:
        del told[name]
    else:
        raise NotFoundError(f"trace {name!r} names nobody", "see `turbofinops settings get evidence.traces`")
    set_setting(txn, TRACES, json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    return name
