"""What is known of AI calls beside their spans: their price, and which the meter or a gateway tells too."""

from __future__ import annotations

from collections.abc import Sequence

from turbofinops_tui.economics.ai_names import provider_name
from turbofinops_tui.economics.calls import Call
from turbofinops_tui.economics.evidence import Resolver, SpanCost
from turbofinops_tui.economics.money import scale
from turbofinops_tui.store.open import Store
from turbofinops_tui.store.reading import Reading
from turbofinops_tui.store.usage_calls import has_calls, known_ids
from turbofinops_tui.sync.prices import PriceBook


class Known:
    """Implements ``economics.evidence.Elsewhere`` over a store and the prices of a reading.

    A span's costs are rounded at store scale call by call, so that they add up in whatever order spans come.
    """

    def __init__(self, store: Store, reading: Reading) -> None:
        self._store = store
        self._book = PriceBook(reading.prices)
        with store.read() as conn:
            self._any = has_calls(conn)

    def told(self, ids: Sequence[str]) -> set[str]:
        """Those response ids that the meter or a gateway tells."""
        if not self._any:
            return set()
        with self._store.read() as conn:
            return known_ids(conn, ids)

    def priced(
        self, provider: str, model: str, second: int, tokens: tuple[int, int, int, int]
    ) -> Sequence[SpanCost]:
        """What a call cost, by currency."""
        call = Call("otlp", "", second, provider_name(provider), model, tokens)
        found = []
        for item in self._book.priced(call) if provider and model else ():
            a, b, c, d, e = (round(cost * scale(item.currency)) for cost in item.costs)
            found.append((item.currency, item.price, (a, b, c, d, e)))
        return found


def resolver_of(store: Store, reading: Reading) -> Resolver:
    """The resolver of a reading with what is known of calls."""
    return Resolver(reading, frozenset(reading.exclusive_scopes), Known(store, reading))
