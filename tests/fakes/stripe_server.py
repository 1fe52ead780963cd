"""A fake Stripe on loopback that stays faithful: lists, filters, paging, expansion, events, faults.

Serves objects as ``objects.jsonl`` holds them, newest first, embedded lists cut at ten, prices without
``active`` only the active ones, subscriptions without ``status`` only those not cancelled, events of the
last 30 days. Every request must carry the key and the pinned version. ``fail`` injects faults.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from http.server import ThreadingHTTPServer
from typing import Any

from tests.fakes.stripe_state import ACCOUNT, KEY, ApiError, Asked, Collection, Json, State, cut

__all__ = ["ACCOUNT", "EVENT_DAYS", "KEY", "VERSION", "StripeServer", "answer"]
VERSION = "2026-10-28.endive"
EVENT_DAYS = 30
_RANGE = ("gte", "gt", "lte", "lt")
_SINGULAR = {
    "invoices": "invoice", "charges": "charge", "refunds": "refund", "disputes": "dispute",
    "credit_notes": "credit_note", "balance_transactions": "balance_transaction", "customers": "customer",
    "products": "product", "prices": "price", "subscriptions": "subscription", "coupons": "coupon",
    "invoice_payments": "invoice_payment", "payment_intents": "payment_intent", "events": "event",
}  # fmt: skip
_PLURAL = {kind: plural for plural, kind in _SINGULAR.items()}
_STATUS = {"invoices", "subscriptions", "invoice_payments"}


def answer(state: State, asked: Asked) -> str:
    """The JSON of one request; ApiError for anything but 200."""
    parts = asked.path.removeprefix("/v1/").split("/")
    with state.lock:
        _permit(state, parts)
        if parts == ["account"]:
            return json.dumps({"id": state.account, "object": "account"})
        if asked.method == "POST":
            if parts != ["invoices", "create_preview"]:
                raise ApiError(404, f"Unrecognized request URL (POST: {asked.path}).")
            return json.dumps(_preview(state, asked.query))
        kind = _SINGULAR.get(parts[0])
        if kind is None:
            raise ApiError(404, f"Unrecognized request URL (GET: {asked.path}).")
        rows = state.kinds[kind]
        rows.settle()
        if len(parts) == 1:
            return _list(state, parts[0], rows, asked)
        if parts[1] not in rows.place:
            raise ApiError(404, f"No such {kind}: '{parts[1]}'", "resource_missing")
        row = rows.rows[rows.place[parts[1]]]
        if len(parts) == 3 and parts[2] == "lines" and kind in ("invoice", "credit_note"):
            return _lines(row, asked)
        found = cut(row)
        for path in _many(asked.query.get("expand")):
            _expand(state, found, path.split("."))
        return json.dumps(found)


def _permit(state: State, parts: list[str]) -> None:
    name = "create_preview" if parts[-1] == "create_preview" else parts[0]
    if name in state.denied:
        raise ApiError(
            403,
            f"The provided key '{state.key[:8]}*********{state.key[-4:]}' does not have the required"
            f" permissions for this endpoint on account '{state.account}'. Having the"
            f" 'rak_{_SINGULAR.get(name, name)}_read' permission would allow this request to continue.",
        )


def _number(text: Any, name: str) -> int:
    if not re.fullmatch(r"-?\d+", str(text)):
        raise ApiError(400, f"Invalid integer: {text}", "parameter_invalid_integer")
    return int(text)


def _limit(query: Json) -> int:
    limit = _number(query.get("limit", 10), "limit")
    if not 1 <= limit <= 100:
        raise ApiError(400, "Limit must be between 1 and 100", "parameter_invalid_integer")
    return limit


def _list(state: State, plural: str, rows: Collection, asked: Asked) -> str:
    query = asked.query
    _known(plural, query)
    first, last = _span(state, plural, rows, query)
    if "starting_after" in query and "ending_before" in query:
        raise ApiError(400, "You may only specify one of these parameters: starting_after, ending_before.")
    after, before = query.get("starting_after"), query.get("ending_before")
    for ident in (after, before):
        if ident is not None and ident not in rows.place:
            raise ApiError(400, f"No such {_SINGULAR[plural]}: '{ident}'", "resource_missing")
    if after is not None:
        last = min(last, rows.place[after])
    limit, wanted = _limit(query), _filter(plural, query)
    numbers = range(last - 1, first - 1, -1)
    if before is not None:  # the items just before it: the next newer ones, still shown newest first
        numbers = range(max(first, rows.place[before] + 1), last)
    found: list[Json] = []
    for number in numbers:
        if wanted(rows.rows[number]):
            found.append(rows.rows[number])
            if len(found) > limit:
                break
    page = found[:limit]
    if before is not None:
        page.reverse()
    return _page(state, asked, rows, page, len(found) > limit)


def _page(state: State, asked: Asked, rows: Collection, page: list[Json], more: bool) -> str:
    paths = [path.split(".") for path in _many(asked.query.get("expand"))]
    texts = []
    for row in page:
        if paths:
            found = cut(row)
            for path in paths:
                if path[0] != "data":
                    raise ApiError(400, f"This property cannot be expanded ({'.'.join(path)}).")
                _expand(state, found, path[1:])
            texts.append(json.dumps(found))
        else:
            texts.append(rows.text(row))
    has_more = "true" if more else "false"
    return f'{{"object":"list","data":[{",".join(texts)}],"has_more":{has_more},"url":"{asked.path}"}}'


_PARAMETERS = {"limit", "starting_after", "ending_before", "created", "expand"}
_MORE = {
    "invoices": {"status", "customer", "subscription"}, "subscriptions": {"status", "customer", "price"},
    "prices": {"active", "product"}, "products": {"active"}, "events": {"type", "types", "delivery_success"},
    "charges": {"customer", "payment_intent"}, "refunds": {"charge", "payment_intent"},
    "disputes": {"charge"}, "credit_notes": {"invoice", "customer"}, "customers": {"email"},
    "balance_transactions": {"source", "type", "currency"}, "invoice_payments": {"invoice", "status"},
}  # fmt: skip


def _known(plural: str, query: Json) -> None:
    for name in query.keys() - _PARAMETERS - _MORE.get(plural, set()):
        raise ApiError(400, f"Received unknown parameter: {name}", "parameter_unknown")


def _span(state: State, plural: str, rows: Collection, query: Json) -> tuple[int, int]:
    """The positions [first, last) whose ``created`` fits."""
    first, last = 0, len(rows.rows)
    created = query.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    for name, text in bounds.items():
        if name not in _RANGE:
            raise ApiError(400, f"Received unknown parameter: created[{name}]", "parameter_unknown")
        moment = _number(text, "created")
        if name in ("gte", "gt"):
            find = bisect_left if name == "gte" else bisect_right
            first = max(first, find(rows.created, moment))
        else:
            find = bisect_right if name == "lte" else bisect_left
            last = min(last, find(rows.created, moment))
    if plural == "events":
        first = max(first, bisect_left(rows.created, state.now() - EVENT_DAYS * 86400))
    return first, last


def _filter(plural: str, query: Json) -> Callable[[Json], bool]:
    checks: list[Callable[[Json], bool]] = []
    status = query.get("status")
    if plural == "subscriptions":
        if status != "all":
            checks.append(lambda row: row["status"] == status if status else row["status"] != "canceled")
    elif status is not None:
        checks.append(lambda row: row["status"] == status)
    if plural in ("prices", "products") and (plural == "prices" or "active" in query):
        active = query.get("active", "true") == "true"
        checks.append(lambda row: row.get("active", True) is active)
    if plural == "events" and ("types" in query or "type" in query):
        types = _many(query.get("types")) or [query["type"]]
        if len(types) > 20:
            raise ApiError(400, "You may pass up to 20 event types.")
        checks.append(lambda row: row["type"] in types)
    for name in ("customer", "charge", "invoice", "payment_intent", "source", "product", "email"):
        if name in query:
            checks.append(lambda row, name=name: row.get(name) == query[name])  # type: ignore[misc]
    return lambda row: all(check(row) for check in checks)


def _lines(row: Json, asked: Asked) -> str:
    data = row["lines"]["data"]
    after = asked.query.get("starting_after")
    start = next((n + 1 for n, line in enumerate(data) if line["id"] == after), None) if after else 0
    if start is None:
        raise ApiError(400, f"No such line: '{after}'", "resource_missing")
    stop = start + _limit(asked.query)
    page = {"object": "list", "data": data[start:stop], "has_more": len(data) > stop, "url": asked.path}
    return json.dumps(page)


def _expand(state: State, obj: Any, path: list[str]) -> None:
    if len(path) > 4:
        raise ApiError(400, "You cannot expand more than 4 levels of a property.")
    name, rest = path[0], path[1:]
    if isinstance(obj, list):
        for item in obj:
            _expand(state, item, path)
        return
    if obj.get("object") == "invoice" and name == "payments":
        paid = [row for row in state.kinds["invoice_payment"].rows if row["invoice"] == obj["id"]]
        url = f"/v1/invoice_payments?invoice={obj['id']}"
        obj["payments"] = cut({"object": "list", "data": paid, "has_more": False, "url": url})
    elif name not in obj:
        raise ApiError(400, f"This property cannot be expanded ({name}).")
    elif isinstance(obj[name], str):
        for rows in state.kinds.values():
            rows.settle()
            if obj[name] in rows.place:
                obj[name] = cut(rows.rows[rows.place[obj[name]]])
                break
    if rest and isinstance(obj[name], dict | list):
        _expand(state, obj[name], rest)


def _preview(state: State, query: Json) -> Json:
    """The next invoice of a subscription: like its last, for the current period, under a passing id."""
    ident = query.get("subscription", "")
    rows = state.kinds["subscription"]
    rows.settle()
    if ident not in rows.place:
        raise ApiError(404, f"No such subscription: '{ident}'", "resource_missing")
    subscription = rows.rows[rows.place[ident]]
    if subscription["status"] == "canceled":
        raise ApiError(400, "No upcoming invoices for customer", "invoice_upcoming_none")
    item = subscription["items"]["data"][0]
    period = {"start": item["current_period_start"], "end": item["current_period_end"]}
    billed = [
        row
        for row in state.kinds["invoice"].rows
        if any(_subscription_of(line) == ident for line in row["lines"]["data"])
    ]
    if not billed:
        raise ApiError(400, "No upcoming invoices for customer", "invoice_upcoming_none")
    last = cut(max(billed, key=lambda row: row["created"]))
    for line in last["lines"]["data"]:
        line["period"] = dict(period)
    return last | {"id": f"upcoming_in_{len(state.asked)}", "status": "draft", "created": period["end"]}  # type: ignore[no-any-return]


def _subscription_of(line: Json) -> str:
    details = line["parent"].get("subscription_item_details") or {}
    return str(details.get("subscription") or "")


def _many(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value, key=lambda key: int(key) if key.isdigit() else 0)]
    return [] if value is None else list(value) if isinstance(value, list) else [value]


class _Quiet(ThreadingHTTPServer):
    """Says nothing of clients that were killed."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class StripeServer:
    """The running fake: ``with StripeServer(objects) as server: server.url``."""

    def __init__(self, objects: Iterable[Json] = (), **options: Any) -> None:
        from tests.fakes.stripe_http import Handler

        self.state = State(**options)
        self.state.put(*objects)

        class Bound(Handler):
            state = self.state

        self._server = _Quiet(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> StripeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.state.hung.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
