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
    0 + IFF(
      (
        "t1"."b0" IS NOT NULL
      )
      AND NOT (
        REGEXP_LIKE(
          "t1"."b0",
          CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
          'cs'
        )
      ),
      1,
      0
    ) + IFF(
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
    CAST(CASE
      WHEN REGEXP_LIKE(
        "t1"."b0",
        CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
        'cs'
      )
      THEN "t1"."b0"
      ELSE CAST(NULL AS VARCHAR)
    END AS DECIMAL(38, 18)) AS "b0_d",
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
      COALESCE(
        CASE
          WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE "t0"."BillingPeriodStart"
        END,
        ''
      ) AS "period",
      COALESCE(
        CASE
          WHEN REGEXP_LIKE(
            CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t0"."ChargePeriodStart"
            END,
            CONCAT(
              '.*',
              '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$',
              '.*'
            ),
            'cs'
          )
          THEN SUBSTRING(
            CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t0"."ChargePeriodStart"
            END,
            IFF(
              (
                0 + 1
              ) >= 1,
              0 + 1,
              0 + 1 + LENGTH(
                CASE
                  WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS VARCHAR)
                  ELSE "t0"."ChargePeriodStart"
                END
              )
            ),
            10
          )
          ELSE CASE
            WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."ChargePeriodStart"
          END
        END,
        ''
      ) AS "moment",
      CASE
        WHEN "t0"."BilledCost" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE "t0"."BilledCost"
      END AS "b0",
      CASE
        WHEN "t0"."EffectiveCost" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE "t0"."EffectiveCost"
      END AS "e0",
      CASE
        WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE "t0"."ConsumedQuantity"
      END AS "q"
    FROM "finops"."focus" AS "t0"
  ) AS "t1"
) AS "t2"
GROUP BY
  1,
  2
