"""What is known of AI calls beside their spans: their price, and which the meter or a gateway tells too."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.economics.ai_names import provider_name
from turbofinops_tui.economics.evidence import Resolver, SpanCost
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.reading import Reading
from turbofinops_tui.store.usage_calls import has_calls, known_ids
from turbofinops_tui.sync.prices import PriceBook

MOST_NAMES = 10_000


class Known:
    """Implements ``economics.evidence.Elsewhere`` over a store and the prices of a reading.

    A span's costs are rounded at store scale call by call, so that they add up in whatever order spans come.
    """

    def __init__(self, store: Store, reading: Reading) -> None:
        self._store = store
        self._book = PriceBook(reading.prices)
        self._names: dict[str, str] = {}
        with store.read() as conn:
            self.tells = has_calls(conn)

    def told(self, ids: Sequence[str]) -> set[str]:
        """Those response ids that the meter or a gateway tells."""
        if not self.tells:
            return set()
        with self._store.read() as conn:
            return known_ids(conn, ids)

    def priced(
        self, provider: str, model: str, second: int, tokens: tuple[int, int, int, int]
    ) -> Sequence[SpanCost]:
        """What a call cost, by currency."""
        if not (provider and model):
            return ()
        name = self._names.get(provider)
        if name is None:
            name = provider_name(provider)
            if len(self._names) < MOST_NAMES:
                self._names[provider] = name
        return self._book.units(name, model, second, tokens)


def resolver_of(store: Store, reading: Reading) -> Resolver:
    """The resolver of a reading with what is known of calls."""
    return Resolver(reading, frozenset(reading.exclusive_scopes), Known(store, reading))
