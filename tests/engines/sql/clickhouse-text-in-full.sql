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
      WHEN "t7"."k5" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k5"
    END,
    ''
  ) AS "period",
  COALESCE("t7"."day", '') AS "day",
  COALESCE(
    CASE
      WHEN "t7"."k8" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k8"
    END,
    ''
  ) AS "provider",
  COALESCE(
    COALESCE(
      CASE
        WHEN "t7"."k9" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t7"."k9"
      END,
      CASE
        WHEN "t7"."k10" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t7"."k10"
      END
    ),
    ''
  ) AS "account",
  COALESCE(
    CASE
      WHEN "t7"."k6" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k6"
    END,
    ''
  ) AS "service",
  COALESCE(
    CASE
      WHEN "t7"."k7" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k7"
    END,
    ''
  ) AS "category",
  COALESCE(
    CASE
      WHEN "t7"."k3" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k3"
    END,
    ''
  ) AS "charge_category",
  COALESCE(
    CASE
      WHEN "t7"."k13" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k13"
    END,
    ''
  ) AS "commitment",
  COALESCE(
    CASE
      WHEN "t7"."k2" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS Nullable(String))
      ELSE "t7"."k2"
    END,
    ''
  ) AS "currency",
  COALESCE(
    CASE
      WHEN "t7"."measured"
      OR startsWith(
        CASE
          WHEN "t7"."k12" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS Nullable(String))
          ELSE "t7"."k12"
        END,
        'Mtokens:'
      )
      THEN CASE
        WHEN "t7"."k12" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS Nullable(String))
        ELSE "t7"."k12"
      END
      ELSE CAST(NULL AS Nullable(String))
    END,
    ''
  ) AS "unit",
  COALESCE("t7"."k14", '') AS "tags0",
  "t7"."b0_rest" AS "b0_rest",
  "t7"."e0_rest" AS "e0_rest",
  "t7"."q_rest" AS "q_rest",
  "t7"."b0_hi" AS "b0_hi",
  "t7"."b0_lo" AS "b0_lo",
  "t7"."b0_most" AS "b0_most",
  "t7"."e0_hi" AS "e0_hi",
  "t7"."e0_lo" AS "e0_lo",
  "t7"."e0_most" AS "e0_most",
  "t7"."q" AS "q",
  "t7"."n" AS "n",
  "t7"."b0_none" AS "b0_none",
  "t7"."e0_none" AS "e0_none"
