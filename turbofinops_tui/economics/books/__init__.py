"""The books: all facts as exact integer columns, on months or on any other spans."""

from __future__ import annotations

from turbofinops_tui.economics.books.facts import NATIVE, CostEntries, FactBooks, Facts, build
from turbofinops_tui.economics.books.memory import MemoryCost
from turbofinops_tui.economics.books.revenue import RevenueFacts
from turbofinops_tui.economics.books.rows import Batch, CostRows, CostSource

__all__ = [
    "NATIVE", "Batch", "CostEntries", "CostRows", "CostSource", "FactBooks", "Facts", "MemoryCost",
    "RevenueFacts", "build",
]  # fmt: skip
