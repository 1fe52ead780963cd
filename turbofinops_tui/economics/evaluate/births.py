"""When customers began to pay: what ``check`` takes the age of a customer and of a cohort from."""

from __future__ import annotations

from typing import cast

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate.plan import binding_of
from turbofinops_tui.economics.evaluate.sales import first_days
from turbofinops_tui.economics.types import Rules, Slice


def first_paid_days(books: FactBooks, rules: Rules) -> dict[str, int]:
    """Customer reference -> the first day with recognised revenue > 0; those without any are left out."""
    binding = binding_of(books, rules, Slice())
    memory = binding.directory.memory
    if "first paid days" not in memory:
        days = first_days(books, binding)
        refs = (customer.ref for customer in books.customers)
        memory["first paid days"] = {ref: day for ref, day in zip(refs, days, strict=True) if day is not None}
    return cast("dict[str, int]", memory["first paid days"])