FROM (
  SELECT
    "t6"."day" AS "day",
    "t6"."k2" AS "k2",
    "t6"."k3" AS "k3",
    "t6"."k5" AS "k5",
    "t6"."k6" AS "k6",
    "t6"."k7" AS "k7",
    "t6"."k8" AS "k8",
    "t6"."k9" AS "k9",
    "t6"."k10" AS "k10",
    "t6"."k12" AS "k12",
    "t6"."k13" AS "k13",
    "t6"."k14" AS "k14",
    "t6"."measured" AS "measured",
    "t6"."b0_rest" AS "b0_rest",
    "t6"."e0_rest" AS "e0_rest",
    "t6"."q_rest" AS "q_rest",
    COUNT(*) AS "n",
    CAST(SUM("t6"."b0_d") AS Nullable(String)) AS "b0_hi",
    CAST(SUM("t6"."b0_l") AS Nullable(String)) AS "b0_lo",
    COUNT(*) - COUNT("t6"."b0") AS "b0_none",
    CAST(MAX(ABS("t6"."b0_d")) AS Nullable(String)) AS "b0_most",
    CAST(SUM("t6"."e0_d") AS Nullable(String)) AS "e0_hi",
    CAST(SUM("t6"."e0_l") AS Nullable(String)) AS "e0_lo",
    COUNT(*) - COUNT("t6"."e0") AS "e0_none",
    CAST(MAX(ABS("t6"."e0_d")) AS Nullable(String)) AS "e0_most",
    CAST(SUM("t6"."q_d") AS Nullable(String)) AS "q"
  FROM (
    SELECT
      "t5"."day" AS "day",
      "t5"."k2" AS "k2",
      "t5"."k3" AS "k3",
      "t5"."k5" AS "k5",
      "t5"."k6" AS "k6",
      "t5"."k7" AS "k7",
      "t5"."k8" AS "k8",
      "t5"."k9" AS "k9",
      "t5"."k10" AS "k10",
      "t5"."k12" AS "k12",
      "t5"."k13" AS "k13",
      "t5"."k14" AS "k14",
      "t5"."measured" AS "measured",
      "t5"."b0" AS "b0",
      "t5"."e0" AS "e0",
      "t5"."q" AS "q",
      "t5"."b0_w" AS "b0_w",
      "t5"."b0_down" AS "b0_down",
      "t5"."b0_up" AS "b0_up",
      "t5"."e0_w" AS "e0_w",
      "t5"."e0_down" AS "e0_down",
      "t5"."e0_up" AS "e0_up",
      "t5"."q_w" AS "q_w",
      "t5"."q_down" AS "q_down",
      "t5"."q_up" AS "q_up",
      "t5"."b0_p" AS "b0_p",
      "t5"."e0_p" AS "e0_p",
      "t5"."q_p" AS "q_p",
      "t5"."b0_g" AS "b0_g",
      "t5"."e0_g" AS "e0_g",
      "t5"."q_g" AS "q_g",
      "t5"."b0_d" AS "b0_d",
      "t5"."b0_l" AS "b0_l",
      "t5"."e0_d" AS "e0_d",
      "t5"."e0_l" AS "e0_l",
      CAST(ROUND("t5"."q_d", 12) AS Nullable(Decimal(38, 12))) AS "q_d",
      "t5"."q_l" AS "q_l",
      COALESCE(
        CASE WHEN isNull("t5"."b0_d") THEN "t5"."b0" ELSE CAST(NULL AS Nullable(String)) END,
        ''
      ) AS "b0_rest",
      COALESCE(
        CASE WHEN isNull("t5"."e0_d") THEN "t5"."e0" ELSE CAST(NULL AS Nullable(String)) END,
        ''
      ) AS "e0_rest",
      COALESCE(
        CASE WHEN isNull("t5"."q_d") THEN "t5"."q" ELSE CAST(NULL AS Nullable(String)) END,
        ''
      ) AS "q_rest"
    FROM (
      SELECT
        "t4"."day" AS "day",
        "t4"."k2" AS "k2",
        "t4"."k3" AS "k3",
        "t4"."k5" AS "k5",
        "t4"."k6" AS "k6",
        "t4"."k7" AS "k7",
        "t4"."k8" AS "k8",
        "t4"."k9" AS "k9",
        "t4"."k10" AS "k10",
        "t4"."k12" AS "k12",
        "t4"."k13" AS "k13",
        "t4"."k14" AS "k14",
        "t4"."measured" AS "measured",
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
        ) AS "q_d",
        CAST(CASE
          WHEN isNotNull("t4"."q_g")
          THEN CONCAT(
            CONCAT(CASE WHEN startsWith("t4"."q_g", '-') THEN '-' ELSE '' END, '0.'),
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
                  18 + 1
                ) >= 1
                THEN 18 + 1
                ELSE 18 + 1 + LENGTH(
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
        END AS Nullable(Decimal(38, 18))) AS "q_l"
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
  ) AS "t6"
  GROUP BY
    "t6"."day",
    "t6"."k2",
    "t6"."k3",
    "t6"."k5",
    "t6"."k6",
    "t6"."k7",
    "t6"."k8",
    "t6"."k9",
    "t6"."k10",
    "t6"."k12",
    "t6"."k13",
    "t6"."k14",
    "t6"."measured",
    "t6"."b0_rest",
    "t6"."e0_rest",
    "t6"."q_rest"
) AS "t7"
