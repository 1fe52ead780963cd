SELECT
  `t2`.`period`,
  `t2`.`day`,
  COUNT(*) AS `lines`,
  SUM(`t2`.`hard`) AS `hard`,
  CAST(SUM(`t2`.`b0_d`) AS STRING) AS `b0`,
  CAST(SUM(`t2`.`e0_d`) AS STRING) AS `e0`
FROM (
  SELECT
    `t1`.`period`,
    CASE WHEN `t1`.`period` = '' THEN `t1`.`moment` ELSE '' END AS `day`,
    0 + IF(
      (
        `t1`.`b0` IS NOT NULL
      )
      AND NOT (
        REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      ),
      1,
      0
    ) + IF(
      (
        `t1`.`e0` IS NOT NULL
      )
      AND NOT (
        REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      ),
      1,
      0
    ) + IF(
      (
        `t1`.`q` IS NOT NULL
      )
      AND NOT (
        REGEXP_CONTAINS(`t1`.`q`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      ),
      1,
      0
    ) AS `hard`,
    CAST(CASE
      WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      THEN `t1`.`b0`
      ELSE CAST(NULL AS STRING)
    END AS BIGNUMERIC) AS `b0_d`,
    CAST(CASE
      WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
      THEN `t1`.`e0`
      ELSE CAST(NULL AS STRING)
    END AS BIGNUMERIC) AS `e0_d`
  FROM (
    SELECT
      COALESCE(
        CASE
          WHEN `t0`.`BillingPeriodStart` IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS STRING)
          ELSE `t0`.`BillingPeriodStart`
        END,
        ''
      ) AS `period`,
      COALESCE(
        CASE
          WHEN REGEXP_CONTAINS(
            CASE
              WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS STRING)
              ELSE `t0`.`ChargePeriodStart`
            END,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$'
          )
          THEN SUBSTRING(
            CASE
              WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS STRING)
              ELSE `t0`.`ChargePeriodStart`
            END,
            IF(
              (
                0 + 1
              ) >= 1,
              0 + 1,
              0 + 1 + LENGTH(
                CASE
                  WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`ChargePeriodStart`
                END
              )
            ),
            10
          )
          ELSE CASE
            WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS STRING)
            ELSE `t0`.`ChargePeriodStart`
          END
        END,
        ''
      ) AS `moment`,
      CASE
        WHEN `t0`.`BilledCost` IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS STRING)
        ELSE `t0`.`BilledCost`
      END AS `b0`,
      CASE
        WHEN `t0`.`EffectiveCost` IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS STRING)
        ELSE `t0`.`EffectiveCost`
      END AS `e0`,
      CASE
        WHEN `t0`.`ConsumedQuantity` IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS STRING)
        ELSE `t0`.`ConsumedQuantity`
      END AS `q`
    FROM `finops`.`focus` AS `t0`
  ) AS `t1`
) AS `t2`
GROUP BY
  1,
  2
;
SELECT
  COALESCE(
    CASE
      WHEN `t3`.`k5` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k5`
    END,
    ''
  ) AS `period`,
  COALESCE(`t3`.`day`, '') AS `day`,
  COALESCE(
    CASE
      WHEN `t3`.`k8` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k8`
    END,
    ''
  ) AS `provider`,
  COALESCE(
    COALESCE(
      CASE
        WHEN `t3`.`k9` IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS STRING)
        ELSE `t3`.`k9`
      END,
      CASE
        WHEN `t3`.`k10` IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS STRING)
        ELSE `t3`.`k10`
      END
    ),
    ''
  ) AS `account`,
  COALESCE(
    CASE
      WHEN `t3`.`k6` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k6`
    END,
    ''
  ) AS `service`,
  COALESCE(
    CASE
      WHEN `t3`.`k7` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k7`
    END,
    ''
  ) AS `category`,
  COALESCE(
    CASE
      WHEN `t3`.`k3` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k3`
    END,
    ''
  ) AS `charge_category`,
  COALESCE(
    CASE
      WHEN `t3`.`k13` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k13`
    END,
    ''
  ) AS `commitment`,
  COALESCE(
    CASE
      WHEN `t3`.`k2` IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS STRING)
      ELSE `t3`.`k2`
    END,
    ''
  ) AS `currency`,
  COALESCE(
    CASE
      WHEN `t3`.`measured`
      OR STARTS_WITH(
        CASE
          WHEN `t3`.`k12` IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS STRING)
          ELSE `t3`.`k12`
        END,
        'Mtokens:'
      )
      THEN CASE
        WHEN `t3`.`k12` IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS STRING)
        ELSE `t3`.`k12`
      END
      ELSE CAST(NULL AS STRING)
    END,
    ''
  ) AS `unit`,
  COALESCE(`t3`.`k14`, '') AS `tags0`,
  `t3`.`b0_rest`,
  `t3`.`e0_rest`,
  `t3`.`q_rest`,
  `t3`.`b0_hi`,
  '' AS `b0_lo`,
  '' AS `b0_most`,
  `t3`.`e0_hi`,
  '' AS `e0_lo`,
  '' AS `e0_most`,
  `t3`.`q`,
  `t3`.`n`,
  `t3`.`b0_none`,
  `t3`.`e0_none`