;
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
  "t3"."b0_hi",
  "t3"."b0_lo",
  "t3"."b0_most",
  "t3"."e0_hi",
  "t3"."e0_lo",
  "t3"."e0_most",
  "t3"."q",
  "t3"."n",
  "t3"."b0_none",
  "t3"."e0_none"
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
    "t2"."b0_rest",
    "t2"."e0_rest",
    "t2"."q_rest",
    COUNT(*) AS "n",
    CAST(SUM(COALESCE("t2"."b0_d", 0)) AS VARCHAR) AS "b0_hi",
    COALESCE(CAST(SUM("t2"."b0_l") AS VARCHAR), '0') AS "b0_lo",
    COALESCE(CAST(MAX(ABS("t2"."b0_d")) AS VARCHAR), '0') AS "b0_most",
    SUM(IFF("t2"."b0" IS NULL, 1, 0)) AS "b0_none",
    CAST(SUM(COALESCE("t2"."e0_d", 0)) AS VARCHAR) AS "e0_hi",
    COALESCE(CAST(SUM("t2"."e0_l") AS VARCHAR), '0') AS "e0_lo",
    COALESCE(CAST(MAX(ABS("t2"."e0_d")) AS VARCHAR), '0') AS "e0_most",
    SUM(IFF("t2"."e0" IS NULL, 1, 0)) AS "e0_none",
    CAST(SUM(COALESCE("t2"."q_d", 0)) AS VARCHAR) AS "q"
  FROM (
    SELECT
      "t1"."period",
      "t1"."day",
      "t1"."provider",
      "t1"."account",
      "t1"."service",
      "t1"."category",
      "t1"."charge_category",
      "t1"."commitment",
      "t1"."currency",
      "t1"."unit",
      "t1"."tags0",
      "t1"."b0",
      "t1"."e0",
      "t1"."q",
      CAST(CASE
        WHEN REGEXP_LIKE(
          "t1"."b0",
          CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
          'cs'
        )
        THEN "t1"."b0"
        ELSE CAST(NULL AS VARCHAR)
      END AS DECIMAL(38, 18)) AS "b0_d",
      CAST(NULL AS DECIMAL(38, 18)) AS "b0_l",
      COALESCE(
        CASE
          WHEN (
            "t1"."b0" IS NOT NULL
          )
          AND NOT (
            REGEXP_LIKE(
              "t1"."b0",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
          )
          THEN "t1"."b0"
          ELSE CAST(NULL AS VARCHAR)
        END,
        ''
      ) AS "b0_rest",
      CAST(CASE
        WHEN REGEXP_LIKE(
          "t1"."e0",
          CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
          'cs'
        )
        THEN "t1"."e0"
        ELSE CAST(NULL AS VARCHAR)
      END AS DECIMAL(38, 18)) AS "e0_d",
      CAST(NULL AS DECIMAL(38, 18)) AS "e0_l",
      COALESCE(
        CASE
          WHEN (
            "t1"."e0" IS NOT NULL
          )
          AND NOT (
            REGEXP_LIKE(
              "t1"."e0",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
          )
          THEN "t1"."e0"
          ELSE CAST(NULL AS VARCHAR)
        END,
        ''
      ) AS "e0_rest",
      CAST(ROUND(
        CAST(CASE
          WHEN REGEXP_LIKE(
            "t1"."q",
            CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
            'cs'
          )
          THEN "t1"."q"
          ELSE CAST(NULL AS VARCHAR)
        END AS DECIMAL(38, 18)),
        12
      ) AS DECIMAL(38, 12)) AS "q_d",
      COALESCE(
        CASE
          WHEN (
            "t1"."q" IS NOT NULL
          )
          AND NOT (
            REGEXP_LIKE(
              "t1"."q",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
          )
          THEN "t1"."q"
          ELSE CAST(NULL AS VARCHAR)
        END,
        ''
      ) AS "q_rest"
    FROM (
      SELECT
        COALESCE(
          CASE
            WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."BillingPeriodStart"
          END,
          ''
        ) AS "period",
        COALESCE(
          CASE
            WHEN REGEXP_LIKE(
              CASE
                WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS VARCHAR)
                ELSE "t0"."ChargePeriodStart"
              END,
              CONCAT(
                '.*',
                '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$',
                '.*'
              ),
              'cs'
            )
            THEN SUBSTRING(
              CASE
                WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS VARCHAR)
                ELSE "t0"."ChargePeriodStart"
              END,
              IFF(
                (
                  0 + 1
                ) >= 1,
                0 + 1,
                0 + 1 + LENGTH(
                  CASE
                    WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
                    THEN CAST(NULL AS VARCHAR)
                    ELSE "t0"."ChargePeriodStart"
                  END
                )
              ),
              10
            )
            ELSE CASE
              WHEN "t0"."ChargePeriodStart" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t0"."ChargePeriodStart"
            END
          END,
          ''
        ) AS "day",
        COALESCE(
          CASE
            WHEN "t0"."ProviderName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."ProviderName"
          END,
          ''
        ) AS "provider",
        COALESCE(
          COALESCE(
            CASE
              WHEN "t0"."SubAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t0"."SubAccountId"
            END,
            CASE
              WHEN "t0"."BillingAccountId" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t0"."BillingAccountId"
            END
          ),
          ''
        ) AS "account",
        COALESCE(
          CASE
            WHEN "t0"."ServiceName" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."ServiceName"
          END,
          ''
        ) AS "service",
        COALESCE(
          CASE
            WHEN "t0"."ServiceCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."ServiceCategory"
          END,
          ''
        ) AS "category",
        COALESCE(
          CASE
            WHEN "t0"."ChargeCategory" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."ChargeCategory"
          END,
          ''
        ) AS "charge_category",
        COALESCE(
          CASE
            WHEN "t0"."CommitmentDiscountStatus" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."CommitmentDiscountStatus"
          END,
          ''
        ) AS "commitment",
        COALESCE(
          CASE
            WHEN "t0"."BillingCurrency" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."BillingCurrency"
          END,
          ''
        ) AS "currency",
        COALESCE(
          CASE
            WHEN (
              CASE
                WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS VARCHAR)
                ELSE "t0"."ConsumedQuantity"
              END IS NOT NULL
            )
            OR STARTSWITH(
              CASE
                WHEN "t0"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
                THEN CAST(NULL AS VARCHAR)
                ELSE "t0"."ConsumedUnit"
              END,
              'Mtokens:'
            )
            THEN CASE
              WHEN "t0"."ConsumedUnit" IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS VARCHAR)
              ELSE "t0"."ConsumedUnit"
            END
            ELSE CAST(NULL AS VARCHAR)
          END,
          ''
        ) AS "unit",
        COALESCE("t0"."Tags", '') AS "tags0",
        CASE
          WHEN "t0"."BilledCost" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE "t0"."BilledCost"
        END AS "b0",
        CASE
          WHEN "t0"."EffectiveCost" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE "t0"."EffectiveCost"
        END AS "e0",
        CASE
          WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE "t0"."ConsumedQuantity"
        END AS "q"
      FROM "finops"."focus" AS "t0"
      WHERE
        COALESCE(
          CASE
            WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS VARCHAR)
            ELSE "t0"."BillingPeriodStart"
          END,
          ''
        ) IN ('2026-03-01T00:00:00Z')
    ) AS "t1"
  ) AS "t2"
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
) AS "t3"
