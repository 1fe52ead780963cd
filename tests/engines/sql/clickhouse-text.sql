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
    0 + CASE
      WHEN isNotNull("t1"."b0")
      AND NOT (
        match("t1"."b0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      )
      THEN 1
      ELSE 0
    END + CASE
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
    CAST(CASE
      WHEN match("t1"."b0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      THEN "t1"."b0"
      ELSE CAST(NULL AS Nullable(String))
    END AS Nullable(Decimal(38, 18))) AS "b0_d",
    CAST(CASE
      WHEN match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      THEN "t1"."e0"
      ELSE CAST(NULL AS Nullable(String))
    END AS Nullable(Decimal(38, 18))) AS "e0_d"
  FROM (
    SELECT
      COALESCE(
        CASE
          WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t0"."BillingPeriodStart"
        END,
        ''
      ) AS "period",
      COALESCE(
        CASE
          WHEN match(
            CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."ChargePeriodStart"
            END,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$'
          )
          THEN SUBSTRING(
            CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."ChargePeriodStart"
            END,
            CASE
              WHEN (
                0 + 1
              ) >= 1
              THEN 0 + 1
              ELSE 0 + 1 + LENGTH(
                CASE
                  WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS Nullable(String))
                  ELSE "t0"."ChargePeriodStart"
                END
              )
            END,
            10
          )
          ELSE CASE
            WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ChargePeriodStart"
          END
        END,
        ''
      ) AS "moment",
      CASE
        WHEN "t0"."BilledCost" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t0"."BilledCost"
      END AS "b0",
      CASE
        WHEN "t0"."EffectiveCost" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t0"."EffectiveCost"
      END AS "e0",
      CASE
        WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t0"."ConsumedQuantity"
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
      WHEN "t3"."k5" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k5"
    END,
    ''
  ) AS "period",
  COALESCE("t3"."day", '') AS "day",
  COALESCE(
    CASE
      WHEN "t3"."k8" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k8"
    END,
    ''
  ) AS "provider",
  COALESCE(
    COALESCE(
      CASE
        WHEN "t3"."k9" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t3"."k9"
      END,
      CASE
        WHEN "t3"."k10" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t3"."k10"
      END
    ),
    ''
  ) AS "account",
  COALESCE(
    CASE
      WHEN "t3"."k6" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k6"
    END,
    ''
  ) AS "service",
  COALESCE(
    CASE
      WHEN "t3"."k7" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k7"
    END,
    ''
  ) AS "category",
  COALESCE(
    CASE
      WHEN "t3"."k3" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k3"
    END,
    ''
  ) AS "charge_category",
  COALESCE(
    CASE
      WHEN "t3"."k13" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k13"
    END,
    ''
  ) AS "commitment",
  COALESCE(
    CASE
      WHEN "t3"."k2" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t3"."k2"
    END,
    ''
  ) AS "currency",
  COALESCE(
    CASE
      WHEN "t3"."measured"
      OR startsWith(
        CASE
          WHEN "t3"."k12" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t3"."k12"
        END,
        'Mtokens:'
      )
      THEN CASE
        WHEN "t3"."k12" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t3"."k12"
      END
      ELSE CAST(NULL AS Nullable(String))
    END,
    ''
  ) AS "unit",
  COALESCE("t3"."k14", '') AS "tags0",
  "t3"."b0_rest" AS "b0_rest",
  "t3"."e0_rest" AS "e0_rest",
  "t3"."q_rest" AS "q_rest",
  "t3"."b0_hi" AS "b0_hi",
  '' AS "b0_lo",
  "t3"."b0_most" AS "b0_most",
  "t3"."e0_hi" AS "e0_hi",
  '' AS "e0_lo",
  "t3"."e0_most" AS "e0_most",
  "t3"."q" AS "q",
  "t3"."n" AS "n",
  "t3"."b0_none" AS "b0_none",
  "t3"."e0_none" AS "e0_none"
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
    "t2"."b0_rest" AS "b0_rest",
    "t2"."e0_rest" AS "e0_rest",
    "t2"."q_rest" AS "q_rest",
    COUNT(*) AS "n",
    CAST(SUM("t2"."b0_d") AS Nullable(String)) AS "b0_hi",
    COUNT(*) - COUNT("t2"."b0") AS "b0_none",
    CAST(MAX(ABS("t2"."b0_d")) AS Nullable(String)) AS "b0_most",
    CAST(SUM("t2"."e0_d") AS Nullable(String)) AS "e0_hi",
    COUNT(*) - COUNT("t2"."e0") AS "e0_none",
    CAST(MAX(ABS("t2"."e0_d")) AS Nullable(String)) AS "e0_most",
    CAST(SUM("t2"."q_d") AS Nullable(String)) AS "q"
  FROM (
    SELECT
      "t1"."day" AS "day",
      "t1"."k2" AS "k2",
      "t1"."k3" AS "k3",
      "t1"."k5" AS "k5",
      "t1"."k6" AS "k6",
      "t1"."k7" AS "k7",
      "t1"."k8" AS "k8",
      "t1"."k9" AS "k9",
      "t1"."k10" AS "k10",
      "t1"."k12" AS "k12",
      "t1"."k13" AS "k13",
      "t1"."k14" AS "k14",
      "t1"."measured" AS "measured",
      "t1"."b0" AS "b0",
      "t1"."e0" AS "e0",
      "t1"."q" AS "q",
      CAST(CASE
        WHEN match("t1"."b0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN "t1"."b0"
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "b0_d",
      CAST(CASE
        WHEN match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN "t1"."e0"
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "e0_d",
      CAST(ROUND(
        CAST(CASE
          WHEN match("t1"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN "t1"."q"
          ELSE CAST(NULL AS Nullable(String))
        END AS Nullable(Decimal(38, 18))),
        12
      ) AS Nullable(Decimal(38, 12))) AS "q_d",
      COALESCE(
        CASE
          WHEN isNull(
            CAST(CASE
              WHEN match("t1"."b0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
              THEN "t1"."b0"
              ELSE CAST(NULL AS Nullable(String))
            END AS Nullable(Decimal(38, 18)))
          )
          THEN "t1"."b0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "b0_rest",
      COALESCE(
        CASE
          WHEN isNull(
            CAST(CASE
              WHEN match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
              THEN "t1"."e0"
              ELSE CAST(NULL AS Nullable(String))
            END AS Nullable(Decimal(38, 18)))
          )
          THEN "t1"."e0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "e0_rest",
      COALESCE(
        CASE
          WHEN isNull(
            CAST(CASE
              WHEN match("t1"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
              THEN "t1"."q"
              ELSE CAST(NULL AS Nullable(String))
            END AS Nullable(Decimal(38, 18)))
          )
          THEN "t1"."q"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "q_rest"
    FROM (
      SELECT
        CASE
          WHEN match(
            CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."ChargePeriodStart"
            END,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$'
          )
          THEN SUBSTRING(
            CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."ChargePeriodStart"
            END,
            CASE
              WHEN (
                0 + 1
              ) >= 1
              THEN 0 + 1
              ELSE 0 + 1 + LENGTH(
                CASE
                  WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS Nullable(String))
                  ELSE "t0"."ChargePeriodStart"
                END
              )
            END,
            10
          )
          ELSE CASE
            WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ChargePeriodStart"
          END
        END AS "day",
        "t0"."BillingCurrency" AS "k2",
        "t0"."ChargeCategory" AS "k3",
        "t0"."BillingPeriodStart" AS "k5",
        "t0"."ServiceName" AS "k6",
        "t0"."ServiceCategory" AS "k7",
        "t0"."ProviderName" AS "k8",
        "t0"."SubAccountId" AS "k9",
        "t0"."BillingAccountId" AS "k10",
        "t0"."ConsumedUnit" AS "k12",
        "t0"."CommitmentDiscountStatus" AS "k13",
        "t0"."Tags" AS "k14",
        isNotNull(
          CASE
            WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ConsumedQuantity"
          END
        ) AS "measured",
        CASE
          WHEN "t0"."BilledCost" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t0"."BilledCost"
        END AS "b0",
        CASE
          WHEN "t0"."EffectiveCost" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t0"."EffectiveCost"
        END AS "e0",
        CASE
          WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t0"."ConsumedQuantity"
        END AS "q"
      FROM "finops"."focus" AS "t0"
      WHERE
        COALESCE(
          CASE
            WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."BillingPeriodStart"
          END,
          ''
        ) IN ('2026-03-01T00:00:00Z')
    ) AS "t1"
  ) AS "t2"
  GROUP BY
    "t2"."day",
    "t2"."k2",
    "t2"."k3",
    "t2"."k5",
    "t2"."k6",
    "t2"."k7",
    "t2"."k8",
    "t2"."k9",
    "t2"."k10",
    "t2"."k12",
    "t2"."k13",
    "t2"."k14",
    "t2"."measured",
    "t2"."b0_rest",
    "t2"."e0_rest",
    "t2"."q_rest"
) AS "t3"
