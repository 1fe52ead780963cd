SELECT
  "t2"."period",
  "t2"."day",
  COUNT(*) AS "lines",
  SUM("t2"."hard") AS "hard",
  CAST(SUM("t2"."b0_d") AS VARCHAR) AS "b0",
  CAST(SUM("t2"."e0_d") AS VARCHAR) AS "e0"
FROM (
  SELECT
    "t1"."period",
    CASE WHEN "t1"."period" = '' THEN "t1"."moment" ELSE '' END AS "day",
    0 + 0 + IFF(
      (
        "t1"."e0" IS NOT NULL
      )
      AND NOT (
        REGEXP_LIKE(
          "t1"."e0",
          CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
          'cs'
        )
      ),
      1,
      0
    ) + IFF(
      (
        "t1"."q" IS NOT NULL
      )
      AND NOT (
        REGEXP_LIKE(
          "t1"."q",
          CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
          'cs'
        )
      ),
      1,
      0
    ) AS "hard",
    "t1"."b0" AS "b0_d",
    CAST(CASE
      WHEN REGEXP_LIKE(
        "t1"."e0",
        CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
        'cs'
      )
      THEN "t1"."e0"
      ELSE CAST(NULL AS VARCHAR)
    END AS DECIMAL(38, 18)) AS "e0_d"
  FROM (
    SELECT
      COALESCE(CAST(CAST("t0"."BillingPeriodStart" AS DATE) AS VARCHAR), '') AS "period",
      COALESCE(CAST(CAST("t0"."ChargePeriodStart" AS DATE) AS VARCHAR), '') AS "moment",
      CAST("t0"."BilledCost" AS DECIMAL(38, 18)) AS "b0",
      CASE
        WHEN CAST("t0"."EffectiveCost" AS VARCHAR) IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE CAST("t0"."EffectiveCost" AS VARCHAR)
      END AS "e0",
      CASE
        WHEN CAST("t0"."ConsumedQuantity" AS VARCHAR) IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE CAST("t0"."ConsumedQuantity" AS VARCHAR)
      END AS "q"
    FROM "finops"."focus" AS "t0"
  ) AS "t1"
) AS "t2"
GROUP BY
  1,
  2
;
SELECT
  "t4"."period",
  "t4"."day",
  "t4"."provider",
  "t4"."account",
  "t4"."service",
  "t4"."category",
  "t4"."charge_category",
  "t4"."commitment",
  "t4"."currency",
  "t4"."unit",
  "t4"."tags0",
  "t4"."b0_rest",
  "t4"."e0_rest",
  "t4"."q_rest",
  "t4"."b0_hi",
  "t4"."b0_lo",
  "t4"."b0_most",
  "t4"."e0_hi",
  "t4"."e0_lo",
  "t4"."e0_most",
  "t4"."q",
  "t4"."n",
  "t4"."b0_none",
  "t4"."e0_none"
