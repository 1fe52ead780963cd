"""What a token of a model costs: by the prices of the rules, else by what the books say it was billed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from turbofinops_tui.economics.calls import SECONDS_A_DAY, Call
from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.patterns import pattern
from turbofinops_tui.economics.periods import month_of_day
from turbofinops_tui.errors import MissingDataError
from turbofinops_tui.store.rule_set_rows import load_prices

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

MILLION = 10**6
QUANTITY = 10**9
"""stored quantities are at 1e-9 of their unit"""


class ModelPrices:
    """Prices per token in one currency; an unknown price is refused, never 0 (numbers.md 3)."""

    def __init__(self, reports: Reports, cost: str, currency: str) -> None:
        from turbofinops_tui.sync.prices import PriceBook

        self._books = reports.books()
        self._cost, self.currency = cost, currency
        with reports.session.store.read() as conn:
            self._listed = load_prices(conn)
        self._book = PriceBook(self._listed)
        self._billed: dict[str, dict[tuple[int, str], tuple[int, int]]] = {}
        self._used: set[str] = set()

    @property
    def origin(self) -> str:
        """Where the prices that were used come from, in words."""
        return " and ".join(sorted(self._used)) or "prices"

    def per_token(self, model: str, token_class: str, day: int, seller: str = "") -> Fraction:
        """Major units per token of a class on a day; MissingDataError when nobody knows.

        ``seller``: who is asked where neither books nor rules know the model.
        """
        listed = self._of_list(model, token_class, day, self.provider(model) or seller)
        if listed is not None:
            self._used.add("the prices")
            return listed
        billed = self._of_books(model, token_class, day)
        if billed is None:
            raise MissingDataError(
                f"there is no price of {model} for {token_class.replace('_', ' ')} tokens in {self.currency}",
                "give one under `prices:` of the rules file (`rules apply`)",
            )
        self._used.add("what was billed")
        return billed

    def _of_list(self, model: str, token_class: str, day: int, seller: str) -> Fraction | None:
        """The price of the rules, else of the list, at that time, in the wanted currency."""
        call = Call("", "", day * SECONDS_A_DAY, seller, model, (0, 0, 0, 0))
        rate = self._book.rate(call, token_class, 0)
        if rate is None:
            return None
        price = Fraction(rate.per_million) / MILLION
        if rate.currency == self.currency:
            return price
        table = self._books.rates.rate(rate.currency, self.currency, day)
        return None if table is None else price * Fraction(*table)

    def _of_books(self, model: str, token_class: str, day: int) -> Fraction | None:
        """What the nearest month with tokens of this class was billed for one."""
        if model not in self._billed:
            from turbofinops_tui.economics.books.scenario import token_costs

            self._billed[model] = token_costs(self._books, model, self._cost, self.currency)
        months = [month for month, name in self._billed[model] if name == token_class]
        if not months:
            return None
        wanted = month_of_day(day)
        nearest = min(months, key=lambda month: (abs(month - wanted), month))
        units, quantity = self._billed[model][nearest, token_class]
        return Fraction(units, scale(self.currency)) / (Fraction(quantity, QUANTITY) * MILLION)

    def provider(self, model: str) -> str:
        """Who sells a model: as the books or the rules' prices name it."""
        known = [dimension.provider for dimension in self._books.dimensions if dimension.model == model]
        listed = [item.provider for item in self._listed if pattern(item.model).matches(model)]
        return next(iter([*known, *listed]), "")

    def service(self, model: str) -> str:
        """The service under which a model is billed, where the books know it."""
        return next((d.service for d in self._books.dimensions if d.model == model), "")
