"""A ledger from that of other rules: only what changes owner is looked at again.

``DerivedLedger`` differs from its base in the dimensions ``changed``; nothing of the base is copied
before somebody needs all of it.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from turbofinops_tui.economics.evaluate.bind import Binding
from turbofinops_tui.economics.evaluate.changes import touched
from turbofinops_tui.economics.evaluate.edits import codes_into, ids
from turbofinops_tui.economics.evaluate.ledger import Ledger, Mask, Pools, Records

MOST_BASES = 8
"""ledgers that stand on each other before one rests on the lowest again"""


class DerivedLedger(Ledger):
    """The ledger of ``binding``, from ``base`` and the dimensions whose owners differ."""

    def __init__(self, base: Ledger, binding: Binding) -> None:
        super().__init__(base.books, binding, base.options)
        self.base: Ledger | None = base
        """None once this ledger stands alone"""
        self.changed = touched(base.binding, binding)
        self.own = Ledger(base.books, binding, base.options, self.changed)
        self._take_codes(base.binding)
        self.depth = base.depth + 1
        if self.depth > MOST_BASES and isinstance(base, DerivedLedger):
            base.rest_lower()
            self.depth = base.depth + 1

    def _take_codes(self, old: Binding) -> None:
        new = self.binding
        self._links = codes_into(old.links, new.links)
        self._features = codes_into(old.features.labels, new.features.labels)
        self._rules = codes_into(ids(old.shared), ids(new.shared))

    def rest_lower(self) -> None:
        """Rest on the ledger below all others, so that what lies between can be forgotten.

        Where most dimensions differ from that one, this ledger stands alone.
        """
        root = self.base
        while isinstance(root, DerivedLedger) and root.base is not None:
            root = root.base
        changed = None if root is None else touched(root.binding, self.binding)
        if root is None or changed is None or 2 * int(changed.sum()) > len(changed):
            _ = self.owned, self.pools, self.unconverted
            self.base, self.depth = None, 0
            return
        # all read from what lies between: asked of the store again they would cost every day of them
        _ = self.pools, self.unconverted
        owned = self.records_of(changed)
        self.base, self.changed, self.depth = root, changed, 1
        self.own = Ledger(self.books, self.binding, self.options, changed)
        self.own.owned = owned
        self._take_codes(root.binding)

    def records_of(self, dimensions: Mask) -> Records:
        """Owned records of the dimensions of a mask."""
        if self.base is None or "owned" in self.__dict__:
            return super().records_of(dimensions)
        kept = self._renumbered(self.base.records_of(dimensions & ~self.changed))
        own = self.own.owned
        return Records.join([kept, own.take(dimensions[own.dimension])])

    def _renumbered(self, records: Records) -> Records:
        link = self._links[records.link].astype(records.link.dtype)
        feature = self._features[records.feature].astype(records.feature.dtype)
        return Records(
            records.dimension, records.span, records.customer, feature, link, records.bucket,
            records.opex, records.amount,
        )  # fmt: skip

    @cached_property
    def owned(self) -> Records:
        """Everything but the pools."""
        base = self._required()
        return Records.join([self._renumbered(base.records_of(~self.changed)), self.own.owned])

    def _required(self) -> Ledger:
        if self.base is None:
            raise RuntimeError("a ledger stands alone before it holds everything")
        return self.base

    @cached_property
    def pools(self) -> Pools:
        """What shared rules are to spread; the base's own when nothing in it differs."""
        base, own = self._required().pools, self.own.pools
        kept = ~self.changed[base.dimension]
        same = all(bool((c[:-1] == np.arange(len(c) - 1)).all()) for c in (self._rules, self._features))
        if kept.all() and not len(own.day) and same:
            return base
        rest = base.take(kept)
        rest = Pools(
            rest.dimension, rest.day, self._rules[rest.rule], self._features[rest.feature], rest.amount
        )
        pairs = ((getattr(rest, name), getattr(own, name)) for name in Pools.__slots__)
        return Pools(*(np.concatenate(pair) for pair in pairs))

    @cached_property
    def unconverted(self) -> Records:
        """Native amounts without a rate, per (dimension, day): ``span`` holds the *day*."""
        base = self._required().unconverted
        kept = self._renumbered(base.take(~self.changed[base.dimension]))
        return Records.join([kept, self.own.unconverted])
