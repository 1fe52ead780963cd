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
  "t6"."period" AS "period",
  "t6"."day" AS "day",
  "t6"."provider" AS "provider",
  "t6"."account" AS "account",
  "t6"."service" AS "service",
  "t6"."category" AS "category",
  "t6"."charge_category" AS "charge_category",
  "t6"."commitment" AS "commitment",
  "t6"."currency" AS "currency",
  "t6"."unit" AS "unit",
  "t6"."tags0" AS "tags0",
  "t6"."b0_rest" AS "b0_rest",
  "t6"."e0_rest" AS "e0_rest",
  "t6"."q_rest" AS "q_rest",
  "t6"."b0_hi" AS "b0_hi",
  "t6"."b0_lo" AS "b0_lo",
  "t6"."b0_most" AS "b0_most",
  "t6"."e0_hi" AS "e0_hi",
  "t6"."e0_lo" AS "e0_lo",
  "t6"."e0_most" AS "e0_most",
  "t6"."q" AS "q",
  "t6"."n" AS "n",
  "t6"."b0_none" AS "b0_none",
  "t6"."e0_none" AS "e0_none"
FROM (
  SELECT
    "t5"."period" AS "period",
    "t5"."day" AS "day",
    "t5"."provider" AS "provider",
    "t5"."account" AS "account",
    "t5"."service" AS "service",
    "t5"."category" AS "category",
    "t5"."charge_category" AS "charge_category",
    "t5"."commitment" AS "commitment",
    "t5"."currency" AS "currency",
    "t5"."unit" AS "unit",
    "t5"."tags0" AS "tags0",
    "t5"."b0_rest" AS "b0_rest",
    "t5"."e0_rest" AS "e0_rest",
    "t5"."q_rest" AS "q_rest",
    COUNT(*) AS "n",
    CAST(SUM(COALESCE("t5"."b0_d", 0)) AS Nullable(String)) AS "b0_hi",
    COALESCE(CAST(SUM("t5"."b0_l") AS Nullable(String)), '0') AS "b0_lo",
    COALESCE(CAST(MAX(ABS("t5"."b0_d")) AS Nullable(String)), '0') AS "b0_most",
    SUM(CASE WHEN isNull("t5"."b0") THEN 1 ELSE 0 END) AS "b0_none",
    CAST(SUM(COALESCE("t5"."e0_d", 0)) AS Nullable(String)) AS "e0_hi",
    COALESCE(CAST(SUM("t5"."e0_l") AS Nullable(String)), '0') AS "e0_lo",
    COALESCE(CAST(MAX(ABS("t5"."e0_d")) AS Nullable(String)), '0') AS "e0_most",
    SUM(CASE WHEN isNull("t5"."e0") THEN 1 ELSE 0 END) AS "e0_none",
    CAST(SUM(COALESCE("t5"."q_d", 0)) AS Nullable(String)) AS "q"
  FROM (
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
      "t4"."b0" AS "b0",
      "t4"."e0" AS "e0",
      "t4"."q" AS "q",
      "t4"."b0_w" AS "b0_w",
      "t4"."b0_down" AS "b0_down",
      "t4"."b0_up" AS "b0_up",
      "t4"."e0_w" AS "e0_w",
      "t4"."e0_down" AS "e0_down",
      "t4"."e0_up" AS "e0_up",
      "t4"."q_w" AS "q_w",
      "t4"."q_down" AS "q_down",
      "t4"."q_up" AS "q_up",
      "t4"."b0_p" AS "b0_p",
      "t4"."e0_p" AS "e0_p",
      "t4"."q_p" AS "q_p",
      "t4"."b0_g" AS "b0_g",
      "t4"."e0_g" AS "e0_g",
      "t4"."q_g" AS "q_g",
      COALESCE(
        CAST(CASE
          WHEN match("t4"."b0_p", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN "t4"."b0_p"
          ELSE CAST(NULL AS Nullable(String))
        END AS Nullable(Decimal(38, 18))),
        CAST(CASE
          WHEN isNotNull("t4"."b0_g")
          THEN CONCAT(
            CONCAT(
              CONCAT(
                CONCAT(CASE WHEN startsWith("t4"."b0_g", '-') THEN '-' ELSE '' END, '0'),
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '^[+-]?([0-9]*)[.]', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '^[+-]?([0-9]*)[.]', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              ),
              '.'
            ),
            SUBSTRING(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                  )
                  THEN extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                  ELSE NULL
                END,
                ''
              ),
              CASE
                WHEN (
                  0 + 1
                ) >= 1
                THEN 0 + 1
                ELSE 0 + 1 + LENGTH(
                  COALESCE(
                    CASE
                      WHEN notEmpty(
                        extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                      )
                      THEN extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                      ELSE NULL
                    END,
                    ''
                  )
                )
              END,
              18
            )
          )
          ELSE CAST(NULL AS Nullable(String))
        END AS Nullable(Decimal(38, 18)))
      ) AS "b0_d",
      CAST(CASE
        WHEN isNotNull("t4"."b0_g")
        THEN CONCAT(
          CONCAT(CASE WHEN startsWith("t4"."b0_g", '-') THEN '-' ELSE '' END, '0.'),
          SUBSTRING(
            COALESCE(
              CASE
                WHEN notEmpty(
                  extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                )
                THEN extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                ELSE NULL
              END,
              ''
            ),
            CASE
              WHEN (
                18 + 1
              ) >= 1
              THEN 18 + 1
              ELSE 18 + 1 + LENGTH(
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t4"."b0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              )
            END,
            18
          )
        )
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "b0_l",
      COALESCE(
        CASE
          WHEN isNotNull("t4"."b0_p")
          AND NOT (
            match("t4"."b0_p", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          AND isNull("t4"."b0_g")
          THEN "t4"."b0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "b0_rest",
      COALESCE(
        CAST(CASE
          WHEN match("t4"."e0_p", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN "t4"."e0_p"
          ELSE CAST(NULL AS Nullable(String))
        END AS Nullable(Decimal(38, 18))),
        CAST(CASE
          WHEN isNotNull("t4"."e0_g")
          THEN CONCAT(
            CONCAT(
              CONCAT(
                CONCAT(CASE WHEN startsWith("t4"."e0_g", '-') THEN '-' ELSE '' END, '0'),
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '^[+-]?([0-9]*)[.]', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '^[+-]?([0-9]*)[.]', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              ),
              '.'
            ),
            SUBSTRING(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                  )
                  THEN extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                  ELSE NULL
                END,
                ''
              ),
              CASE
                WHEN (
                  0 + 1
                ) >= 1
                THEN 0 + 1
                ELSE 0 + 1 + LENGTH(
                  COALESCE(
                    CASE
                      WHEN notEmpty(
                        extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                      )
                      THEN extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                      ELSE NULL
                    END,
                    ''
                  )
                )
              END,
              18
            )
          )
          ELSE CAST(NULL AS Nullable(String))
        END AS Nullable(Decimal(38, 18)))
      ) AS "e0_d",
      CAST(CASE
        WHEN isNotNull("t4"."e0_g")
        THEN CONCAT(
          CONCAT(CASE WHEN startsWith("t4"."e0_g", '-') THEN '-' ELSE '' END, '0.'),
          SUBSTRING(
            COALESCE(
              CASE
                WHEN notEmpty(
                  extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                )
                THEN extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                ELSE NULL
              END,
              ''
            ),
            CASE
              WHEN (
                18 + 1
              ) >= 1
              THEN 18 + 1
              ELSE 18 + 1 + LENGTH(
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t4"."e0_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              )
            END,
            18
          )
        )
        ELSE CAST(NULL AS Nullable(String))
      END AS Nullable(Decimal(38, 18))) AS "e0_l",
      COALESCE(
        CASE
          WHEN isNotNull("t4"."e0_p")
          AND NOT (
            match("t4"."e0_p", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          AND isNull("t4"."e0_g")
          THEN "t4"."e0"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "e0_rest",
      CAST(ROUND(
        COALESCE(
          CAST(CASE
            WHEN match("t4"."q_p", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
            THEN "t4"."q_p"
            ELSE CAST(NULL AS Nullable(String))
          END AS Nullable(Decimal(38, 18))),
          CAST(CASE
            WHEN isNotNull("t4"."q_g")
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN startsWith("t4"."q_g", '-') THEN '-' ELSE '' END, '0'),
                  COALESCE(
                    CASE
                      WHEN notEmpty(
                        extractGroups(CAST(COALESCE("t4"."q_g", '') AS String), CONCAT('(', '^[+-]?([0-9]*)[.]', ')'))[2]
                      )
                      THEN extractGroups(CAST(COALESCE("t4"."q_g", '') AS String), CONCAT('(', '^[+-]?([0-9]*)[.]', ')'))[2]
                      ELSE NULL
                    END,
                    ''
                  )
                ),
                '.'
              ),
              SUBSTRING(
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t4"."q_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t4"."q_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                ),
                CASE
                  WHEN (
                    0 + 1
                  ) >= 1
                  THEN 0 + 1
                  ELSE 0 + 1 + LENGTH(
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t4"."q_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t4"."q_g", '') AS String), CONCAT('(', '[.]([0-9]*)$', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    )
                  )
                END,
                18
              )
            )
            ELSE CAST(NULL AS Nullable(String))
          END AS Nullable(Decimal(38, 18)))
        ),
        12
      ) AS Nullable(Decimal(38, 12))) AS "q_d",
      COALESCE(
        CASE
          WHEN isNotNull("t4"."q_p")
          AND NOT (
            match("t4"."q_p", '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          AND isNull("t4"."q_g")
          THEN "t4"."q"
          ELSE CAST(NULL AS Nullable(String))
        END,
        ''
      ) AS "q_rest"
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
        "t3"."b0" AS "b0",
        "t3"."e0" AS "e0",
        "t3"."q" AS "q",
        "t3"."b0_w" AS "b0_w",
        "t3"."b0_down" AS "b0_down",
        "t3"."b0_up" AS "b0_up",
        "t3"."e0_w" AS "e0_w",
        "t3"."e0_down" AS "e0_down",
        "t3"."e0_up" AS "e0_up",
        "t3"."q_w" AS "q_w",
        "t3"."q_down" AS "q_down",
        "t3"."q_up" AS "q_up",
        "t3"."b0_p" AS "b0_p",
        "t3"."e0_p" AS "e0_p",
        "t3"."q_p" AS "q_p",
        CASE
          WHEN match("t3"."b0_p", '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$')
          THEN "t3"."b0_p"
          ELSE CAST(NULL AS Nullable(String))
        END AS "b0_g",
        CASE
          WHEN match("t3"."e0_p", '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$')
          THEN "t3"."e0_p"
          ELSE CAST(NULL AS Nullable(String))
        END AS "e0_g",
        CASE
          WHEN match("t3"."q_p", '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$')
          THEN "t3"."q_p"
          ELSE CAST(NULL AS Nullable(String))
        END AS "q_g"
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
          "t2"."b0_w" AS "b0_w",
          "t2"."b0_down" AS "b0_down",
          "t2"."b0_up" AS "b0_up",
          "t2"."e0_w" AS "e0_w",
          "t2"."e0_down" AS "e0_down",
          "t2"."e0_up" AS "e0_up",
          "t2"."q_w" AS "q_w",
          "t2"."q_down" AS "q_down",
          "t2"."q_up" AS "q_up",
          CASE
            WHEN "t2"."b0_down" BETWEEN 1 AND 19
            THEN CONCAT(
              CONCAT(
                CONCAT(CASE WHEN startsWith("t2"."b0_w", '-') THEN '-' ELSE '' END, '0.'),
                SUBSTRING(
                  '0000000000000000000000000000000000000000',
                  CASE
                    WHEN (
                      0 + 1
                    ) >= 1
                    THEN 0 + 1
                    ELSE 0 + 1 + LENGTH('0000000000000000000000000000000000000000')
                  END,
                  "t2"."b0_down" - 1
                )
              ),
              CONCAT(
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                ),
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              )
            )
            WHEN "t2"."b0_up" BETWEEN 0 AND 15
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CASE WHEN startsWith("t2"."b0_w", '-') THEN '-' ELSE '' END,
                  SUBSTRING(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        ),
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    ),
                    CASE
                      WHEN (
                        0 + 1
                      ) >= 1
                      THEN 0 + 1
                      ELSE 0 + 1 + LENGTH(
                        CONCAT(
                          CONCAT(
                            COALESCE(
                              CASE
                                WHEN notEmpty(
                                  extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                                )
                                THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                                ELSE NULL
                              END,
                              ''
                            ),
                            COALESCE(
                              CASE
                                WHEN notEmpty(
                                  extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                                )
                                THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                                ELSE NULL
                              END,
                              ''
                            )
                          ),
                          '0000000000000000000000000000000000000000'
                        )
                      )
                    END,
                    "t2"."b0_up" + 1
                  )
                ),
                '.'
              ),
              SUBSTRING(
                CONCAT(
                  CONCAT(
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    ),
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    )
                  ),
                  '0000000000000000000000000000000000000000'
                ),
                CASE
                  WHEN (
                    "t2"."b0_up" + 1 + 1
                  ) >= 1
                  THEN "t2"."b0_up" + 1 + 1
                  ELSE "t2"."b0_up" + 1 + 1 + LENGTH(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        ),
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."b0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    )
                  )
                END,
                18
              )
            )
            ELSE "t2"."b0"
          END AS "b0_p",
          CASE
            WHEN "t2"."e0_down" BETWEEN 1 AND 19
            THEN CONCAT(
              CONCAT(
                CONCAT(CASE WHEN startsWith("t2"."e0_w", '-') THEN '-' ELSE '' END, '0.'),
                SUBSTRING(
                  '0000000000000000000000000000000000000000',
                  CASE
                    WHEN (
                      0 + 1
                    ) >= 1
                    THEN 0 + 1
                    ELSE 0 + 1 + LENGTH('0000000000000000000000000000000000000000')
                  END,
                  "t2"."e0_down" - 1
                )
              ),
              CONCAT(
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                ),
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              )
            )
            WHEN "t2"."e0_up" BETWEEN 0 AND 15
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CASE WHEN startsWith("t2"."e0_w", '-') THEN '-' ELSE '' END,
                  SUBSTRING(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        ),
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    ),
                    CASE
                      WHEN (
                        0 + 1
                      ) >= 1
                      THEN 0 + 1
                      ELSE 0 + 1 + LENGTH(
                        CONCAT(
                          CONCAT(
                            COALESCE(
                              CASE
                                WHEN notEmpty(
                                  extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                                )
                                THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                                ELSE NULL
                              END,
                              ''
                            ),
                            COALESCE(
                              CASE
                                WHEN notEmpty(
                                  extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                                )
                                THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                                ELSE NULL
                              END,
                              ''
                            )
                          ),
                          '0000000000000000000000000000000000000000'
                        )
                      )
                    END,
                    "t2"."e0_up" + 1
                  )
                ),
                '.'
              ),
              SUBSTRING(
                CONCAT(
                  CONCAT(
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    ),
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    )
                  ),
                  '0000000000000000000000000000000000000000'
                ),
                CASE
                  WHEN (
                    "t2"."e0_up" + 1 + 1
                  ) >= 1
                  THEN "t2"."e0_up" + 1 + 1
                  ELSE "t2"."e0_up" + 1 + 1 + LENGTH(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        ),
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."e0_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    )
                  )
                END,
                18
              )
            )
            ELSE "t2"."e0"
          END AS "e0_p",
          CASE
            WHEN "t2"."q_down" BETWEEN 1 AND 19
            THEN CONCAT(
              CONCAT(
                CONCAT(CASE WHEN startsWith("t2"."q_w", '-') THEN '-' ELSE '' END, '0.'),
                SUBSTRING(
                  '0000000000000000000000000000000000000000',
                  CASE
                    WHEN (
                      0 + 1
                    ) >= 1
                    THEN 0 + 1
                    ELSE 0 + 1 + LENGTH('0000000000000000000000000000000000000000')
                  END,
                  "t2"."q_down" - 1
                )
              ),
              CONCAT(
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                ),
                COALESCE(
                  CASE
                    WHEN notEmpty(
                      extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                    )
                    THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                    ELSE NULL
                  END,
                  ''
                )
              )
            )
            WHEN "t2"."q_up" BETWEEN 0 AND 15
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CASE WHEN startsWith("t2"."q_w", '-') THEN '-' ELSE '' END,
                  SUBSTRING(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        ),
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    ),
                    CASE
                      WHEN (
                        0 + 1
                      ) >= 1
                      THEN 0 + 1
                      ELSE 0 + 1 + LENGTH(
                        CONCAT(
                          CONCAT(
                            COALESCE(
                              CASE
                                WHEN notEmpty(
                                  extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                                )
                                THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                                ELSE NULL
                              END,
                              ''
                            ),
                            COALESCE(
                              CASE
                                WHEN notEmpty(
                                  extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                                )
                                THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                                ELSE NULL
                              END,
                              ''
                            )
                          ),
                          '0000000000000000000000000000000000000000'
                        )
                      )
                    END,
                    "t2"."q_up" + 1
                  )
                ),
                '.'
              ),
              SUBSTRING(
                CONCAT(
                  CONCAT(
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    ),
                    COALESCE(
                      CASE
                        WHEN notEmpty(
                          extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                        )
                        THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                        ELSE NULL
                      END,
                      ''
                    )
                  ),
                  '0000000000000000000000000000000000000000'
                ),
                CASE
                  WHEN (
                    "t2"."q_up" + 1 + 1
                  ) >= 1
                  THEN "t2"."q_up" + 1 + 1
                  ELSE "t2"."q_up" + 1 + 1 + LENGTH(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '^[+-]?([0-9])', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        ),
                        COALESCE(
                          CASE
                            WHEN notEmpty(
                              extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            )
                            THEN extractGroups(CAST(COALESCE("t2"."q_w", '') AS String), CONCAT('(', '[.]([0-9]*)', ')'))[2]
                            ELSE NULL
                          END,
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    )
                  )
                END,
                18
              )
            )
            ELSE "t2"."q"
          END AS "q_p"
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
            CASE
              WHEN match("t1"."b0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
              THEN "t1"."b0"
              ELSE CAST(NULL AS Nullable(String))
            END AS "b0_w",
            CAST(nullIf(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(COALESCE(
                        CASE
                          WHEN match("t1"."b0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN "t1"."b0"
                          ELSE CAST(NULL AS Nullable(String))
                        END,
                        ''
                      ) AS String),
                      CONCAT('(', '[eE]-([0-9]+)$', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(COALESCE(
                      CASE
                        WHEN match("t1"."b0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN "t1"."b0"
                        ELSE CAST(NULL AS Nullable(String))
                      END,
                      ''
                    ) AS String),
                    CONCAT('(', '[eE]-([0-9]+)$', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ),
              ''
            ) AS Nullable(Int64)) AS "b0_down",
            CAST(nullIf(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(COALESCE(
                        CASE
                          WHEN match("t1"."b0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN "t1"."b0"
                          ELSE CAST(NULL AS Nullable(String))
                        END,
                        ''
                      ) AS String),
                      CONCAT('(', '[eE][+]?([0-9]+)$', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(COALESCE(
                      CASE
                        WHEN match("t1"."b0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN "t1"."b0"
                        ELSE CAST(NULL AS Nullable(String))
                      END,
                      ''
                    ) AS String),
                    CONCAT('(', '[eE][+]?([0-9]+)$', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ),
              ''
            ) AS Nullable(Int64)) AS "b0_up",
            CASE
              WHEN match("t1"."e0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
              THEN "t1"."e0"
              ELSE CAST(NULL AS Nullable(String))
            END AS "e0_w",
            CAST(nullIf(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(COALESCE(
                        CASE
                          WHEN match("t1"."e0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN "t1"."e0"
                          ELSE CAST(NULL AS Nullable(String))
                        END,
                        ''
                      ) AS String),
                      CONCAT('(', '[eE]-([0-9]+)$', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(COALESCE(
                      CASE
                        WHEN match("t1"."e0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN "t1"."e0"
                        ELSE CAST(NULL AS Nullable(String))
                      END,
                      ''
                    ) AS String),
                    CONCAT('(', '[eE]-([0-9]+)$', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ),
              ''
            ) AS Nullable(Int64)) AS "e0_down",
            CAST(nullIf(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(COALESCE(
                        CASE
                          WHEN match("t1"."e0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN "t1"."e0"
                          ELSE CAST(NULL AS Nullable(String))
                        END,
                        ''
                      ) AS String),
                      CONCAT('(', '[eE][+]?([0-9]+)$', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(COALESCE(
                      CASE
                        WHEN match("t1"."e0", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN "t1"."e0"
                        ELSE CAST(NULL AS Nullable(String))
                      END,
                      ''
                    ) AS String),
                    CONCAT('(', '[eE][+]?([0-9]+)$', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ),
              ''
            ) AS Nullable(Int64)) AS "e0_up",
            CASE
              WHEN match("t1"."q", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
              THEN "t1"."q"
              ELSE CAST(NULL AS Nullable(String))
            END AS "q_w",
            CAST(nullIf(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(COALESCE(
                        CASE
                          WHEN match("t1"."q", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN "t1"."q"
                          ELSE CAST(NULL AS Nullable(String))
                        END,
                        ''
                      ) AS String),
                      CONCAT('(', '[eE]-([0-9]+)$', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(COALESCE(
                      CASE
                        WHEN match("t1"."q", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN "t1"."q"
                        ELSE CAST(NULL AS Nullable(String))
                      END,
                      ''
                    ) AS String),
                    CONCAT('(', '[eE]-([0-9]+)$', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ),
              ''
            ) AS Nullable(Int64)) AS "q_down",
            CAST(nullIf(
              COALESCE(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(COALESCE(
                        CASE
                          WHEN match("t1"."q", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN "t1"."q"
                          ELSE CAST(NULL AS Nullable(String))
                        END,
                        ''
                      ) AS String),
                      CONCAT('(', '[eE][+]?([0-9]+)$', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(COALESCE(
                      CASE
                        WHEN match("t1"."q", '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN "t1"."q"
                        ELSE CAST(NULL AS Nullable(String))
                      END,
                      ''
                    ) AS String),
                    CONCAT('(', '[eE][+]?([0-9]+)$', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ),
              ''
            ) AS Nullable(Int64)) AS "q_up"
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
              ) IN ('2026-03-01')
              OR (
                (
                  COALESCE(
                    CASE
                      WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
                      THEN CAST(NULL AS Nullable(String))
                      ELSE "t0"."BillingPeriodStart"
                    END,
                    ''
                  ) = ''
                )
                AND COALESCE(
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
                ) IN ('2026-03-02')
              )
          ) AS "t1"
        ) AS "t2"
      ) AS "t3"
    ) AS "t4"
  ) AS "t5"
  GROUP BY
    "t5"."period",
    "t5"."day",
    "t5"."provider",
    "t5"."account",
    "t5"."service",
    "t5"."category",
    "t5"."charge_category",
    "t5"."commitment",
    "t5"."currency",
    "t5"."unit",
    "t5"."tags0",
    "t5"."b0_rest",
    "t5"."e0_rest",
    "t5"."q_rest"
) AS "t6"
