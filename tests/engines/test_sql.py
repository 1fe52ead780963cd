"""The SQL of engines that cannot run here: compiled, read by the parser of each dialect, and kept for review.

``make test-spark ARGS=--keep-sql`` writes the files anew; a change of them is to be read as one change.
"""

from __future__ import annotations

import re
from pathlib import Path

import ibis
import pytest
import sqlglot
from sqlglot import expressions

from turbofinops_tui.sync.read.recognise import recognise
from turbofinops_tui.sync.rollup.ibis_rows import LayoutQuery
from turbofinops_tui.sync.rollup.ibis_table import WRAPS
from turbofinops_tui.sync.rollup.ibis_tags import tag_text
from turbofinops_tui.sync.rollup.remote import Scope

DIALECTS = ("athena", "bigquery", "clickhouse", "snowflake", "trino")
KEPT = Path(__file__).parent / "sql"
MARCH = 2026 * 12 + 2
TEXT = "string"
COLUMNS = {
    "BilledCost": TEXT, "EffectiveCost": TEXT, "BillingCurrency": TEXT, "ChargeCategory": TEXT,
    "ChargePeriodStart": TEXT, "BillingPeriodStart": TEXT, "ServiceName": TEXT, "ServiceCategory": TEXT,
    "ProviderName": TEXT, "SubAccountId": TEXT, "BillingAccountId": TEXT, "ConsumedQuantity": TEXT,
    "ConsumedUnit": TEXT, "CommitmentDiscountStatus": TEXT, "Tags": TEXT,
}  # fmt: skip
TYPED = COLUMNS | {
    "BilledCost": "decimal(30,12)",
    "EffectiveCost": "decimal(38,28)",
    "ChargePeriodStart": "timestamp",
    "BillingPeriodStart": "timestamp",
    "ConsumedQuantity": "float64",
    "Tags": "map<string,string>",
}
CASES = {
    "text": (COLUMNS, Scope(MARCH, ["2026-03-01T00:00:00Z"], lines=1)),
    "text-in-full": (COLUMNS, Scope(MARCH, ["2026-03-01"], ["2026-03-02"], lines=1, hard=10**6)),
    "typed": (TYPED, Scope(MARCH, ["2026-03-01"], lines=1)),
}


def compiled(dialect: str, case: str) -> str:
    """Both queries of a table: what there is, and the rows of one period."""
    columns, scope = CASES[case]
    types = dict(columns)
    if dialect == "bigquery" and types["Tags"] != TEXT:
        types["Tags"] = "array<struct<key: string, value: string>>"
        types |= {"EffectiveCost": "decimal(76,38)", "ChargePeriodStart": "timestamp('UTC')"}
        types |= {"BillingPeriodStart": "timestamp('UTC')"}
    table = ibis.table(types, name="focus", database="finops")
    query = LayoutQuery(table, recognise(tuple(columns), "focus"), tag_text(dialect), wraps=dialect in WRAPS)
    return "\n;\n".join(
        str(ibis.to_sql(each, dialect=dialect)) for each in (query.counted(), query.rows(scope))
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_is_what_was_reviewed(dialect: str, case: str, request: pytest.FixtureRequest) -> None:
    text = compiled(dialect, case) + "\n"
    kept = KEPT / f"{dialect}-{case}.sql"
    if request.config.getoption("--keep-sql"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(text, "utf-8")
    assert text == kept.read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_is_read_by_the_dialect_and_adds_exact_decimals(dialect: str, case: str) -> None:
    for text in compiled(dialect, case).split("\n;\n"):
        [tree] = sqlglot.parse(text, read=dialect)
        assert tree is not None
        kinds = {cast.to.sql(dialect) for cast in tree.find_all(expressions.Cast, expressions.TryCast)}
        assert not [kind for kind in kinds if re.search(r"(?i)float|double|real", kind)]
        exact = {kind for kind in kinds if re.search(r"(?i)dec|numeric", kind)}
        assert exact
        wide = r"BIGNUMERIC" if dialect == "bigquery" else r"(Nullable\()?DECIMAL\(38, (18|12)\)\)?"
        assert [kind for kind in exact if not re.fullmatch(wide, kind, re.IGNORECASE)] == []
        patterns = (node for node in tree.find_all(expressions.RegexpLike) for node in [node.expression])
        assert not [pattern for pattern in patterns if "\\" in pattern.sql()]


def test_the_same_test_catches_a_cast_to_a_binary_float() -> None:
    table = ibis.table({"a": "string"}, name="t")
    text = str(ibis.to_sql(table.agg(s=table.a.cast("float64").sum()), dialect="trino"))
    [tree] = sqlglot.parse(text, read="trino")
    assert tree is not None
    assert [cast.to.sql("trino") for cast in tree.find_all(expressions.Cast)] == ["DOUBLE"]
