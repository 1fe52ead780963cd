"""The JSON of ``whatif``: the customer's months as they are (``now``) and under the scenario (``then``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from turbofinops_tui.economics.money import Money, decimal_text
from turbofinops_tui.economics.scenario import Scenario
from turbofinops_tui.economics.types import Table
from turbofinops_tui.files.report_json import encode

Json = dict[str, Any]


def document(
    customer: str,
    scenario: Scenario,
    own: tuple[Table, Table],
    everybody: tuple[Table, Table],
    notes: Sequence[str],
) -> Json:
    """Months with ``now``, ``then`` and the margin's ``change``; totals of the customer and of all."""
    now, then = map(encode, own)
    months = {row["month"]: [row, {}] for row in now["rows"]}
    for row in then["rows"]:
        months.setdefault(row["month"], [{}, {}])[1] = row
    head = {name: now[name] for name in ("currency", "books", "parts", "as_of", "states")}
    rows = [
        {"month": month, "now": _values(pair[0]), "then": _values(pair[1])}
        for month, pair in sorted(months.items())
    ]
    return {
        "customer": customer, "scenario": _scenario(scenario), "slice": now["slice"], **head, "rows": rows,
        "totals": {"now": now["totals"], "then": then["totals"], "change": _change(own)},
        "everybody": {
            "now": encode(everybody[0])["totals"], "then": encode(everybody[1])["totals"],
            "change": _change(everybody),
        },
        "notes": list(notes), "warnings": then["warnings"],
    }  # fmt: skip


def _scenario(scenario: Scenario) -> Json:
    return {
        "price": scenario.price.text() if scenario.price else None,
        "plan": scenario.plan or None,
        "models": [{"from": old, "to": new} for old, new in scenario.models],
        "caps": [{"measure": name, "most": decimal_text(most)} for name, most in scenario.caps],
    }


def _values(row: Json) -> Json:
    return {name: value for name, value in row.items() if name not in ("customer", "month")}


def _change(pair: tuple[Table, Table]) -> str | None:
    """What the margin gains."""
    values = [table.totals[0].values[table.column("margin")] for table in pair if len(table.totals) == 1]
    if len(values) == 2 and isinstance(values[0], Money) and isinstance(values[1], Money):
        return (values[1] - values[0]).text()
    return None
