"""``Table`` <-> the JSON of every report (interface.md).

Money is text with all stored digits, zeros cut down to the currency's minor
digits; ratios are percent as text with 4 decimals; missing is ``null``. The
same form with ``exact`` ratios (``"n/d"``) is what the store keeps for the first
paint, so that rounding for the eye starts from the true value there too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.money import Money, Ratio, to_units
from turbofinops_tui.economics.periods import Days, Range, day_text, parse_day
from turbofinops_tui.errors import DataError
from turbofinops_tui.files.slice_words import having_text

OTHERS = "(others)"
"""what stands in the first dimension of the row that sums up what ``--top`` cut"""
Json = dict[str, Any]


def encode(table: t.Table, *, exact: bool = False) -> Json:
    """The document of interface.md; ratios as ``n/d`` when ``exact``.

    With ``compare`` each row has the other period's values under ``previous``, and the
    document that period's days under ``compared``.
    """
    native = table.currency == "native"
    books = table.books
    found: Json = {
        "slice": encode_slice(table.slice, table.days),
        "currency": table.currency,
        "books": books.whole,
        "parts": {"facts": books.facts, "rules": books.rules, "settings": books.settings},
        "as_of": table.as_of,
        "states": [
            {"source": s.source, "from": day_text(s.start), "to": day_text(s.end), "state": s.state}
            for s in table.states
        ],
        "rows": [_row(table, row, exact) for row in table.rows],
        "unattributed": _sums(table, table.unattributed, native, exact),
        "unconverted": [_unconverted(item) for item in table.unconverted],
        "totals": _sums(table, table.totals, native, exact),
        "warnings": list(table.warnings),
    }
    if table.unbilled:
        found["unbilled"] = [
            {"customer": item.customer, "from": day_text(item.start), "to": day_text(item.end)}
            for item in table.unbilled
        ]
    if table.compared is not None:
        found["compared"] = {"from": day_text(table.compared.start), "to": day_text(table.compared.end)}
    return found


def dumps(table: t.Table, *, exact: bool = False) -> str:
    """``encode`` as text, a row a line: pure ASCII, so that no foreign byte reaches a terminal."""
    document = encode(table, exact=exact)
    # Not indent=2: that takes the slow encoder, and a row a line is what `diff` and `grep` want.
    rows = ",\n    ".join(map(json.dumps, document["rows"]))
    lines = [f'  "{key}": {json.dumps(value)}' for key, value in document.items() if key != "rows"]
    lines.insert(list(document).index("rows"), f'  "rows": [\n    {rows}\n  ]' if rows else '  "rows": []')
    return "{\n" + ",\n".join(lines) + "\n}"


def loads(text: str) -> t.Table:
    """The Table of ``dumps``; DataError when the text is no such document."""
    try:
        return decode(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise DataError(f"not a report ({kind})", "give a file of 'report --format json'") from None


def decode(document: Mapping[str, Any]) -> t.Table:
    """The Table behind a document of ``encode``; KeyError or ValueError when it is none."""
    slice_, days = decode_slice(document["slice"])
    parts = document["parts"]
    currency = document["currency"]
    rows = [_decode_row(values, slice_.by, slice_.measures, currency) for values in document["rows"]]
    return t.Table(
        slice=slice_,
        days=days,
        currency=currency,
        books=t.BooksId(parts["facts"], parts["rules"], parts["settings"], document["books"]),
        as_of=document["as_of"],
        rows=rows,
        unattributed=_decode_sums(document["unattributed"], slice_, currency),
        totals=_decode_sums(document["totals"], slice_, currency),
        states=tuple(
            t.SourceState(s["source"], parse_day(s["from"]), parse_day(s["to"]), s["state"])
            for s in document["states"]
        ),
        unconverted=tuple(_decode_unconverted(item) for item in document["unconverted"]),
        warnings=tuple(document["warnings"]),
        compared=_days(document.get("compared")),
        unbilled=tuple(
            t.Unbilled(item["customer"], parse_day(item["from"]), parse_day(item["to"]))
            for item in document.get("unbilled", ())
        ),
    )


# --- slices -----------------------------------------------------------------------------------


def encode_slice(slice: t.Slice, days: Days) -> Json:  # noqa: A002 - the product's word
    """Every field under its option's name, the range as written, and the ``days`` it means."""
    return {
        "by": list(slice.by),
        "measure": list(slice.measures),
        "period": slice.range.period or None,
        "from": slice.range.start or None,
        "to": slice.range.end or None,
        "days": {"from": day_text(days.start), "to": day_text(days.end)},
        "basis": slice.revenue,
        "cost": slice.cost,
        "currency": slice.currency or None,
        "tax": slice.tax,
        "credits": slice.credits,
        "estimates": slice.estimates,
        "where": [f"{c.dimension}{'!=' if c.negated else '='}{c.pattern}" for c in slice.where],
        "having": [f"{h.measure}{h.operator}{having_text(h.value)}" for h in slice.having],
        "sort": [{"by": s.name, "ascending": s.ascending} for s in slice.sort],
        "top": slice.top,
        "compare": slice.compare or None,
        "cumulative": slice.cumulative,
        "shared": slice.shared,
        "view": slice.view,
    }


