"""FOCUS files of any size, made by DuckDB: persistent hourly streams as a real export has them.

One stream is one resource with its tags; it has a line every hour, so that a day's
rollup folds 24 lines into one. Costs have 12 decimals; integer arithmetic makes the
same file every time.
"""

from __future__ import annotations

from pathlib import Path

FIRST_DAY = "2026-08-01"
DAYS = 31
CUSTOMERS = 5000

_COST = "printf('%d.%012d', (s * 31 + h) % 3, ((s::BIGINT * 7919 + h * 104729) * 1000003) % 1000000000000)"
_COLUMNS = """
SELECT
  strftime(TIMESTAMP '{first}' + to_hours(h), '%Y-%m-%dT%H:00:00Z') AS ChargePeriodStart,
  strftime(TIMESTAMP '{first}' + to_hours(h + 1), '%Y-%m-%dT%H:00:00Z') AS ChargePeriodEnd,
  '2026-08-01T00:00:00Z' AS BillingPeriodStart,
  '2026-09-01T00:00:00Z' AS BillingPeriodEnd,
  {cost} AS BilledCost,
  {cost} AS EffectiveCost,
  printf('%d.%03d', s % 9, h % 1000) AS ConsumedQuantity,
  'Hours' AS ConsumedUnit,
  'USD' AS BillingCurrency,
  'Usage' AS ChargeCategory,
  'Compute' AS ServiceCategory,
  'Service ' || (s % 40) AS ServiceName,
  'AWS' AS ProviderName,
  '100000000001' AS BillingAccountId,
  printf('2000000000%02d', s % 60) AS SubAccountId,
  'SKU' || (s % 400) AS SkuId,
  'i-' || s AS ResourceId,
  CASE WHEN s % 14 = 0 THEN '' ELSE
    printf('{{"customer": "c%04d", "env": "%s", "team": "t%d"}}', s % {customers},
           CASE s % 5 WHEN 0 THEN 'staging' ELSE 'prod' END, s % 12) END AS Tags
FROM range({streams}) AS streams(s), range({hours}) AS hours(h)
"""


def _query(lines: int) -> str:
    hours = 24 * DAYS
    streams = max(1, -(-lines // hours))
    inner = _COLUMNS.format(first=FIRST_DAY, streams=streams, hours=hours, customers=CUSTOMERS, cost=_COST)
    return f"SELECT * FROM ({inner}) LIMIT {lines}"


def focus_csv_gz(folder: Path, lines: int) -> Path:
    """A FOCUS 1.0 CSV.gz of ``lines`` lines in ``folder``; kept for the next run."""
    return _made(folder / f"focus-{lines}.csv.gz", lines, "(FORMAT csv, HEADER, COMPRESSION gzip)")


def focus_parquet(folder: Path, lines: int) -> Path:
    """The same lines as Parquet (zstd, costs as text)."""
    return _made(folder / f"focus-{lines}.parquet", lines, "(FORMAT parquet, COMPRESSION zstd)")


def _made(path: Path, lines: int, options: str) -> Path:
    import duckdb

    if not path.exists():
        part = path.with_suffix(".part")
        with duckdb.connect() as conn:
            conn.execute(f"COPY ({_query(lines)}) TO '{part}' {options}").fetchall()
        part.rename(path)
    return path
