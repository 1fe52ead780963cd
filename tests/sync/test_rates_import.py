"""FX rate files: ECB's XML and CSV forms, plain rows, bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.stripe_shapes import digest, session
from turbofinops_tui.actions.revenue_imports import import_rates
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.fx import RateTable
from turbofinops_tui.errors import DataError

XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
 <gesmes:subject>Reference rates</gesmes:subject>
 <Cube>
  <Cube time="2026-01-02"><Cube currency="USD" rate="1.1000"/><Cube currency="JPY" rate="160.5"/></Cube>
  <Cube time="2026-01-05"><Cube currency="USD" rate="1.2"/><Cube currency="CYP" rate="0.58"/></Cube>
 </Cube>
</gesmes:Envelope>
"""
WIDE = "Date,USD,JPY,CYP,\n2026-01-05,1.2,N/A,0.58,\n2026-01-02,1.1000,160.5,N/A,\n"
DAILY = "Date, USD, JPY, \n02 January 2026, 1.1, 160.5, \n"
LONG = "date,currency,rate\n2026-01-02,usd,1.1\n2026-01-02,JPY,160.50\n2026-01-05,USD,1.20\n"
SDMX = (
    "KEY,FREQ,CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE\n"
    "EXR.D.USD.EUR.SP00.A,D,USD,EUR,2026-01-02,1.1\nX,D,JPY,EUR,2026-01-02,160.5\nX,D,USD,EUR,2026-01-05,1.2\n"
)
ROWS = [("EUR", "JPY", 20455, "160.5"), ("EUR", "USD", 20455, "1.1"), ("EUR", "USD", 20458, "1.2")]


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Session:
    return session(tmp_path, clock)


def load(books: Session, text: str, name: str = "rates.csv") -> tuple[dict[str, int], list[str]]:
    path = books.paths.store.parent / name
    path.write_text(text, encoding="utf-8")
    result = import_rates(books, path)
    return result.counts, result.warnings


def stored(books: Session) -> list[tuple[str, str, int, str]]:
    with books.store.read() as conn:
        return conn.execute("SELECT base, currency, day, rate FROM fx_rate ORDER BY 1, 2, 3").fetchall()


@pytest.mark.parametrize("text", [XML, WIDE, LONG, SDMX])
def test_every_form_gives_the_same_rates(books: Session, text: str) -> None:
    _, warnings = load(books, text, "rates.xml" if text is XML else "rates.csv")
    assert stored(books) == ROWS
    assert warnings == (["skipped CYP: no currency of today"] if "CYP" in text else [])
    once = digest(books, "rates")
    counts, _ = load(books, LONG)
    assert counts == {"rates": 3, "changed": 0}
    assert digest(books, "rates") == once != ""
    table = RateTable(stored(books))
    assert table.rate("USD", "JPY", 20457) == (1605, 11)


def test_daily_form_and_replacement(books: Session) -> None:
    load(books, DAILY)
    assert stored(books) == ROWS[:2]
    before = digest(books, "rates")
    counts, _ = load(books, "date,currency,rate,base\n2026-01-02,USD,1.15,EUR\n2026-01-02,EUR,0.9,GBP\n")
    assert counts == {"rates": 2, "changed": 2}
    assert stored(books)[1] == ("EUR", "USD", 20455, "1.15")
    assert digest(books, "rates") != before


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("date,currency,rate\n2026-01-02,USD,0\n", 'line 2 column "rate"', "not above 0"),
        ("date,currency,rate\n2026-01-02,USD,abc\n", 'line 2 column "rate"', "not a number"),
        ("date,currency,rate\n2026-01-02,USD,Infinity\n", 'line 2 column "rate"', "finite"),
        ("date,currency,rate\n2026-01-02,XXX,1\n", 'line 2 column "currency"', "unknown currency"),
        ("date,currency,rate\n1/2/2026,USD,1\n", 'line 2 column "date"', "not a date"),
        ("day,USD\n2026-01-02,1.1\n", 'column "date"', "missing"),
        ("date,currency,rate\n", "rates.csv", "no rates"),
        ("", "rates.csv", "empty"),
        ("<a><b></a>", "line 1", "not XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x/>', "rates.csv", "not ECB"),
    ],
)
def test_bad_files(books: Session, text: str, where: str, what: str) -> None:
    with pytest.raises(DataError) as caught:
        load(books, text)
    assert where in caught.value.line()
    assert what in caught.value.line()
    assert stored(books) == []
