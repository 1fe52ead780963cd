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
  "t3"."b0_hi" AS "b0_hi",
  "t3"."b0_lo" AS "b0_lo",
  "t3"."b0_most" AS "b0_most",
  "t3"."e0_hi" AS "e0_hi",
  "t3"."e0_lo" AS "e0_lo",
  "t3"."e0_most" AS "e0_most",
  "t3"."q" AS "q",
  "t3"."n" AS "n",
  "t3"."b0_none" AS "b0_none",
  "t3"."e0_none" AS "e0_none"
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
    "t2"."b0_rest" AS "b0_rest",
    "t2"."e0_rest" AS "e0_rest",
    "t2"."q_rest" AS "q_rest",
    COUNT(*) AS "n",
    CAST(SUM(COALESCE("t2"."b0_d", 0)) AS Nullable(String)) AS "b0_hi",
    COALESCE(CAST(SUM("t2"."b0_l") AS Nullable(String)), '0') AS "b0_lo",
    COALESCE(CAST(MAX(ABS("t2"."b0_d")) AS Nullable(String)), '0') AS "b0_most",
    SUM(CASE WHEN isNull("t2"."b0") THEN 1 ELSE 0 END) AS "b0_none",
    CAST(SUM(COALESCE("t2"."e0_d", 0)) AS Nullable(String)) AS "e0_hi",
    COALESCE(CAST(SUM("t2"."e0_l") AS Nullable(String)), '0') AS "e0_lo",
    COALESCE(CAST(MAX(ABS("t2"."e0_d")) AS Nullable(String)), '0') AS "e0_most",
    SUM(CASE WHEN isNull("t2"."e0") THEN 1 ELSE 0 END) AS "e0_none",
    CAST(SUM(COALESCE("t2"."q_d", 0)) AS Nullable(String)) AS "q"
  FROM (
    SELECT
      "t1"."period" AS "period",
      "t1"."day" AS "day",
      "t1"."provider" AS "provider",
      "t1"."account" AS "account",
      "t1"."service" AS "service",
      "t1"."category" AS "category",
      "t1"."charge_category" AS "charge_category",
      "t1"."commitment" AS "commitment",
      "t1"."currency" AS "currency",
      "t1"."unit" AS "unit",
      "t1"."tags0" AS "tags0",
      "t1"."b0" AS "b0",
      "t1"."e0" AS "e0",
      "t1"."q" AS "q",
      CAST(CASE
        WHEN match("t1"."b0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN "t1"."b0"
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "b0_d",
      CAST(NULL AS Nullable(Decimal(38, 18))) AS "b0_l",
      COALESCE(
        CASE
          WHEN isNotNull("t1"."b0")
          AND NOT (
            match("t1"."b0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          THEN "t1"."b0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "b0_rest",
      CAST(CASE
        WHEN match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN "t1"."e0"
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "e0_d",
      CAST(NULL AS Nullable(Decimal(38, 18))) AS "e0_l",
      COALESCE(
        CASE
          WHEN isNotNull("t1"."e0")
          AND NOT (
            match("t1"."e0", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          THEN "t1"."e0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "e0_rest",
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
          WHEN isNotNull("t1"."q")
          AND NOT (
            match("t1"."q", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          THEN "t1"."q"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "q_rest"
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
        ) AS "day",
        COALESCE(
          CASE
            WHEN "t0"."ProviderName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ProviderName"
          END,
          ''
        ) AS "provider",
        COALESCE(
          COALESCE(
            CASE
              WHEN "t0"."SubAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."SubAccountId"
            END,
            CASE
              WHEN "t0"."BillingAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."BillingAccountId"
            END
          ),
          ''
        ) AS "account",
        COALESCE(
          CASE
            WHEN "t0"."ServiceName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ServiceName"
          END,
          ''
        ) AS "service",
        COALESCE(
          CASE
            WHEN "t0"."ServiceCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ServiceCategory"
          END,
          ''
        ) AS "category",
        COALESCE(
          CASE
            WHEN "t0"."ChargeCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."ChargeCategory"
          END,
          ''
        ) AS "charge_category",
        COALESCE(
          CASE
            WHEN "t0"."CommitmentDiscountStatus" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."CommitmentDiscountStatus"
          END,
          ''
        ) AS "commitment",
        COALESCE(
          CASE
            WHEN "t0"."BillingCurrency" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS Nullable(String))
            ELSE "t0"."BillingCurrency"
          END,
          ''
        ) AS "currency",
        COALESCE(
          CASE
            WHEN isNotNull(
              CASE
                WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS Nullable(String))
                ELSE "t0"."ConsumedQuantity"
              END
            )
            OR startsWith(
              CASE
                WHEN "t0"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS Nullable(String))
                ELSE "t0"."ConsumedUnit"
              END,
              'Mtokens:'
            )
            THEN CASE
              WHEN "t0"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS Nullable(String))
              ELSE "t0"."ConsumedUnit"
            END
            ELSE CAST(NULL AS Nullable(String))
          END,
          ''
        ) AS "unit",
        COALESCE("t0"."Tags", '') AS "tags0",
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
    "t2"."b0_rest",
    "t2"."e0_rest",
    "t2"."q_rest"
) AS "t3"
