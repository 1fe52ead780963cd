"""What a token of a model costs: by the prices of the rules, else by what the books say it was billed."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.money import scale
from turbofinops_tui.economics.patterns import pattern
from turbofinops_tui.economics.periods import month_of_day, parse_day
from turbofinops_tui.errors import MissingDataError
from turbofinops_tui.store.settings import get_setting

if TYPE_CHECKING:
    from turbofinops_tui.actions.reports import Reports

MILLION = 10**6
QUANTITY = 10**9
"""stored quantities are at 1e-9 of their unit"""


class ModelPrices:
    """Prices per token in one currency; an unknown price is refused, never 0 (numbers.md 3)."""

    def __init__(self, reports: Reports, cost: str, currency: str) -> None:
        self._books = reports.books()
        self._cost, self.currency = cost, currency
        with reports.session.store.read() as conn:
            self._listed: list[dict[str, Any]] = json.loads(get_setting(conn, "prices"))
        self._billed: dict[str, dict[tuple[int, str], tuple[int, int]]] = {}
        self._used: set[str] = set()

    @property
    def origin(self) -> str:
        """Where the prices that were used come from, in words."""
        return " and ".join(sorted(self._used)) or "prices"

    def per_token(self, model: str, token_class: str, day: int) -> Fraction:
        """Major units per token of a class on a day; MissingDataError when nobody knows."""
        listed = self._of_rules(model, token_class, day)
        if listed is not None:
            self._used.add("the rules' prices")
            return listed
        billed = self._of_books(model, token_class, day)
        if billed is None:
            raise MissingDataError(
                f"there is no price of {model} for {token_class.replace('_', ' ')} tokens in {self.currency}",
                "give one under `prices:` of the rules file (`rules apply`)",
            )
        self._used.add("what was billed")
        return billed

    def _of_rules(self, model: str, token_class: str, day: int) -> Fraction | None:
        """The last price of the rules that began by ``day``."""
        best: tuple[int, Fraction] | None = None
        for item in self._listed:
            start = parse_day(str(item["from"])) if item.get("from") else -(10**6)
            fits = item.get("class") == token_class and item.get("currency", self.currency) == self.currency
            if fits and start <= day and pattern(str(item.get("model", ""))).matches(model):
                price = Fraction(str(item["per_million"])) / MILLION
                if best is None or start >= best[0]:
                    best = (start, price)
        return None if best is None else best[1]

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
        listed = [
            str(item.get("provider", ""))
            for item in self._listed
            if pattern(str(item.get("model", ""))).matches(model)
        ]
        return next(iter([*known, *listed]), "")

    def service(self, model: str) -> str:
        """The service under which a model is billed, where the books know it."""
        return next((d.service for d in self._books.dimensions if d.model == model), "")
