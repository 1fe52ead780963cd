"""From a slice to engines: which spans, which windows, and what is remembered between questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from turbofinops_tui.economics.books import FactBooks
from turbofinops_tui.economics.evaluate.axes import Mask
from turbofinops_tui.economics.evaluate.bind import Binding
from turbofinops_tui.economics.evaluate.derive import DerivedLedger
from turbofinops_tui.economics.evaluate.engine import Engine
from turbofinops_tui.economics.evaluate.ledger import Ledger, Options
from turbofinops_tui.economics.evaluate.weights import MonthWeights
from turbofinops_tui.economics.periods import Days, month_of_day, month_start, week_start
from turbofinops_tui.economics.types import Rules, Slice

WINDOW_DAYS = 92
"""days of one window on the day or week axis; longer tables are read window by window"""
ENGINES_KEPT = 8
WINDOWS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """An engine and which of its spans the question asks for."""

    engine: Engine
    inside: Mask


def pieces(books: FactBooks, rules: Rules, slice_: Slice, days: Days) -> list[Piece]:
    """The engines that hold the days of a slice, in order of time."""
    months = books.facts.months()
    if not months:
        return []
    start, end = max(days.start, months[0].start), min(days.end, months[-1].end)
    if start >= end:
        return []
    grain = _grain(slice_)
    spans = spans_of(Days(start, end), grain)
    whole_months = grain == "month" and all(_is_month(span) for span in spans)
    # a method asked for in place of the rules is a passing question: it reads its own months alone
    if whole_months and slice_.shared is None:
        engine = _engine(books, rules, slice_, months, Days(months[0].start, months[-1].end))
        return [Piece(engine, (engine.books.starts >= start) & (engine.books.ends <= end))]
    found = []
    for window in [spans] if grain == "month" else _windows(spans):
        engine = _engine(books, rules, slice_, tuple(window), Days(start, end))
        found.append(Piece(engine, np.ones(len(window), dtype=bool)))
    return found


def _grain(slice_: Slice) -> str:
    asked = {*slice_.by, *(condition.dimension for condition in slice_.where)}
    return "day" if "day" in asked else "week" if "week" in asked else "month"


def spans_of(days: Days, grain: str) -> list[Days]:
    """``days`` cut at every month, and at every week or day for those grains."""
    found, start = [], days.start
    while start < days.end:
        end = min(days.end, month_start(month_of_day(start) + 1))
        if grain == "week":
            end = min(end, week_start(start) + 7)
        elif grain == "day":
            end = start + 1
        found.append(Days(start, end))
        start = end
    return found


def _is_month(span: Days) -> bool:
    return span.whole_months()


def _windows(spans: Sequence[Days]) -> list[list[Days]]:
    found: list[list[Days]] = []
    for span in spans:
        if not found or span.end - found[-1][0].start > WINDOW_DAYS:
            found.append([])
        found[-1].append(span)
    return found


def binding_of(books: FactBooks, rules: Rules, slice_: Slice) -> Binding:
    """The rules bound to the dimensions, remembered."""
    key = ("binding", rules.id or rules, slice_.tax, slice_.shared)
    memory = memory_of(books, "bindings")
    if key not in memory:
        base = next((memory[old] for old in reversed(memory) if _alike(old, key)), None)
        memory[key] = Binding(books.facts, rules, slice_.tax, slice_.shared, cast("Binding | None", base))
        forget(memory, ENGINES_KEPT)
    memory.move_to_end(key)
    return cast(Binding, memory[key])


def _alike(old: object, key: tuple[object, ...]) -> bool:
    """Whether two keys differ in their rules alone: then one can be made from the other."""
    return isinstance(old, tuple) and (old[0], *old[2:]) == (key[0], *key[2:])


def weights_of(books: FactBooks, rules: Rules, slice_: Slice) -> MonthWeights:
    """The weights of the shared rules, remembered with their binding.

    Those of a method in place of the rules share the direct cost of the rules: a shared rule moves none.
    """
    key = ("weights", rules.id or rules, slice_.tax, slice_.shared, slice_.cost)
    memory = memory_of(books, "weights")
    if key not in memory:
        own = replace(slice_, shared=None)
        direct = None if slice_.shared is None else weights_of(books, rules, own)
        options = Options(slice_.cost, books.settings.currency)
        ledger = _ledger(books, rules, own, books.facts.months(), options)
        base = cast(
            "MonthWeights | None", next((memory[old] for old in reversed(memory) if _alike(old, key)), None)
        )
        memory[key] = MonthWeights(books, ledger, base, binding_of(books, rules, slice_), direct)
        forget(memory, ENGINES_KEPT)
    memory.move_to_end(key)
    return cast(MonthWeights, memory[key])


def engine_of(books: FactBooks, rules: Rules, slice_: Slice, spans: tuple[Days, ...], whole: Days) -> Engine:
    """The engine of a slice's options over ``spans``, remembered."""
    return _engine(books, rules, slice_, spans, whole)