def decode_slice(document: Mapping[str, Any]) -> tuple[t.Slice, Days]:
    """The Slice and its days; KeyError or ValueError when the document is none."""
    d = document
    found = t.Slice(
        by=tuple(d["by"]),
        measures=tuple(d["measure"]),
        range=Range(d["period"] or "", d["from"] or "", d["to"] or ""),
        revenue=d["basis"],
        cost=d["cost"],
        currency=d["currency"] or "",
        tax=d["tax"],
        credits=d["credits"],
        estimates=d["estimates"],
        where=tuple(_condition(text) for text in d["where"]),
        having=tuple(_having(text) for text in d["having"]),
        sort=tuple(t.Sort(s["by"], s["ascending"]) for s in d["sort"]),
        top=d["top"],
        compare=d["compare"] or "",
        cumulative=d["cumulative"],
        shared=d["shared"],
        view=d["view"],
    )
    return found, Days(parse_day(d["days"]["from"]), parse_day(d["days"]["to"]))


def _condition(text: str) -> t.Condition:
    at = text.index("=")
    negated = text[at - 1] == "!"
    return t.Condition(text[: at - negated], text[at + 1 :], negated)


def _having(text: str) -> t.Having:
    start = next(index for index, char in enumerate(text) if char in "<>=!")
    end = start + (2 if text[start + 1] == "=" else 1)
    measure, right = text[:start], text[end:]
    value = right if measure in t.TEXT_MEASURES else Decimal(right)
    return t.Having(measure, cast("Any", text[start:end]), value)


# --- rows -------------------------------------------------------------------------------------


def _row(table: t.Table, row: t.Row, exact: bool) -> Json:
    found: Json = {name: _key_json(name, value) for name, value in zip(table.slice.by, row.key, strict=True)}
    if row.others:
        found |= {table.slice.by[0]: OTHERS, "others": True}
    if table.currency == "native":
        found["currency"] = row.currency
    found |= _values(table, row.values, exact)
    return found | {"previous": _values(table, row.previous, exact)} if row.previous else found


def _values(table: t.Table, values: tuple[t.Value, ...], exact: bool) -> Json:
    return {n: _value_json(v, exact) for n, v in zip(table.slice.measures, values, strict=True)}


def _decode_row(
    values: Mapping[str, Any], by: Sequence[str], measures: Sequence[str], currency: str
) -> t.Row:
    code = values["currency"] if currency == "native" else ""

    def cells(found: Mapping[str, Any]) -> tuple[t.Value, ...]:
        return tuple(_value(name, found[name], code or currency) for name in measures)

    before = values.get("previous")
    key = tuple(_key_text(values[name]) for name in by)
    return t.Row(key, cells(values), code, bool(values.get("others")), cells(before) if before else ())


def _decode_sums(found: Any, slice_: t.Slice, currency: str) -> tuple[t.Row, ...]:
    """Totals or the unattributed sum: one document, a list of them when native, or null."""
    documents = [] if found is None else found if isinstance(found, list) else [found]
    rows = (_decode_row(values, (), slice_.measures, currency) for values in documents)
    return tuple(replace(row, key=(None,) * len(slice_.by)) for row in rows)


def _days(document: Mapping[str, str] | None) -> Days | None:
    return None if document is None else Days(parse_day(document["from"]), parse_day(document["to"]))


def _sums(table: t.Table, rows: Iterable[t.Row], native: bool, exact: bool) -> Json | list[Json] | None:
    if native:
        return [{"currency": row.currency} | _values(table, row.values, exact) for row in rows]
    return next((_values(table, row.values, exact) for row in rows), None)


def _key_json(name: str, value: str | None) -> str | int | None:
    # An age is a number of months; every other key is text.
    return int(value) if name == "age" and value is not None and _whole(value) else value


def _whole(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def _key_text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _value_json(value: t.Value, exact: bool) -> str | int | None:
    if isinstance(value, Ratio):
        return f"{value.numerator}/{value.denominator}" if exact else value.text()
    return value.text() if isinstance(value, Money) else value


def _value(measure: str, value: str | int | None, currency: str) -> t.Value:
    if value is None or isinstance(value, int) or measure in t.TEXT_MEASURES:
        return value
    if measure in t.RATIO_MEASURES:
        numerator, slash, denominator = value.partition("/")
        if slash:
            return Ratio(int(numerator), int(denominator))
        return Ratio(int(Decimal(value).scaleb(4)), 10**6)
    return Money(to_units(Decimal(value), currency), currency)


def _unconverted(item: t.Unconverted) -> Json:
    return {
        "amount": item.amount.text(),
        "currency": item.amount.currency,
        "customer": item.customer,
        "side": item.side,
        "source": item.source,
        "day": day_text(item.day),
    }


def _decode_unconverted(item: Mapping[str, Any]) -> t.Unconverted:
    code = item["currency"]
    amount = Money(to_units(Decimal(item["amount"]), code), code)
    return t.Unconverted(amount, item["customer"], item["side"], item["source"], parse_day(item["day"]))
