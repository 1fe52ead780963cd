"""``--view difference``: the table under a draft minus the saved one, cell by cell. Stdlib only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from turbofinops_tui.economics.money import Money, Ratio, scale
from turbofinops_tui.economics.types import Having, Key, Row, Slice, Table, Value

Cells = tuple[Value, ...]


def asked_of_both(slice_: Slice) -> Slice:
    """What to ask of either side: every row, uncut, with the measures of the order and of the filter."""
    names = [*(having.measure for having in slice_.having), *(sort.name for sort in slice_.sort)]
    extra = [name for name in names if name not in slice_.by]
    measures = tuple(dict.fromkeys((*slice_.measures, *extra)))
    return replace(slice_, view="saved", measures=measures, having=(), sort=(), top=None)


def table_difference(saved: Table, draft: Table, slice_: Slice) -> Table:
    """``draft`` minus ``saved``, both answers to ``asked_of_both(slice_)``, in the order of ``slice_``.

    A row on one side alone is 0 on the other; a cell without meaning on either side has none, unless
    the other side has no such row. A verdict that changed reads ``was -> now``.
    """
    was = {(row.key, row.currency): row for row in saved.rows}
    now = {(row.key, row.currency): row for row in draft.rows}
    rows = [
        Row(key, _minus(_values(now, key, code), _values(was, key, code)), code)
        for key, code in sorted({*now, *was}, key=lambda item: (_place(slice_, item[0]), item[1]))
    ]
    measures = draft.slice.measures
    kept = [row for row in rows if all(_passes(h, row, measures) for h in slice_.having)]
    for sort in reversed(slice_.sort):
        kept = _sorted(kept, slice_.by, measures, sort.name, sort.ascending)
    width = len(slice_.measures)
    return replace(
        draft,
        slice=slice_,
        rows=_narrow(_cut(kept, slice_, len(measures)), width),
        unattributed=_narrow(_sums(draft.unattributed, saved.unattributed), width),
        totals=_narrow(_sums(draft.totals, saved.totals), width),
        warnings=tuple(dict.fromkeys((*draft.warnings, *saved.warnings))),
    )


def _narrow(rows: Sequence[Row], width: int) -> tuple[Row, ...]:
    """Rows without the measures that only the order and the filter needed."""
    return tuple(replace(row, values=row.values[:width]) for row in rows)


def _place(slice_: Slice, key: Key) -> list[tuple[int, int, bytes]]:
    """Display order: UTF-8 bytes, ages by number, cohort ``none`` and then what has no value last."""
    found = []
    for name, text in zip(slice_.by, key, strict=True):
        if text is None:
            found.append((2, 0, b""))
        elif name == "age":
            found.append((0, int(text), b""))
        else:
            found.append((int(name == "cohort" and text == "none"), 0, text.encode()))
    return found


def _values(rows: dict[tuple[Key, str], Row], key: Key, code: str) -> Cells | None:
    row = rows.get((key, code))
    return None if row is None else row.values


def _sums(now: Sequence[Row], was: Sequence[Row]) -> tuple[Row, ...]:
    old = {row.currency: row.values for row in was}
    new = {row.currency: row for row in now}
    codes = dict.fromkeys((*new, *old))
    key = next((row.key for row in (*now, *was)), ())
    return tuple(
        Row(key, _minus(new[code].values if code in new else None, old.get(code)), code) for code in codes
    )


def _minus(now: Cells | None, was: Cells | None) -> Cells:
    if now is None:
        return tuple(_cell(None, value, True) for value in was or ())
    if was is None:
        return tuple(_cell(value, None, True) for value in now)
    return tuple(_cell(new, old, False) for new, old in zip(now, was, strict=True))


def _cell(new: Value, old: Value, alone: bool) -> Value:
    """``new - old``; with ``alone`` the side that is None counts as 0 where 0 has a meaning."""
    if isinstance(new, str) or isinstance(old, str):
        return None if new == old else f"{old or 'none'} -> {new or 'none'}"
    if isinstance(new, Money) or isinstance(old, Money):
        return _money(new, old, alone)
    if isinstance(new, Ratio) and isinstance(old, Ratio):
        top = new.numerator * old.denominator - old.numerator * new.denominator
        return Ratio(top, new.denominator * old.denominator)
    counts = [value if isinstance(value, int) else None for value in (new, old)]
    if counts == [None, None] or (None in counts and not alone):
        return None
    return (counts[0] or 0) - (counts[1] or 0)


def _money(new: Value, old: Value, alone: bool) -> Value:
    if isinstance(new, Money) and isinstance(old, Money):
        return new - old
    if not alone:
        return None
    return new if isinstance(new, Money) else -old if isinstance(old, Money) else None


# --- order and cut --------------------------------------------------------------------------------


def number_of(value: Value) -> Fraction | None:
    """A value as a number that sorts and compares: major units, percent, a count."""
    if isinstance(value, Money):
        return Fraction(value.units, scale(value.currency))
    if isinstance(value, Ratio):
        return value.percent()
    return Fraction(value) if isinstance(value, int) else None


def _passes(having: Having, row: Row, measures: Sequence[str]) -> bool:
    number = number_of(row.values[measures.index(having.measure)])
    if number is None or isinstance(having.value, str):
        return False
    limit = Fraction(having.value)
    tests: dict[str, Callable[[], bool]] = {
        "<": lambda: number < limit, "<=": lambda: number <= limit, ">": lambda: number > limit,
        ">=": lambda: number >= limit, "=": lambda: number == limit, "!=": lambda: number != limit,
    }  # fmt: skip
    return tests[having.operator]()


def _sorted(
    rows: list[Row], by: Sequence[str], measures: Sequence[str], name: str, ascending: bool
) -> list[Row]:
    if name in by:
        place = by.index(name)
        keys = {row.key[place] for row in rows if row.key[place] is not None}
        rank = {key: number for number, key in enumerate(sorted(keys, key=lambda k: str(k).encode()))}
        last = len(rank) if ascending else -1
        return sorted(rows, key=lambda row: rank.get(row.key[place], last), reverse=not ascending)
    at = measures.index(name)
    valued = [row for row in rows if number_of(row.values[at]) is not None]
    rest = [row for row in rows if number_of(row.values[at]) is None]
    valued.sort(key=lambda row: number_of(row.values[at]) or Fraction(0), reverse=not ascending)
    return valued + rest


def _cut(rows: list[Row], slice_: Slice, width: int) -> list[Row]:
    """``--top``: the first rows and those without a name; the rest as one row, summed."""
    if slice_.top is None:
        return rows
    left = slice_.top
    kept: list[Row] = []
    cut: list[Row] = []
    for row in rows:
        nameless = None in row.key
        (kept if nameless or left > 0 else cut).append(row)
        left -= not nameless
    for code in dict.fromkeys(row.currency for row in cut):
        own = [row for row in cut if row.currency == code]
        values = tuple(_sum([row.values[at] for row in own]) for at in range(width))
        kept.append(Row((None,) * len(slice_.by), values, code, others=True))
    return kept


def _sum(values: Sequence[Value]) -> Value:
    money = [value for value in values if isinstance(value, Money)]
    if money and len(money) == len(values):
        return sum(money[1:], money[0])
    counts = [value for value in values if isinstance(value, int)]
    return sum(counts) if counts and len(counts) == len(values) else None