FROM (
  SELECT
    `t2`.`day`,
    `t2`.`k2`,
    `t2`.`k3`,
    `t2`.`k5`,
    `t2`.`k6`,
    `t2`.`k7`,
    `t2`.`k8`,
    `t2`.`k9`,
    `t2`.`k10`,
    `t2`.`k12`,
    `t2`.`k13`,
    `t2`.`k14`,
    `t2`.`measured`,
    `t2`.`b0_rest`,
    `t2`.`e0_rest`,
    `t2`.`q_rest`,
    COUNT(*) AS `n`,
    CAST(SUM(`t2`.`b0_d`) AS STRING) AS `b0_hi`,
    COUNT(*) - COUNT(`t2`.`b0`) AS `b0_none`,
    CAST(SUM(`t2`.`e0_d`) AS STRING) AS `e0_hi`,
    COUNT(*) - COUNT(`t2`.`e0`) AS `e0_none`,
    CAST(SUM(`t2`.`q_d`) AS STRING) AS `q`
  FROM (
    SELECT
      `t1`.`day`,
      `t1`.`k2`,
      `t1`.`k3`,
      `t1`.`k5`,
      `t1`.`k6`,
      `t1`.`k7`,
      `t1`.`k8`,
      `t1`.`k9`,
      `t1`.`k10`,
      `t1`.`k12`,
      `t1`.`k13`,
      `t1`.`k14`,
      `t1`.`measured`,
      `t1`.`b0`,
      `t1`.`e0`,
      `t1`.`q`,
      CAST(CASE
        WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN `t1`.`b0`
        ELSE CAST(NULL AS STRING)
      END AS BIGNUMERIC) AS `b0_d`,
      CAST(CASE
        WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
        THEN `t1`.`e0`
        ELSE CAST(NULL AS STRING)
      END AS BIGNUMERIC) AS `e0_d`,
      CAST(ROUND(
        CAST(CASE
          WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN `t1`.`q`
          ELSE CAST(NULL AS STRING)
        END AS BIGNUMERIC),
        12
      ) AS BIGNUMERIC) AS `q_d`,
      COALESCE(
        CASE
          WHEN CAST(CASE
            WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
            THEN `t1`.`b0`
            ELSE CAST(NULL AS STRING)
          END AS BIGNUMERIC) IS NULL
          THEN `t1`.`b0`
          ELSE CAST(NULL AS STRING)
        END,
        ''
      ) AS `b0_rest`,
      COALESCE(
        CASE
          WHEN CAST(CASE
            WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
            THEN `t1`.`e0`
            ELSE CAST(NULL AS STRING)
          END AS BIGNUMERIC) IS NULL
          THEN `t1`.`e0`
          ELSE CAST(NULL AS STRING)
        END,
        ''
      ) AS `e0_rest`,
      COALESCE(
        CASE
          WHEN CAST(CASE
            WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
            THEN `t1`.`q`
            ELSE CAST(NULL AS STRING)
          END AS BIGNUMERIC) IS NULL
          THEN `t1`.`q`
          ELSE CAST(NULL AS STRING)
        END,
        ''
      ) AS `q_rest`
    FROM (
      SELECT
        CASE
          WHEN REGEXP_CONTAINS(
            CASE
              WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS STRING)
              ELSE `t0`.`ChargePeriodStart`
            END,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+]00:00)?)?$'
          )
          THEN SUBSTRING(
            CASE
              WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
              THEN CAST(NULL AS STRING)
              ELSE `t0`.`ChargePeriodStart`
            END,
            IF(
              (
                0 + 1
              ) >= 1,
              0 + 1,
              0 + 1 + LENGTH(
                CASE
                  WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`ChargePeriodStart`
                END
              )
            ),
            10
          )
          ELSE CASE
            WHEN `t0`.`ChargePeriodStart` IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS STRING)
            ELSE `t0`.`ChargePeriodStart`
          END
        END AS `day`,
        `t0`.`BillingCurrency` AS `k2`,
        `t0`.`ChargeCategory` AS `k3`,
        `t0`.`BillingPeriodStart` AS `k5`,
        `t0`.`ServiceName` AS `k6`,
        `t0`.`ServiceCategory` AS `k7`,
        `t0`.`ProviderName` AS `k8`,
        `t0`.`SubAccountId` AS `k9`,
        `t0`.`BillingAccountId` AS `k10`,
        `t0`.`ConsumedUnit` AS `k12`,
        `t0`.`CommitmentDiscountStatus` AS `k13`,
        `t0`.`Tags` AS `k14`,
        CASE
          WHEN `t0`.`ConsumedQuantity` IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS STRING)
          ELSE `t0`.`ConsumedQuantity`
        END IS NOT NULL AS `measured`,
        CASE
          WHEN `t0`.`BilledCost` IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS STRING)
          ELSE `t0`.`BilledCost`
        END AS `b0`,
        CASE
          WHEN `t0`.`EffectiveCost` IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS STRING)
          ELSE `t0`.`EffectiveCost`
        END AS `e0`,
        CASE
          WHEN `t0`.`ConsumedQuantity` IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS STRING)
          ELSE `t0`.`ConsumedQuantity`
        END AS `q`
      FROM `finops`.`focus` AS `t0`
      WHERE
        COALESCE(
          CASE
            WHEN `t0`.`BillingPeriodStart` IN ('', 'NULL', 'null', 'Null')
            THEN CAST(NULL AS STRING)
            ELSE `t0`.`BillingPeriodStart`
          END,
          ''
        ) IN ('2026-03-01T00:00:00Z')
    ) AS `t1`
  ) AS `t2`
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
    14,
    15,
    16
) AS `t3`
