"""What is said of tag keys that the cardinality guard left out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from turbofinops_tui.economics.money import decimal_text

if TYPE_CHECKING:
    from turbofinops_tui.sync.rollup.result import Rollup


def warn_left_out(rollup: Rollup) -> None:
    """Say which keys the guard left out, with what they carried, and how to take one in."""
    from turbofinops_tui.sync.rollup.exact import EXACT

    sums: dict[tuple[str, str], Decimal] = {}
    values: dict[str, int] = {}
    for period in rollup.periods:
        for item in period.left_out:
            sums[item.key, item.currency] = EXACT.add(
                sums.get((item.key, item.currency), Decimal(0)), item.effective
            )
            values[item.key] = max(values.get(item.key, 0), item.distinct_values)
    for key in sorted(values):
        carried = ", ".join(
            f"{decimal_text(sums[name, code])} {code}" for name, code in sorted(sums) if name == key
        )
        rollup.warnings.append(
            f"tag key {key!r} left out: {values[key]:,} different values carried {carried};"
            f" --include-tag {key} takes it in"
        )
