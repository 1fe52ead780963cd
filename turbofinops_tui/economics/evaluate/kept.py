"""What is made from the facts once and kept with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from turbofinops_tui.economics.books import Facts
from turbofinops_tui.economics.links import Directory
from turbofinops_tui.economics.patterns import fold
from turbofinops_tui.economics.types import Rules

Mask = npt.NDArray[np.bool_]
AI_CATEGORY = "ai and machine learning"
AI_PROVIDERS = ("openai", "anthropic", "openrouter")


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
    return facts.once("is ai", lambda: _is_ai(facts))


def _is_ai(facts: Facts) -> Mask:
    services = {fold(name) for name in facts.settings.ai_services}
    return np.array(
        [
            fold(d.category) == AI_CATEGORY or d.provider in AI_PROVIDERS or fold(d.service) in services
            for d in facts.dimensions
        ],
        dtype=bool,
    )
