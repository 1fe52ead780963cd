"""The exact rollup against plain Python over random rows: totals, keys, rounding, and the guard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Context, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sync.cost_files import focus_file, focus_row, session_at, stored, totals
from turbofinops_tui.actions.imports import import_focus
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.money import to_decimal, to_units
from turbofinops_tui.sync.read.limits import Limits
from turbofinops_tui.sync.read.recognise import recognise
from turbofinops_tui.sync.read.values import parse_amount, parse_day, parse_period, provider_name
from turbofinops_tui.sync.rollup.canonical import TagOptions
from turbofinops_tui.sync.rollup.engine import Engine
from turbofinops_tui.sync.rollup.result import Rollup
from turbofinops_tui.sync.rollup.run import roll_up

WIDE = Context(prec=400)


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = session_at(tmp_path / "root", clock)
    yield opened
    opened.store.close()


@st.composite
def amount_texts(draw: st.DrawFn) -> str:
    """Numbers as bills write them: many digits, exponents, bare points, signs, blanks."""
    sign = draw(st.sampled_from(["", "-", "+"]))
    whole = draw(st.text("0123456789", max_size=8))
    part = draw(st.text("0123456789", max_size=40))
    text = sign + (whole or ("" if part else "0")) + (f".{part}" if part or draw(st.booleans()) else "")
    if not whole and not part:
        text = sign + "0"
    if draw(st.booleans()) and len(whole) < 3:
        text += draw(st.sampled_from(["E", "e"])) + str(draw(st.integers(-40, 3)))
    return text if draw(st.integers(0, 9)) else f" {text} "


ROWS = st.lists(
    st.tuples(
        amount_texts(),
        amount_texts(),
        st.sampled_from(["2026-03-02T01:00:00Z", "2026-03-02", "2026-03-03T23:30:00-01:00", "3/4/2026"]),
        st.sampled_from(['{"a":"1"}', '{"A": "1"}', '"a": "1"', '{"a":"2"}', "NULL", ""]),
        st.sampled_from(["USD", "usd", "JPY", "KWD"]),
    ),
    min_size=1,
    max_size=30,
)


def rolled_up(file: Path, folder: Path) -> Rollup:
    with Engine(folder) as engine:
        return roll_up(engine, [file], recognise, Limits(), TagOptions(("user:",), ())).rollup


@given(rows=ROWS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_against_plain_python(rows: list[tuple[str, str, str, str, str]], tmp_path: Path) -> None:
    """Exact totals to the last digit, one half-even rounding per stored key, and the residual between
    them.
    """
    texts = [
        focus_row(BilledCost=b, EffectiveCost=e, ChargePeriodStart=day, Tags=tags, BillingCurrency=code)
        for b, e, day, tags, code in rows
    ]
    rollup = rolled_up(focus_file(tmp_path / "f.csv", *texts), tmp_path)
    keys: dict[tuple[str, int, str, str], Decimal] = {}
    sums: dict[tuple[str, str], Decimal] = {}
    for billed, effective, day, tags, code in rows:
        name = {'{"a":"2"}': "2", "NULL": "", "": ""}.get(tags, "1")
        for cost, text in (("billed", billed), ("effective", effective)):
            number = Decimal(text.strip())
            key = (cost, parse_day(day) or 0, name, code.upper())
            keys[key] = WIDE.add(keys.get(key, Decimal(0)), number)
            sums[code.upper(), cost] = WIDE.add(sums.get((code.upper(), cost), Decimal(0)), number)
    (period,) = rollup.periods
    assert {(total.currency, total.cost): total.exact for total in period.totals} == sums
    found = {}
    for place, day_number in enumerate(period.days.tolist()):
        attributes, tag_text = rollup.dimensions[int(period.dimensions[place])]
        for cost, column in (("billed", period.billed), ("effective", period.effective)):
            found[cost, day_number, json.loads(tag_text).get("a", ""), attributes.currency] = int(
                column[place]
            )
    assert found == {key: to_units(value, key[3]) for key, value in keys.items()}
    for total in period.totals:
        kept = sum(value for key, value in found.items() if (key[3], key[0]) == (total.currency, total.cost))
        assert total.stored == to_decimal(kept, total.currency)
        assert WIDE.add(total.stored, total.residual) == total.exact


def test_many_texts_of_one_tag_set_round_once(session: Session, tmp_path: Path) -> None:
    """Each text alone would round to 0."""
    rows = [
        focus_row(BilledCost="0.0000000003", EffectiveCost="3E-10", Tags=tags)
        for tags in ('{"a":"1"}', '{"A":"1"}', '"a":"1"', '{"a":"1","b":null}')
    ]
    import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "s")
    assert list(stored(session).values()) == [(1, 1, 0)]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("0.0000000005", 0),
        ("0.0000000015", 2),
        ("-0.0000000005", 0),
        ("-0.0000000015", -2),
        ("0.00000000050000000000000000000001", 1),
    ],
)
def test_half_even(session: Session, tmp_path: Path, text: str, units: int) -> None:
    import_focus(
        session, [focus_file(tmp_path / "f.csv", focus_row(BilledCost=text, EffectiveCost=text))], "s"
    )
    assert list(stored(session).values()) == [(units, units, 0)]


def test_large_file_takes_the_quick_way_and_back(session: Session, tmp_path: Path) -> None:
    """More than a megabyte: the quick query, given up when a number of 25 decimals comes late."""
    rows = [
        focus_row(
            BilledCost=f"{place}.{place:06}", EffectiveCost=f"0.{place:012}", SubAccountId=str(place % 7)
        )
        for place in range(25_000)
    ]
    file = focus_file(tmp_path / "f.csv", *rows)
    assert file.stat().st_size > 1 << 20
    import_focus(session, [file], "quick")
    rows[-1]["EffectiveCost"] = "0.0000000000000000000000001"
    import_focus(session, [focus_file(tmp_path / "g.csv", *rows)], "full")
    exact = {(key[0], key[4]): value for key, value in totals(session).items()}
    billed = sum((Decimal(row["BilledCost"]) for row in rows), Decimal(0))
    effective = sum((Decimal(row["EffectiveCost"]) for row in rows[:-1]), Decimal(0))
    assert exact["quick", "billed"] == exact["full", "billed"] == billed
    assert exact["quick", "effective"] == effective + Decimal("0.000000024999")
    assert exact["full", "effective"] == WIDE.add(effective, Decimal("1e-25"))


def test_guard(session: Session, tmp_path: Path) -> None:
    """A request id per line stays out and is listed with its cost; customers that come back stay in."""
    rows = [
        focus_row(
            BilledCost="0.01",
            EffectiveCost="0.01",
            ChargePeriodStart=f"2026-03-{1 + place // 2500:02}T00:00:00Z",
            Tags=f'{{"request": "r{place}", "customer": "c{place % 2500}"}}',
        )
        for place in range(7500)
    ]
    file = focus_file(tmp_path / "f.csv", *rows)
    result = import_focus(session, [file], "s")
    assert any(
        "'request' left out: 7,500 different values carried 75 USD" in text for text in result.warnings
    )
    with session.store.read() as conn:
        assert conn.execute(
            "SELECT key, distinct_values, currency, effective FROM left_out_tag"
        ).fetchall() == [("request", 7500, "USD", "75")]
        assert conn.execute("SELECT count(*) FROM tag_pair WHERE key = 'customer'").fetchone() == (2500,)
        assert conn.execute("SELECT count(*) FROM tag_pair WHERE key = 'request'").fetchone() == (0,)
    again = import_focus(session, [file], "s", include_tags=["Request"])
    assert not again.unchanged
    assert again.warnings == []
    with session.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM tag_pair WHERE key = 'request'").fetchone() == (7500,)
    # asked for once, it stays in for later deliveries of the same export
    assert import_focus(session, [focus_file(tmp_path / "g.csv", *rows, rows[0])], "s").warnings == []


def test_allocated_tags_come_first(session: Session, tmp_path: Path) -> None:
    row = focus_row(Tags='{"customer": "b", "env": "prod"}', AllocatedTags='{"Customer": "a"}')
    import_focus(session, [focus_file(tmp_path / "f.csv", row)], "s")
    assert [key[5] for key in stored(session)] == ['{"customer":"a","env":"prod"}']


@pytest.mark.parametrize(
    "text", ["1e1000", "1" * 201, "NaN", "-", ".", "", "1.2.3", "$1,00", "(1", "--1", "1,500"]
)
def test_no_amount(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$10,000.00 ", "10000.00"),
        ("-$5", "-5"),
        ("($1,234.50)", "-1234.50"),
        ("€1,234", "1234"),
        ("1,234.5", "1234.5"),
    ],
)
def test_spreadsheet_amounts(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


def test_names_of_providers() -> None:
    texts = ("Amazon Web Services, Inc.", "Google Cloud", "Microsoft", "OpenAI LLC", "Acme  Co")
    assert [provider_name(text) for text in texts] == ["aws", "gcp", "azure", "openai", "acme co"]


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-1-1", "2026-03-01T24:00:00Z", "13/1/2026", "2101-01-01", "yesterday"]
)
def test_no_day(text: str) -> None:
    assert parse_day(text) is None


def test_periods_as_written() -> None:
    assert parse_period("2026-08-01T00:00:00+02:00") == parse_period("2026-08") == parse_period("8/1/2026")