FROM (
  SELECT
    "t3"."period",
    "t3"."day",
    "t3"."provider",
    "t3"."account",
    "t3"."service",
    "t3"."category",
    "t3"."charge_category",
    "t3"."commitment",
    "t3"."currency",
    "t3"."unit",
    "t3"."tags0",
    "t3"."b0_rest",
    "t3"."e0_rest",
    "t3"."q_rest",
    COUNT(*) AS "n",
    CAST(SUM(COALESCE("t3"."b0_d", 0)) AS VARCHAR) AS "b0_hi",
    COALESCE(CAST(SUM("t3"."b0_l") AS VARCHAR), '0') AS "b0_lo",
    COALESCE(CAST(MAX(ABS("t3"."b0_d")) AS VARCHAR), '0') AS "b0_most",
    SUM(IFF("t3"."b0" IS NULL, 1, 0)) AS "b0_none",
    CAST(SUM(COALESCE("t3"."e0_d", 0)) AS VARCHAR) AS "e0_hi",
    COALESCE(CAST(SUM("t3"."e0_l") AS VARCHAR), '0') AS "e0_lo",
    COALESCE(CAST(MAX(ABS("t3"."e0_d")) AS VARCHAR), '0') AS "e0_most",
    SUM(IFF("t3"."e0" IS NULL, 1, 0)) AS "e0_none",
    CAST(SUM(COALESCE("t3"."q_d", 0)) AS VARCHAR) AS "q"
  FROM (
    SELECT
      "t2"."period",
      "t2"."day",
      "t2"."provider",
      "t2"."account",
      "t2"."service",
      "t2"."category",
      "t2"."charge_category",
      "t2"."commitment",
      "t2"."currency",
      "t2"."unit",
      "t2"."tags0",
      "t2"."b0",
      "t2"."e0",
      "t2"."q",
      "t2"."b0" AS "b0_d",
      CAST(NULL AS DECIMAL(38, 18)) AS "b0_l",
      '' AS "b0_rest",
      CAST(CASE
        WHEN REGEXP_LIKE(
          "t2"."e0",
          CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
          'cs'
        )
        THEN "t2"."e0"
        ELSE CAST(NULL AS VARCHAR)
      END AS DECIMAL(38, 18)) AS "e0_d",
      CAST(NULL AS DECIMAL(38, 18)) AS "e0_l",
      COALESCE(
        CASE
          WHEN (
            "t2"."e0" IS NOT NULL
          )
          AND NOT (
            REGEXP_LIKE(
              "t2"."e0",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
          )
          THEN "t2"."e0"
          ELSE CAST(NULL AS VARCHAR)
        END,
        ''
      ) AS "e0_rest",
      CAST(ROUND(
        CAST(CASE
          WHEN REGEXP_LIKE(
            "t2"."q",
            CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
            'cs'
          )
          THEN "t2"."q"
          ELSE CAST(NULL AS VARCHAR)
        END AS DECIMAL(38, 18)),
        12
      ) AS DECIMAL(38, 12)) AS "q_d",
      COALESCE(
        CASE
          WHEN (
            "t2"."q" IS NOT NULL
          )
          AND NOT (
            REGEXP_LIKE(
              "t2"."q",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
          )
          THEN "t2"."q"
          ELSE CAST(NULL AS VARCHAR)
        END,
        ''
      ) AS "q_rest"
    FROM (
      SELECT
        COALESCE(CAST(CAST("t1"."BillingPeriodStart" AS DATE) AS VARCHAR), '') AS "period",
        COALESCE(CAST(CAST("t1"."ChargePeriodStart" AS DATE) AS VARCHAR), '') AS "day",
        COALESCE(
          CASE
            WHEN "t1"."ProviderName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t1"."ProviderName"
          END,
          ''
        ) AS "provider",
        COALESCE(
          COALESCE(
            CASE
              WHEN "t1"."SubAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t1"."SubAccountId"
            END,
            CASE
              WHEN "t1"."BillingAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t1"."BillingAccountId"
            END
          ),
          ''
        ) AS "account",
        COALESCE(
          CASE
            WHEN "t1"."ServiceName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t1"."ServiceName"
          END,
          ''
        ) AS "service",
        COALESCE(
          CASE
            WHEN "t1"."ServiceCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t1"."ServiceCategory"
          END,
          ''
        ) AS "category",
        COALESCE(
          CASE
            WHEN "t1"."ChargeCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t1"."ChargeCategory"
          END,
          ''
        ) AS "charge_category",
        COALESCE(
          CASE
            WHEN "t1"."CommitmentDiscountStatus" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t1"."CommitmentDiscountStatus"
          END,
          ''
        ) AS "commitment",
        COALESCE(
          CASE
            WHEN "t1"."BillingCurrency" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t1"."BillingCurrency"
          END,
          ''
        ) AS "currency",
        COALESCE(
          CASE
            WHEN (
              CASE
                WHEN CAST("t1"."ConsumedQuantity" AS VARCHAR) IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS VARCHAR)
                ELSE CAST("t1"."ConsumedQuantity" AS VARCHAR)
              END IS NOT NULL
            )
            OR STARTSWITH(
              CASE
                WHEN "t1"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS VARCHAR)
                ELSE "t1"."ConsumedUnit"
              END,
              'Mtokens:'
            )
            THEN CASE
              WHEN "t1"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t1"."ConsumedUnit"
            END
            ELSE CAST(NULL AS VARCHAR)
          END,
          ''
        ) AS "unit",
        COALESCE(TO_JSON("t1"."Tags"), '') AS "tags0",
        CAST("t1"."BilledCost" AS DECIMAL(38, 18)) AS "b0",
        CASE
          WHEN CAST("t1"."EffectiveCost" AS VARCHAR) IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE CAST("t1"."EffectiveCost" AS VARCHAR)
        END AS "e0",
        CASE
          WHEN CAST("t1"."ConsumedQuantity" AS VARCHAR) IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE CAST("t1"."ConsumedQuantity" AS VARCHAR)
        END AS "q"
      FROM (
        SELECT
          *
        FROM "finops"."focus" AS "t0"
        WHERE
          "t0"."BillingPeriodStart" >= TIMESTAMP_FROM_PARTS(2026, 3, 1, 0, 0, 0, 0)
          AND "t0"."BillingPeriodStart" < TIMESTAMP_FROM_PARTS(2026, 4, 1, 0, 0, 0, 0)
      ) AS "t1"
    ) AS "t2"
  ) AS "t3"
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14
) AS "t4"
