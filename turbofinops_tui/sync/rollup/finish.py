"""From mapped texts to stored integers: one exact sum per key, rounded once, half-even (numbers.md 1)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from turbofinops_tui.economics.money import decimal_text, scale_digits, to_units
from turbofinops_tui.errors import DataError
from turbofinops_tui.sync.read.layout import ATTRIBUTES
from turbofinops_tui.sync.rollup.canonical import Canonical
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.exact import EXACT, exact_sum
from turbofinops_tui.sync.rollup.result import Finding, LeftOut, PeriodRollup, Rollup, Total

if TYPE_CHECKING:
    from turbofinops_tui.sync.rollup.result import IntArray

_JOINED = (
    "FROM part JOIN day_map d USING (day) JOIN period_map p USING (period) JOIN tag_map t USING"
    " (tags, more_tags)"
    f" JOIN attribute_map a USING ({', '.join(ATTRIBUTES)})"
)
_SMALLEST = "CAST('0.000000000000000001' AS DECIMAL(19,18))"


def finish(engine: Engine, canonical: Canonical) -> Rollup:
    """The delivery in table ``part`` as integers by period, day and dimension."""
    engine.run(_final_query())
    arrays = _rounded(engine, canonical)
    dimensions, arrays["dimension"] = _dimensions(canonical, arrays)
    return Rollup(
        dimensions=dimensions,
        periods=_periods(engine, canonical, arrays),
        lines=int(engine.run("SELECT coalesce(sum(n), 0) FROM part")[0][0]),
        findings=_findings(engine, canonical),
        warnings=[],
        engine=engine.name,
    )


def _final_query() -> str:
    """Table ``final``: exact sums per (period, day, attributes, tag set). What ``lo`` holds of whole 1e-18
    goes over to ``hi``, so that lines in any number cannot overflow it."""
    sums = []
    for prefix in ("b", "e"):
        hi, lo = f"sum({prefix}_hi)", f"sum({prefix}_lo)"
        sums.append(
            f"CAST({hi} + CAST(trunc({lo}) AS DECIMAL(20,0)) * {_SMALLEST} AS DECIMAL(38,18)) AS {prefix}_hi"
        )
        sums.append(f"CAST({lo} - trunc({lo}) AS DECIMAL(38,18)) AS {prefix}_lo")
        sums.append(f"flatten(list({prefix}_rest) FILTER (WHERE {prefix}_rest IS NOT NULL)) AS {prefix}_rest")
    return (
        "CREATE OR REPLACE TEMP TABLE final AS SELECT coalesce(p.month, d.month) AS period, d.number AS day,"
        f" a.attribute AS attribute, t.tag_set AS tag_set, any_value(a.factor) AS factor, sum(n)"
        f" AS n, {', '.join(sums)},"
        f" CAST(sum(qty * a.measured) AS DECIMAL(38,12)) AS qty {_JOINED}"
        " GROUP BY coalesce(p.month, d.month), d.number, a.attribute, t.tag_set"
    )


def _half_even(amount: str, factor: str) -> str:
    scaled = f"({amount} * {factor})"
    part = f"({scaled} - floor({scaled}))"
    odd = f"CAST(floor({scaled}) AS HUGEINT) % 2 <> 0"
    up = f"CASE WHEN {part} > 0.5 OR ({part} = 0.5 AND {odd}) THEN 1 ELSE 0 END"
    return f"TRY_CAST(CAST(floor({scaled}) AS HUGEINT) + {up} AS BIGINT)"


def _rounded(engine: Engine, canonical: Canonical) -> dict[str, IntArray]:
    """The rows of ``final`` as int64 arrays; rows with digits beyond the engine are rounded by Python."""
    hard = " OR ".join(f"{name}_lo <> 0 OR coalesce(len({name}_rest), 0) > 0" for name in ("b", "e"))
    raw = engine.arrays(
        "SELECT rowid AS id, period, day, attribute, tag_set,"
        f" {_half_even('e_hi', 'factor')} AS effective, {_half_even('b_hi', 'factor')} AS billed,"
        f" {_half_even('qty', '1000000000')} AS quantity FROM final ORDER BY rowid"
    )
    arrays = {name: _filled(column, name) for name, column in raw.items()}
    rows = engine.run(
        f"SELECT rowid, attribute, e_hi, e_lo, e_rest, b_hi, b_lo, b_rest FROM final WHERE {hard}"
    )
    places = {int(number): place for place, number in enumerate(arrays["id"].tolist())} if rows else {}
    for number, attribute, *parts in rows:
        currency = canonical.attributes[attribute].currency
        place = places[number]
        arrays["effective"][place] = to_units(exact_sum(*parts[:3]), currency)
        arrays["billed"][place] = to_units(exact_sum(*parts[3:]), currency)
    return arrays


def _filled(column: Any, name: str) -> IntArray:
    """A column as int64; a masked cell is an amount past int64."""
    import numpy as np

    if np.ma.is_masked(column):
        raise DataError(
            f"a {name} amount of one day and service is too large",
            "amounts are limited to about nine billion",
        )
    whole: IntArray = np.ma.getdata(column).astype(np.int64)
    return whole


def _dimensions(canonical: Canonical, arrays: dict[str, IntArray]) -> tuple[list[Any], IntArray]:
    import numpy as np

    width = max(1, len(canonical.tag_sets))
    keys, places = np.unique(arrays["attribute"] * width + arrays["tag_set"], return_inverse=True)
    dimensions = [
        (canonical.attributes[key // width], canonical.tag_sets[key % width])
        for key in map(int, keys.tolist())
    ]
    return dimensions, places.astype(np.int64)


def _periods(engine: Engine, canonical: Canonical, arrays: dict[str, IntArray]) -> list[PeriodRollup]:
    import numpy as np

    order = np.lexsort((arrays["dimension"], arrays["day"], arrays["period"]))
    columns = {name: column[order] for name, column in arrays.items()}
    totals, lines = _totals(engine, canonical, columns)
    left_out = _left_out(engine, canonical)
    periods = []
    for period in sorted(lines):
        start, end = (int(np.searchsorted(columns["period"], period, side)) for side in ("left", "right"))
        cut = slice(start, end)
        periods.append(
            PeriodRollup(
                period=period,
                lines=lines[period],
                totals=totals[period],
                left_out=left_out.get(period, []),
                days=columns["day"][cut],
                dimensions=columns["dimension"][cut],
                effective=columns["effective"][cut],
                billed=columns["billed"][cut],
                quantities=columns["quantity"][cut],
            )
        )
    return periods


def _totals(
    engine: Engine, canonical: Canonical, columns: dict[str, IntArray]
) -> tuple[dict[int, list[Total]], dict[int, int]]:
    """Per period: exact source totals beside the stored ones, and the lines."""
    exact: dict[tuple[int, str, str], Decimal] = {}
    counts: dict[tuple[int, str], int] = {}
    for period, attribute, n, *parts in engine.run(
        "SELECT period, attribute, sum(n), sum(e_hi), sum(e_lo), flatten(list(e_rest) FILTER"
        " (WHERE e_rest IS NOT NULL)),"
        " sum(b_hi), sum(b_lo), flatten(list(b_rest) FILTER (WHERE b_rest IS NOT NULL)) FROM"
        " final GROUP BY ALL"
    ):
        currency = canonical.attributes[attribute].currency
        counts[period, currency] = counts.get((period, currency), 0) + int(n)
        for cost, amount in (("effective", exact_sum(*parts[:3])), ("billed", exact_sum(*parts[3:]))):
            key = (period, currency, cost)
            exact[key] = EXACT.add(exact.get(key, Decimal(0)), amount)
    stored = _stored(canonical, columns)
    totals: dict[int, list[Total]] = {}
    lines: dict[int, int] = {}
    for (period, currency), count in sorted(counts.items()):
        lines[period] = lines.get(period, 0) + count
        for cost in ("effective", "billed"):
            units = Decimal(stored[period, currency, cost]).scaleb(-scale_digits(currency), EXACT)
            totals.setdefault(period, []).append(
                Total(currency, cost, exact[period, currency, cost], units, count)
            )
    return totals, lines


def _stored(canonical: Canonical, columns: dict[str, IntArray]) -> dict[tuple[int, str, str], int]:
    """Stored units per (period, currency, cost), added up in Python integers."""
    import numpy as np

    currencies = sorted({attributes.currency for attributes in canonical.attributes})
    number = {currency: place for place, currency in enumerate(currencies)}
    by_attribute = np.array(
        [number[attributes.currency] for attributes in canonical.attributes], dtype=np.int64
    )
    place = by_attribute[columns["attribute"]]
    sums: dict[tuple[int, str, str], int] = {}
    for period in np.unique(columns["period"]).tolist():
        for currency in currencies:
            chosen = (columns["period"] == period) & (place == number[currency])
            for cost in ("effective", "billed"):
                sums[int(period), currency, cost] = sum(columns[cost][chosen].tolist())
    return sums


def _left_out(engine: Engine, canonical: Canonical) -> dict[int, list[LeftOut]]:
    """Per period: the keys that the guard left out, with values and effective cost by currency."""
    if not canonical.left_out:
        return {}
    rows = engine.run(
        "SELECT coalesce(p.month, d.month), c.key, a.attribute, list(DISTINCT c.value), sum(e_hi), sum(e_lo),"
        f" flatten(list(e_rest) FILTER (WHERE e_rest IS NOT NULL)) {_JOINED}"
        " JOIN crowd c ON c.tags = part.tags AND c.more_tags = part.more_tags GROUP BY ALL"
    )
    values: dict[tuple[int, str, str], set[int]] = {}
    amounts: dict[tuple[int, str, str], Decimal] = {}
    for period, key, attribute, some, *parts in rows:
        where = (int(period), canonical.left_out[key], canonical.attributes[attribute].currency)
        values.setdefault(where, set()).update(some)
        amounts[where] = EXACT.add(amounts.get(where, Decimal(0)), exact_sum(*parts))
    found: dict[int, list[LeftOut]] = {}
    for period, name, currency in sorted(values):
        where = (period, name, currency)
        found.setdefault(period, []).append(LeftOut(name, len(values[where]), currency, amounts[where]))
    return found


def _findings(engine: Engine, canonical: Canonical) -> list[Finding]:
    """Tag texts that could not be read: the cost stays, untagged, and is counted."""
    rows = engine.run(
        "SELECT a.attribute, sum(n), sum(e_hi), sum(e_lo), flatten(list(e_rest) FILTER (WHERE"
        " e_rest IS NOT NULL))"
        f" {_JOINED} WHERE t.broken = 1 GROUP BY ALL"
    )
    counts: dict[str, int] = {}
    amounts: dict[str, Decimal] = {}
    for attribute, n, *parts in rows:
        currency = canonical.attributes[attribute].currency
        counts[currency] = counts.get(currency, 0) + int(n)
        amounts[currency] = EXACT.add(amounts.get(currency, Decimal(0)), exact_sum(*parts))
    detail = "tags that are no JSON object: the cost is kept without tags"
    return [
        Finding(
            "unreadable-tags", currency, detail, counts[currency], decimal_text(amounts[currency]), currency
        )
        for currency in sorted(counts)
    ]
