SELECT
  "t2"."period" AS "period",
  "t2"."day" AS "day",
  COUNT(*) AS "lines",
  SUM("t2"."hard") AS "hard",
  CAST(SUM("t2"."b0_d") AS Nullable(String)) AS "b0",
  CAST(SUM("t2"."e0_d") AS Nullable(String)) AS "e0"
FROM (
  SELECT
    "t1"."period" AS "period",
    CASE WHEN "t1"."period" = '' THEN "t1"."moment" ELSE '' END AS "day",
    0 + 0 + CASE
      WHEN isNotNull("t1"."e0")
      AND NOT (
        match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      )
      THEN 1
      ELSE 0
    END + CASE
      WHEN isNotNull("t1"."q")
      AND NOT (
        match("t1"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      )
      THEN 1
      ELSE 0
    END AS "hard",
    "t1"."b0" AS "b0_d",
    CAST(CASE
      WHEN match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      THEN "t1"."e0"
      ELSE CAST(NULL AS Nullable(String))
    END AS Nullable(Decimal(38, 18))) AS "e0_d"
  FROM (
    SELECT
      COALESCE(CAST(CAST("t0"."BillingPeriodStart" AS Nullable(DATE)) AS Nullable(String)), '') AS "period",
      COALESCE(CAST(CAST("t0"."ChargePeriodStart" AS Nullable(DATE)) AS Nullable(String)), '') AS "moment",
      CAST("t0"."BilledCost" AS Nullable(Decimal(38, 18))) AS "b0",
      CASE
        WHEN CAST("t0"."EffectiveCost" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE CAST("t0"."EffectiveCost" AS Nullable(String))
      END AS "e0",
      CASE
        WHEN CAST("t0"."ConsumedQuantity" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE CAST("t0"."ConsumedQuantity" AS Nullable(String))
      END AS "q"
    FROM "finops"."focus" AS "t0"
  ) AS "t1"
) AS "t2"
GROUP BY
  "t2"."period",
  "t2"."day"
;
SELECT
  "t4"."period" AS "period",
  "t4"."day" AS "day",
  "t4"."provider" AS "provider",
  "t4"."account" AS "account",
  "t4"."service" AS "service",
  "t4"."category" AS "category",
  "t4"."charge_category" AS "charge_category",
  "t4"."commitment" AS "commitment",
  "t4"."currency" AS "currency",
  "t4"."unit" AS "unit",
  "t4"."tags0" AS "tags0",
  "t4"."b0_rest" AS "b0_rest",
  "t4"."e0_rest" AS "e0_rest",
  "t4"."q_rest" AS "q_rest",
  "t4"."b0_hi" AS "b0_hi",
  "t4"."b0_lo" AS "b0_lo",
  "t4"."b0_most" AS "b0_most",
  "t4"."e0_hi" AS "e0_hi",
  "t4"."e0_lo" AS "e0_lo",
  "t4"."e0_most" AS "e0_most",
  "t4"."q" AS "q",
  "t4"."n" AS "n",
  "t4"."b0_none" AS "b0_none",
  "t4"."e0_none" AS "e0_none"
FROM (
  SELECT
    "t3"."period" AS "period",
    "t3"."day" AS "day",
    "t3"."provider" AS "provider",
    "t3"."account" AS "account",
    "t3"."service" AS "service",
    "t3"."category" AS "category",
    "t3"."charge_category" AS "charge_category",
    "t3"."commitment" AS "commitment",
    "t3"."currency" AS "currency",
    "t3"."unit" AS "unit",
    "t3"."tags0" AS "tags0",
    "t3"."b0_rest" AS "b0_rest",
    "t3"."e0_rest" AS "e0_rest",
    "t3"."q_rest" AS "q_rest",
    COUNT(*) AS "n",
    CAST(SUM(COALESCE("t3"."b0_d", 0)) AS Nullable(String)) AS "b0_hi",
    COALESCE(CAST(SUM("t3"."b0_l") AS Nullable(String)), '0') AS "b0_lo",
    COALESCE(CAST(MAX(ABS("t3"."b0_d")) AS Nullable(String)), '0') AS "b0_most",
    SUM(CASE WHEN isNull("t3"."b0") THEN 1 ELSE 0 END) AS "b0_none",
    CAST(SUM(COALESCE("t3"."e0_d", 0)) AS Nullable(String)) AS "e0_hi",
    COALESCE(CAST(SUM("t3"."e0_l") AS Nullable(String)), '0') AS "e0_lo",
    COALESCE(CAST(MAX(ABS("t3"."e0_d")) AS Nullable(String)), '0') AS "e0_most",
    SUM(CASE WHEN isNull("t3"."e0") THEN 1 ELSE 0 END) AS "e0_none",
    CAST(SUM(COALESCE("t3"."q_d", 0)) AS Nullable(String)) AS "q"
  FROM (
    SELECT
      "t2"."period" AS "period",
      "t2"."day" AS "day",
      "t2"."provider" AS "provider",
      "t2"."account" AS "account",
      "t2"."service" AS "service",
      "t2"."category" AS "category",
      "t2"."charge_category" AS "charge_category",
      "t2"."commitment" AS "commitment",
      "t2"."currency" AS "currency",
      "t2"."unit" AS "unit",
      "t2"."tags0" AS "tags0",
      "t2"."b0" AS "b0",
      "t2"."e0" AS "e0",
      "t2"."q" AS "q",
      "t2"."b0" AS "b0_d",
      CAST(NULL AS Nullable(Decimal(38, 18))) AS "b0_l",
      '' AS "b0_rest",
      CAST(CASE
        WHEN match("t2"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN "t2"."e0"
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "e0_d",
      CAST(NULL AS Nullable(Decimal(38, 18))) AS "e0_l",
      COALESCE(
        CASE
          WHEN isNotNull("t2"."e0")
          AND NOT (
            match("t2"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          THEN "t2"."e0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "e0_rest",
      CAST(ROUND(
        CAST(CASE
          WHEN match("t2"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN "t2"."q"
          ELSE CAST(NULL AS Nullable(String))
        END AS Nullable(Decimal(38, 18))),
        12
      ) AS Nullable(Decimal(38, 12))) AS "q_d",
      COALESCE(
        CASE
          WHEN isNotNull("t2"."q")
          AND NOT (
            match("t2"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          THEN "t2"."q"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "q_rest"
    FROM (
      SELECT
        COALESCE(CAST(CAST("t1"."BillingPeriodStart" AS Nullable(DATE)) AS Nullable(String)), '') AS "period",
        COALESCE(CAST(CAST("t1"."ChargePeriodStart" AS Nullable(DATE)) AS Nullable(String)), '') AS "day",
        COALESCE(
          CASE
            WHEN "t1"."ProviderName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t1"."ProviderName"
          END,
          ''
        ) AS "provider",
        COALESCE(
          COALESCE(
            CASE
              WHEN "t1"."SubAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t1"."SubAccountId"
            END,
            CASE
              WHEN "t1"."BillingAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t1"."BillingAccountId"
            END
          ),
          ''
        ) AS "account",
        COALESCE(
          CASE
            WHEN "t1"."ServiceName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t1"."ServiceName"
          END,
          ''
        ) AS "service",
        COALESCE(
          CASE
            WHEN "t1"."ServiceCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t1"."ServiceCategory"
          END,
          ''
        ) AS "category",
        COALESCE(
          CASE
            WHEN "t1"."ChargeCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t1"."ChargeCategory"
          END,
          ''
        ) AS "charge_category",
        COALESCE(
          CASE
            WHEN "t1"."CommitmentDiscountStatus" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t1"."CommitmentDiscountStatus"
          END,
          ''
        ) AS "commitment",
        COALESCE(
          CASE
            WHEN "t1"."BillingCurrency" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t1"."BillingCurrency"
          END,
          ''
        ) AS "currency",
        COALESCE(
          CASE
            WHEN isNotNull(
              CASE
                WHEN CAST("t1"."ConsumedQuantity" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS Nullable(String))
                ELSE CAST("t1"."ConsumedQuantity" AS Nullable(String))
              END
            )
            OR startsWith(
              CASE
                WHEN "t1"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS Nullable(String))
                ELSE "t1"."ConsumedUnit"
              END,
              'Mtokens:'
            )
            THEN CASE
              WHEN "t1"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t1"."ConsumedUnit"
            END
            ELSE CAST(NULL AS Nullable(String))
          END,
          ''
        ) AS "unit",
        COALESCE(toJSONString("t1"."Tags"), '') AS "tags0",
        CAST("t1"."BilledCost" AS Nullable(Decimal(38, 18))) AS "b0",
        CASE
          WHEN CAST("t1"."EffectiveCost" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE CAST("t1"."EffectiveCost" AS Nullable(String))
        END AS "e0",
        CASE
          WHEN CAST("t1"."ConsumedQuantity" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE CAST("t1"."ConsumedQuantity" AS Nullable(String))
        END AS "q"
      FROM (
        SELECT
          *
        FROM "finops"."focus" AS "t0"
        WHERE
          "t0"."BillingPeriodStart" >= parseDateTimeBestEffort('2026-03-01T00:00:00')
          AND "t0"."BillingPeriodStart" < parseDateTimeBestEffort('2026-04-01T00:00:00')
      ) AS "t1"
    ) AS "t2"
  ) AS "t3"
  GROUP BY
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
    "t3"."q_rest"
) AS "t4"