def _engine(books: FactBooks, rules: Rules, slice_: Slice, spans: tuple[Days, ...], whole: Days) -> Engine:
    currency = slice_.currency or books.settings.currency
    own = (slice_.tax, slice_.shared, slice_.cost, slice_.credits, slice_.revenue, slice_.estimates)
    key = ("engine", rules.id or rules, own, currency, spans, whole)
    memory = memory_of(books, "engines")
    if key not in memory:
        base = cast("Engine | None", next((memory[k] for k in reversed(memory) if _alike(k, key)), None))
        options = Options(slice_.cost, currency, slice_.credits)
        ledger = _ledger(books, rules, slice_, spans, options)
        if not isinstance(ledger, DerivedLedger) or base is None or ledger.base is not base.ledger:
            base = None
        memory[key] = Engine(
            ledger.books,
            binding_of(books, rules, slice_),
            options,
            (slice_.revenue, slice_.estimates),
            weights_of(books, rules, slice_),
            whole,
            ledger,
            base,
        )
        forget(memory, ENGINES_KEPT)
    memory.move_to_end(key)
    return cast(Engine, memory[key])


def _ledger(
    books: FactBooks, rules: Rules, slice_: Slice, spans: tuple[Days, ...], options: Options
) -> Ledger:
    """The ledger over ``spans``, remembered; derived from one of other rules where there is one."""
    key = ("ledger", rules.id or rules, slice_.tax, slice_.shared, options, spans)
    memory = memory_of(books, "ledgers")
    if key not in memory:
        binding = binding_of(books, rules, slice_)
        base = cast("Ledger | None", next((memory[k] for k in reversed(memory) if _alike(k, key)), None))
        if base is not None:
            memory[key] = DerivedLedger(base, binding)
        else:
            memory[key] = Ledger(_window(books, spans), binding, options)
        forget(memory, ENGINES_KEPT)
    memory.move_to_end(key)
    return cast(Ledger, memory[key])


def _window(books: FactBooks, spans: tuple[Days, ...]) -> FactBooks:
    """The books on ``spans``; the ledgers of several questions about the same days share them."""
    if spans == books.facts.months():
        return base_books(books)
    memory = memory_of(books, "windows")
    if spans not in memory:
        memory[spans] = books.window(spans)
        forget(memory, WINDOWS_KEPT)
    memory.move_to_end(spans)
    return cast(FactBooks, memory[spans])


def base_books(books: FactBooks) -> FactBooks:
    """The books on every month, made once, so that all engines share their columns."""
    memory = memory_of(books, "base")
    if "books" not in memory:
        memory["books"] = books.window(books.facts.months())
    return cast(FactBooks, memory["books"])


def memory_of(books: FactBooks, name: str) -> OrderedDict[object, object]:
    """What is remembered with the facts under ``name``, oldest first."""
    memory = books.facts.memory.setdefault(name, OrderedDict())
    return cast("OrderedDict[object, object]", memory)


def forget(memory: OrderedDict[object, object], most: int) -> None:
    """Drop the oldest beyond ``most``."""
    while len(memory) > most:
        memory.popitem(last=False)
