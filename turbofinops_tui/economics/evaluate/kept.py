"""What is made from the facts once and kept with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.ai_names import is_ai_cost
from turbofinops_tui.economics.books import Facts
from turbofinops_tui.economics.links import Directory
from turbofinops_tui.economics.types import Rules

Mask = npt.NDArray[np.bool_]


def directory_of(facts: Facts, rules: Rules) -> Directory:
    """The directory of these customers and identities, made once per set of identities."""
    return facts.once(
        ("directory", rules.identities),
        lambda: Directory(facts.customers, rules.identities, facts.settings.tag_prefixes),
    )


def is_category(facts: Facts, category: str) -> Mask:
    """Dimensions of a charge category."""
    return facts.once(
        ("category", category),
        lambda: np.array([d.charge_category == category for d in facts.dimensions], dtype=bool),
    )


def is_ai(facts: Facts) -> Mask:
    """AI cost: its category, sources of an AI kind, and the services of the setting ``ai_services``."""
    services = facts.settings.ai_services
    return facts.once(
        "is ai", lambda: np.array([is_ai_cost(d, services) for d in facts.dimensions], dtype=bool)
    )
