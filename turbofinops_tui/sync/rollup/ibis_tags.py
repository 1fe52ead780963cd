"""Tag columns that are maps, structs or lists, as JSON text in each engine's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_WORDS = {
    "duckdb": "to_json",
    "pyspark": "to_json",
    "bigquery": "to_json_string",
    "snowflake": "to_json",
    "clickhouse": "toJSONString",
    "trino": "json_format",
    "athena": "json_format",
}
"""back end -> its function"""


def tag_text(backend: str) -> Callable[[Any], Any]:
    """A function from a nested column to an expression of its JSON text."""

    def text(column: Any) -> Any:
        import ibis

        if column.type().is_json() and backend not in ("trino", "athena"):
            return column.cast("string")
        given = column.cast("json") if backend in ("trino", "athena") else column

        def as_json(value: Any) -> Any:
            """The engine's own."""

        kinds = ((given.type(),), "string")
        return ibis.udf.scalar.builtin(as_json, name=_WORDS.get(backend, "to_json"), signature=kinds)(given)

    return text
