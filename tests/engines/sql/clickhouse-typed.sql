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
  COALESCE(
    CASE
      WHEN CAST("t4"."k5" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE CAST("t4"."k5" AS Nullable(String))
    END,
    ''
  ) AS "period",
  COALESCE(CAST("t4"."day" AS Nullable(String)), '') AS "day",
  COALESCE(
    CASE
      WHEN "t4"."k8" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t4"."k8"
    END,
    ''
  ) AS "provider",
  COALESCE(
    COALESCE(
      CASE
        WHEN "t4"."k9" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t4"."k9"
      END,
      CASE
        WHEN "t4"."k10" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t4"."k10"
      END
    ),
    ''
  ) AS "account",
  COALESCE(
    CASE
      WHEN "t4"."k6" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t4"."k6"
    END,
    ''
  ) AS "service",
  COALESCE(
    CASE
      WHEN "t4"."k7" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t4"."k7"
    END,
    ''
  ) AS "category",
  COALESCE(
    CASE
      WHEN "t4"."k3" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t4"."k3"
    END,
    ''
  ) AS "charge_category",
  COALESCE(
    CASE
      WHEN "t4"."k13" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t4"."k13"
    END,
    ''
  ) AS "commitment",
  COALESCE(
    CASE
      WHEN "t4"."k2" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t4"."k2"
    END,
    ''
  ) AS "currency",
  COALESCE(
    CASE
      WHEN "t4"."measured"
      OR startsWith(
        CASE
          WHEN "t4"."k12" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t4"."k12"
        END,
        'Mtokens:'
      )
      THEN CASE
        WHEN "t4"."k12" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t4"."k12"
      END
      ELSE CAST(NULL AS Nullable(String))
    END,
    ''
  ) AS "unit",
  COALESCE("t4"."k14", '') AS "tags0",
  '' AS "b0_rest",
  "t4"."e0_rest" AS "e0_rest",
  "t4"."q_rest" AS "q_rest",
  "t4"."b0_hi" AS "b0_hi",
  '' AS "b0_lo",
  "t4"."b0_most" AS "b0_most",
  "t4"."e0_hi" AS "e0_hi",
  '' AS "e0_lo",
  "t4"."e0_most" AS "e0_most",
  "t4"."q" AS "q",
  "t4"."n" AS "n",
  "t4"."b0_none" AS "b0_none",
  "t4"."e0_none" AS "e0_none"
FROM (
  SELECT
    "t3"."day" AS "day",
    "t3"."k2" AS "k2",
    "t3"."k3" AS "k3",
    "t3"."k5" AS "k5",
    "t3"."k6" AS "k6",
    "t3"."k7" AS "k7",
    "t3"."k8" AS "k8",
    "t3"."k9" AS "k9",
    "t3"."k10" AS "k10",
    "t3"."k12" AS "k12",
    "t3"."k13" AS "k13",
    "t3"."k14" AS "k14",
    "t3"."measured" AS "measured",
    "t3"."e0_rest" AS "e0_rest",
    "t3"."q_rest" AS "q_rest",
    COUNT(*) AS "n",
    CAST(SUM("t3"."b0_d") AS Nullable(String)) AS "b0_hi",
    COUNT(*) - COUNT("t3"."b0") AS "b0_none",
    CAST(MAX(ABS("t3"."b0_d")) AS Nullable(String)) AS "b0_most",
    CAST(SUM("t3"."e0_d") AS Nullable(String)) AS "e0_hi",
    COUNT(*) - COUNT("t3"."e0") AS "e0_none",
    CAST(MAX(ABS("t3"."e0_d")) AS Nullable(String)) AS "e0_most",
    CAST(SUM("t3"."q_d") AS Nullable(String)) AS "q"
  FROM (
    SELECT
      "t2"."day" AS "day",
      "t2"."k2" AS "k2",
      "t2"."k3" AS "k3",
      "t2"."k5" AS "k5",
      "t2"."k6" AS "k6",
      "t2"."k7" AS "k7",
      "t2"."k8" AS "k8",
      "t2"."k9" AS "k9",
      "t2"."k10" AS "k10",
      "t2"."k12" AS "k12",
      "t2"."k13" AS "k13",
      "t2"."k14" AS "k14",
      "t2"."measured" AS "measured",
      "t2"."b0" AS "b0",
      "t2"."e0" AS "e0",
      "t2"."q" AS "q",
      "t2"."b0" AS "b0_d",
      CAST(CASE
        WHEN match("t2"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN "t2"."e0"
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "e0_d",
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
          WHEN isNull(
            CAST(CASE
              WHEN match("t2"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
              THEN "t2"."e0"
              ELSE CAST(NULL AS Nullable(String))
            END AS Nullable(Decimal(38, 18)))
          )
          THEN "t2"."e0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "e0_rest",
      COALESCE(
        CASE
          WHEN isNull(
            CAST(CASE
              WHEN match("t2"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
              THEN "t2"."q"
              ELSE CAST(NULL AS Nullable(String))
            END AS Nullable(Decimal(38, 18)))
          )
          THEN "t2"."q"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "q_rest"
    FROM (
      SELECT
        CAST("t1"."ChargePeriodStart" AS Nullable(DATE)) AS "day",
        "t1"."BillingCurrency" AS "k2",
        "t1"."ChargeCategory" AS "k3",
        CAST("t1"."BillingPeriodStart" AS Nullable(DATE)) AS "k5",
        "t1"."ServiceName" AS "k6",
        "t1"."ServiceCategory" AS "k7",
        "t1"."ProviderName" AS "k8",
        "t1"."SubAccountId" AS "k9",
        "t1"."BillingAccountId" AS "k10",
        "t1"."ConsumedUnit" AS "k12",
        "t1"."CommitmentDiscountStatus" AS "k13",
        toJSONString("t1"."Tags") AS "k14",
        isNotNull(
          CASE
            WHEN CAST("t1"."ConsumedQuantity" AS Nullable(String)) IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE CAST("t1"."ConsumedQuantity" AS Nullable(String))
          END
        ) AS "measured",
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
    "t3"."day",
    "t3"."k2",
    "t3"."k3",
    "t3"."k5",
    "t3"."k6",
    "t3"."k7",
    "t3"."k8",
    "t3"."k9",
    "t3"."k10",
    "t3"."k12",
    "t3"."k13",
    "t3"."k14",
    "t3"."measured",
    "t3"."e0_rest",
    "t3"."q_rest"
) AS "t4"
