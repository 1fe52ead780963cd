"""Settings that change numbers or guard imports: in the store, audited (interface.md).

Each is a text under its key; one that was never set has its default. What only
changes looks lives in config.toml.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from turbofinops_tui.economics.money import currency_code, decimal_text, parse_decimal
from turbofinops_tui.economics.types import NumberSettings
from turbofinops_tui.errors import NotFoundError, TurboError, UsageError
from turbofinops_tui.store.books_id import short_hash
from turbofinops_tui.store.open import WriteTxn

DEFAULTS = NumberSettings()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: ``clean`` gives the stored form of what was typed, or raises TurboError."""

    default: str
    clean: Callable[[str], str]
    help: str


def _currency(text: str) -> str:
    return currency_code(text)


def _names(text: str) -> str:
    """Comma-separated names, in the order given, without repetitions."""
    return ",".join(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _folded_names(text: str) -> str:
    return _names(text.casefold())


def _whole(text: str) -> str:
    value = parse_decimal(text)
    if value != value.to_integral_value() or value < 0:
        raise UsageError(f"{text!r} is not a whole number", "give 0 or more")
    return str(int(value))


def _positive(text: str) -> str:
    cleaned = _whole(text)
    if cleaned == "0":
        raise UsageError("0 would refuse everything", "give 1 or more")
    return cleaned


def _percent(text: str) -> str:
    return decimal_text(parse_decimal(text.strip().removesuffix("%")))


def _amount(text: str) -> str:
    value = parse_decimal(text)
    if value < 0:
        raise UsageError(f"{text!r} is below 0", "give 0 or more")
    return decimal_text(value)


def _json_of(shape: type) -> Callable[[str], str]:
    """Texts of a rules file's section, which has its own checks (files.rules_yaml)."""

    def clean(text: str) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, shape):
            raise UsageError("this is set by a rules file", "use `turbofinops rules apply`")
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    return clean


def _lag(kind: str, days: int) -> Setting:
    return Setting(str(days), _whole, f"days after which a {kind} source counts as missing")


SETTINGS: dict[str, Setting] = {
    "currency": Setting(DEFAULTS.currency, _currency, "reporting currency"),
    "ai_services": Setting(",".join(DEFAULTS.ai_services), _folded_names, "services whose cost is AI cost"),
    "tag_prefixes": Setting(",".join(DEFAULTS.tag_prefixes), _names, "prefixes dropped from tag keys"),
    **{f"lag_days.{kind}": _lag(kind, days) for kind, days in DEFAULTS.lag_days},
    "final_after_days": Setting(
        str(DEFAULTS.final_after_days), _whole, "days after a month's end when its cost counts as final"
    ),
    "floors.watch": Setting(
        decimal_text(DEFAULTS.watch_floor), _percent, "margin percent under which to watch"
    ),
    "floors.unprofitable": Setting(
        decimal_text(DEFAULTS.unprofitable_floor),
        _percent,
        "margin percent under which a key is unprofitable",
    ),
    "floors.min_revenue": Setting(
        decimal_text(DEFAULTS.min_revenue), _amount, "revenue in 7 days from which a key is judged"
    ),
    "floors.min_cost": Setting(
        decimal_text(DEFAULTS.min_cost), _amount, "cost in 7 days from which a key is judged"
    ),
    "check.late_days": Setting(
        str(DEFAULTS.check_late_days), _whole, "most days that the days judged by check may end before today"
    ),
    "evidence.customer_keys": Setting(
        "customer.id,tenant.id,app.customer_id", _names, "attributes of spans that name the customer"
    ),
    "evidence.feature_keys": Setting("app.feature", _names, "attributes of spans that name the feature"),
    "evidence.exclusive_scopes": Setting(
        "", _names, "scopes (name or name@version) whose input tokens never include cached ones"
    ),
    "evidence.traces": Setting("{}", _json_of(dict), "customers of explicit trace ids (by a rules file)"),
    "prices": Setting("[]", _json_of(list), "prices per million tokens (by a rules file)"),
    "limits.bytes": Setting(str(64 * 1024**3), _positive, "largest decompressed import in bytes"),
    "limits.ratio": Setting("200", _positive, "largest compression ratio above 10 MB"),
    "limits.columns": Setting("500", _positive, "most columns of an import"),
    "limits.field": Setting(str(1024**2), _positive, "largest field of an import in bytes"),
    "limits.rows": Setting("200000000", _positive, "most rows of an import"),
    "limits.tag_values": Setting(
        "2000", _positive, "values of a tag key up to which it always enters the rollup"
    ),
    "received.months": Setting("13", _positive, "months that kept deliveries stay under received/"),
    "received.bytes": Setting(str(20 * 1024**3), _positive, "most bytes kept under received/"),
}


def load_settings(conn: sqlite3.Connection) -> NumberSettings:
    """The settings that change numbers, with their part of the books id."""
    values = all_settings(conn)
    found = NumberSettings(
        currency=values["currency"],
        ai_services=_split(values["ai_services"]),
        tag_prefixes=_split(values["tag_prefixes"]),
        lag_days=tuple((kind, int(values[f"lag_days.{kind}"])) for kind, _ in DEFAULTS.lag_days),
        final_after_days=int(values["final_after_days"]),
        watch_floor=Decimal(values["floors.watch"]),
        unprofitable_floor=Decimal(values["floors.unprofitable"]),
        min_revenue=Decimal(values["floors.min_revenue"]),
        min_cost=Decimal(values["floors.min_cost"]),
        check_late_days=int(values["check.late_days"]),
    )
    return replace(found, id=settings_id(found))


def settings_id(settings: NumberSettings) -> str:
    """The settings part of the books id."""
    facts = {key: _canonical(value) for key, value in asdict(settings).items() if key != "id"}
    return short_hash(facts)


def all_settings(conn: sqlite3.Connection) -> dict[str, str]:
    """Every setting by key, defaults where nothing was set."""
    return {key: item.default for key, item in SETTINGS.items()} | dict(
        conn.execute("SELECT key, value FROM setting")
    )


def get_setting(conn: sqlite3.Connection, key: str) -> str:
    """The value of one setting; NotFoundError for an unknown key."""
    _known(key)
    return all_settings(conn)[key]


def checked(key: str, value: str) -> str:
    """The stored form of a value; UsageError when it does not fit."""
    item = _known(key)
    try:
        return item.clean(value)
    except TurboError as error:
        raise UsageError(f"{key}: {error.message}", error.hint) from None


def set_setting(txn: WriteTxn, key: str, value: str) -> bool:
    """Set a setting, audited; True when its value changed. UsageError when the value does not fit."""
    cleaned = checked(key, value)
    before = get_setting(txn.conn, key)
    if cleaned == before:
        return False
    txn.conn.execute(
        "INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
        (key, cleaned),
    )
    txn.audit("set setting", "setting", key, {"value": before}, {"value": cleaned})
    return True


def _known(key: str) -> Setting:
    if key not in SETTINGS:
        raise NotFoundError(f"there is no setting {key!r}", "see `turbofinops settings list`")
    return SETTINGS[key]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _canonical(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    return value
