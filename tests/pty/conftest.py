"""A store full of hostile names, made through the importers like any other."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.hostile import HOSTILE
from turbofinops_tui.actions.links import add_rule
from turbofinops_tui.actions.session import open_session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.types import ClassRule, Link, Match
from turbofinops_tui.paths import Paths, resolve

NOW = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))


def names() -> list[str]:
    """Hostile texts that a file can hold: what UTF-8 cannot encode and what is endless stays out."""
    found = []
    for text in HOSTILE.values():
        short = text[:200].encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")
        if short.strip():
            found.append(short)
    return found


@pytest.fixture(scope="session")
def hostile_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a store whose customers, services, tags, sources and rules are hostile."""
    from turbofinops_tui.actions.imports import import_costs
    from turbofinops_tui.actions.revenue_imports import import_revenue

    root = tmp_path_factory.mktemp("hostile")
    paths: Paths = resolve(root=str(root), environ={})
    session = open_session(paths, NOW)
    costs, revenue = root / "costs.csv", root / "revenue.csv"
    with costs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "cost", "currency", "service", "who", "team"])
        for number, name in enumerate(names()):
            for month in ("08", "09", "10"):
                writer.writerow([f"2026-{month}-05", f"{100 + number}.5", "USD", name, name, name])
    with revenue.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "customer", "kind", "amount", "currency", "occurred_at", "product"])
        for number, name in enumerate(names()):
            writer.writerow([f"r{number}", name, "one_time", "90", "USD", "2026-10-07", name])
    mapping = [
        "day=day",
        "cost=cost",
        "service=service",
        "tag:customer=who",
        "tag:team=team",
        "currency=currency",
    ]
    import_costs(session, [costs], "bill", mapping)
    import_revenue(session, revenue, "crm")
    add_rule(session, Link("all", "tag", Match((("tag:customer", "*"),)), "{value}"))
    for number, name in enumerate(names()[:6]):
        add_rule(session, Link(f"f{number}", "tag", Match((("tag:team", name),)), "", name))
        add_rule(session, ClassRule(f"c{number}", Match((("service", "nothing"),)), "opex", name))
    session.store.close()
    return root
