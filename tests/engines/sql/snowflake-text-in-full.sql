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
  COALESCE(
    CASE
      WHEN "t7"."k5" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k5"
    END,
    ''
  ) AS "period",
  COALESCE("t7"."day", '') AS "day",
  COALESCE(
    CASE
      WHEN "t7"."k8" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k8"
    END,
    ''
  ) AS "provider",
  COALESCE(
    COALESCE(
      CASE
        WHEN "t7"."k9" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE "t7"."k9"
      END,
      CASE
        WHEN "t7"."k10" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE "t7"."k10"
      END
    ),
    ''
  ) AS "account",
  COALESCE(
    CASE
      WHEN "t7"."k6" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k6"
    END,
    ''
  ) AS "service",
  COALESCE(
    CASE
      WHEN "t7"."k7" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k7"
    END,
    ''
  ) AS "category",
  COALESCE(
    CASE
      WHEN "t7"."k3" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k3"
    END,
    ''
  ) AS "charge_category",
  COALESCE(
    CASE
      WHEN "t7"."k13" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k13"
    END,
    ''
  ) AS "commitment",
  COALESCE(
    CASE
      WHEN "t7"."k2" IN ('', 'NULL', 'null', 'Null')
      THEN CAST(NULL AS VARCHAR)
      ELSE "t7"."k2"
    END,
    ''
  ) AS "currency",
  COALESCE(
    CASE
      WHEN "t7"."measured"
      OR STARTSWITH(
        CASE
          WHEN "t7"."k12" IN ('', 'NULL', 'null', 'Null')
          THEN CAST(NULL AS VARCHAR)
          ELSE "t7"."k12"
        END,
        'Mtokens:'
      )
      THEN CASE
        WHEN "t7"."k12" IN ('', 'NULL', 'null', 'Null')
        THEN CAST(NULL AS VARCHAR)
        ELSE "t7"."k12"
      END
      ELSE CAST(NULL AS VARCHAR)
    END,
    ''
  ) AS "unit",
  COALESCE("t7"."k14", '') AS "tags0",
  "t7"."b0_rest",
  "t7"."e0_rest",
  "t7"."q_rest",
  "t7"."b0_hi",
  "t7"."b0_lo",
  '' AS "b0_most",
  "t7"."e0_hi",
  "t7"."e0_lo",
  '' AS "e0_most",
  "t7"."q",
  "t7"."n",
  "t7"."b0_none",
  "t7"."e0_none"
FROM (
  SELECT
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
    "t6"."q_rest",
    COUNT(*) AS "n",
    CAST(SUM("t6"."b0_d") AS VARCHAR) AS "b0_hi",
    CAST(SUM("t6"."b0_l") AS VARCHAR) AS "b0_lo",
    COUNT(*) - COUNT("t6"."b0") AS "b0_none",
    CAST(SUM("t6"."e0_d") AS VARCHAR) AS "e0_hi",
    CAST(SUM("t6"."e0_l") AS VARCHAR) AS "e0_lo",
    COUNT(*) - COUNT("t6"."e0") AS "e0_none",
    CAST(SUM("t6"."q_d") AS VARCHAR) AS "q"
  FROM (
    SELECT
      "t5"."day",
      "t5"."k2",
      "t5"."k3",
      "t5"."k5",
      "t5"."k6",
      "t5"."k7",
      "t5"."k8",
      "t5"."k9",
      "t5"."k10",
      "t5"."k12",
      "t5"."k13",
      "t5"."k14",
      "t5"."measured",
      "t5"."b0",
      "t5"."e0",
      "t5"."q",
      "t5"."b0_w",
      "t5"."b0_down",
      "t5"."b0_up",
      "t5"."e0_w",
      "t5"."e0_down",
      "t5"."e0_up",
      "t5"."q_w",
      "t5"."q_down",
      "t5"."q_up",
      "t5"."b0_p",
      "t5"."e0_p",
      "t5"."q_p",
      "t5"."b0_g",
      "t5"."e0_g",
      "t5"."q_g",
      "t5"."b0_d",
      "t5"."b0_l",
      "t5"."e0_d",
      "t5"."e0_l",
      CAST(ROUND("t5"."q_d", 12) AS DECIMAL(38, 12)) AS "q_d",
      "t5"."q_l",
      COALESCE(CASE WHEN "t5"."b0_d" IS NULL THEN "t5"."b0" ELSE CAST(NULL AS VARCHAR) END, '') AS "b0_rest",
      COALESCE(CASE WHEN "t5"."e0_d" IS NULL THEN "t5"."e0" ELSE CAST(NULL AS VARCHAR) END, '') AS "e0_rest",
      COALESCE(CASE WHEN "t5"."q_d" IS NULL THEN "t5"."q" ELSE CAST(NULL AS VARCHAR) END, '') AS "q_rest"
    FROM (
      SELECT
        "t4"."day",
        "t4"."k2",
        "t4"."k3",
        "t4"."k5",
        "t4"."k6",
        "t4"."k7",
        "t4"."k8",
        "t4"."k9",
        "t4"."k10",
        "t4"."k12",
        "t4"."k13",
        "t4"."k14",
        "t4"."measured",
        "t4"."b0",
        "t4"."e0",
        "t4"."q",
        "t4"."b0_w",
        "t4"."b0_down",
        "t4"."b0_up",
        "t4"."e0_w",
        "t4"."e0_down",
        "t4"."e0_up",
        "t4"."q_w",
        "t4"."q_down",
        "t4"."q_up",
        "t4"."b0_p",
        "t4"."e0_p",
        "t4"."q_p",
        "t4"."b0_g",
        "t4"."e0_g",
        "t4"."q_g",
        COALESCE(
          CAST(CASE
            WHEN REGEXP_LIKE(
              "t4"."b0_p",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
            THEN "t4"."b0_p"
            ELSE CAST(NULL AS VARCHAR)
          END AS DECIMAL(38, 18)),
          CAST(CASE
            WHEN "t4"."b0_g" IS NOT NULL
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTSWITH("t4"."b0_g", '-') THEN '-' ELSE '' END, '0'),
                  COALESCE(REGEXP_SUBSTR(COALESCE("t4"."b0_g", ''), '^[+-]?([0-9]*)[.]', 1, 1, 'ce', 1), '')
                ),
                '.'
              ),
              SUBSTRING(
                COALESCE(REGEXP_SUBSTR(COALESCE("t4"."b0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), ''),
                IFF(
                  (
                    0 + 1
                  ) >= 1,
                  0 + 1,
                  0 + 1 + LENGTH(
                    COALESCE(REGEXP_SUBSTR(COALESCE("t4"."b0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), '')
                  )
                ),
                18
              )
            )
            ELSE CAST(NULL AS VARCHAR)
          END AS DECIMAL(38, 18))
        ) AS "b0_d",
        CAST(CASE
          WHEN "t4"."b0_g" IS NOT NULL
          THEN CONCAT(
            CONCAT(CASE WHEN STARTSWITH("t4"."b0_g", '-') THEN '-' ELSE '' END, '0.'),
            SUBSTRING(
              COALESCE(REGEXP_SUBSTR(COALESCE("t4"."b0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), ''),
              IFF(
                (
                  18 + 1
                ) >= 1,
                18 + 1,
                18 + 1 + LENGTH(
                  COALESCE(REGEXP_SUBSTR(COALESCE("t4"."b0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), '')
                )
              ),
              18
            )
          )
          ELSE CAST(NULL AS VARCHAR)
        END AS DECIMAL(38, 18)) AS "b0_l",
        COALESCE(
          CAST(CASE
            WHEN REGEXP_LIKE(
              "t4"."e0_p",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
            THEN "t4"."e0_p"
            ELSE CAST(NULL AS VARCHAR)
          END AS DECIMAL(38, 18)),
          CAST(CASE
            WHEN "t4"."e0_g" IS NOT NULL
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTSWITH("t4"."e0_g", '-') THEN '-' ELSE '' END, '0'),
                  COALESCE(REGEXP_SUBSTR(COALESCE("t4"."e0_g", ''), '^[+-]?([0-9]*)[.]', 1, 1, 'ce', 1), '')
                ),
                '.'
              ),
              SUBSTRING(
                COALESCE(REGEXP_SUBSTR(COALESCE("t4"."e0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), ''),
                IFF(
                  (
                    0 + 1
                  ) >= 1,
                  0 + 1,
                  0 + 1 + LENGTH(
                    COALESCE(REGEXP_SUBSTR(COALESCE("t4"."e0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), '')
                  )
                ),
                18
              )
            )
            ELSE CAST(NULL AS VARCHAR)
          END AS DECIMAL(38, 18))
        ) AS "e0_d",
        CAST(CASE
          WHEN "t4"."e0_g" IS NOT NULL
          THEN CONCAT(
            CONCAT(CASE WHEN STARTSWITH("t4"."e0_g", '-') THEN '-' ELSE '' END, '0.'),
            SUBSTRING(
              COALESCE(REGEXP_SUBSTR(COALESCE("t4"."e0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), ''),
              IFF(
                (
                  18 + 1
                ) >= 1,
                18 + 1,
                18 + 1 + LENGTH(
                  COALESCE(REGEXP_SUBSTR(COALESCE("t4"."e0_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), '')
                )
              ),
              18
            )
          )
          ELSE CAST(NULL AS VARCHAR)
        END AS DECIMAL(38, 18)) AS "e0_l",
        COALESCE(
          CAST(CASE
            WHEN REGEXP_LIKE(
              "t4"."q_p",
              CONCAT('.*', '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$', '.*'),
              'cs'
            )
            THEN "t4"."q_p"
            ELSE CAST(NULL AS VARCHAR)
          END AS DECIMAL(38, 18)),
          CAST(CASE
            WHEN "t4"."q_g" IS NOT NULL
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTSWITH("t4"."q_g", '-') THEN '-' ELSE '' END, '0'),
                  COALESCE(REGEXP_SUBSTR(COALESCE("t4"."q_g", ''), '^[+-]?([0-9]*)[.]', 1, 1, 'ce', 1), '')
                ),
                '.'
              ),
              SUBSTRING(
                COALESCE(REGEXP_SUBSTR(COALESCE("t4"."q_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), ''),
                IFF(
                  (
                    0 + 1
                  ) >= 1,
                  0 + 1,
                  0 + 1 + LENGTH(
                    COALESCE(REGEXP_SUBSTR(COALESCE("t4"."q_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), '')
                  )
                ),
                18
              )
            )
            ELSE CAST(NULL AS VARCHAR)
          END AS DECIMAL(38, 18))
        ) AS "q_d",
        CAST(CASE
          WHEN "t4"."q_g" IS NOT NULL
          THEN CONCAT(
            CONCAT(CASE WHEN STARTSWITH("t4"."q_g", '-') THEN '-' ELSE '' END, '0.'),
            SUBSTRING(
              COALESCE(REGEXP_SUBSTR(COALESCE("t4"."q_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), ''),
              IFF(
                (
                  18 + 1
                ) >= 1,
                18 + 1,
                18 + 1 + LENGTH(
                  COALESCE(REGEXP_SUBSTR(COALESCE("t4"."q_g", ''), '[.]([0-9]*)$', 1, 1, 'ce', 1), '')
                )
              ),
              18
            )
          )
          ELSE CAST(NULL AS VARCHAR)
        END AS DECIMAL(38, 18)) AS "q_l"
      FROM (
        SELECT
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
          "t3"."b0",
          "t3"."e0",
          "t3"."q",
          "t3"."b0_w",
          "t3"."b0_down",
          "t3"."b0_up",
          "t3"."e0_w",
          "t3"."e0_down",
          "t3"."e0_up",
          "t3"."q_w",
          "t3"."q_down",
          "t3"."q_up",
          "t3"."b0_p",
          "t3"."e0_p",
          "t3"."q_p",
          CASE
            WHEN REGEXP_LIKE("t3"."b0_p", CONCAT('.*', '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$', '.*'), 'cs')
            THEN "t3"."b0_p"
            ELSE CAST(NULL AS VARCHAR)
          END AS "b0_g",
          CASE
            WHEN REGEXP_LIKE("t3"."e0_p", CONCAT('.*', '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$', '.*'), 'cs')
            THEN "t3"."e0_p"
            ELSE CAST(NULL AS VARCHAR)
          END AS "e0_g",
          CASE
            WHEN REGEXP_LIKE("t3"."q_p", CONCAT('.*', '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$', '.*'), 'cs')
            THEN "t3"."q_p"
            ELSE CAST(NULL AS VARCHAR)
          END AS "q_g"
        FROM (
          SELECT
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
            "t2"."b0",
            "t2"."e0",
            "t2"."q",
            "t2"."b0_w",
            "t2"."b0_down",
            "t2"."b0_up",
            "t2"."e0_w",
            "t2"."e0_down",
            "t2"."e0_up",
            "t2"."q_w",
            "t2"."q_down",
            "t2"."q_up",
            CASE
              WHEN "t2"."b0_down" BETWEEN 1 AND 19
              THEN CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTSWITH("t2"."b0_w", '-') THEN '-' ELSE '' END, '0.'),
                  SUBSTRING(
                    '0000000000000000000000000000000000000000',
                    IFF((
                      0 + 1
                    ) >= 1, 0 + 1, 0 + 1 + LENGTH('0000000000000000000000000000000000000000')),
                    "t2"."b0_down" - 1
                  )
                ),
                CONCAT(
                  COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                  COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                )
              )
              WHEN "t2"."b0_up" BETWEEN 0 AND 15
              THEN CONCAT(
                CONCAT(
                  CONCAT(
                    CASE WHEN STARTSWITH("t2"."b0_w", '-') THEN '-' ELSE '' END,
                    SUBSTRING(
                      CONCAT(
                        CONCAT(
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                        ),
                        '0000000000000000000000000000000000000000'
                      ),
                      IFF(
                        (
                          0 + 1
                        ) >= 1,
                        0 + 1,
                        0 + 1 + LENGTH(
                          CONCAT(
                            CONCAT(
                              COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                              COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                            ),
                            '0000000000000000000000000000000000000000'
                          )
                        )
                      ),
                      "t2"."b0_up" + 1
                    )
                  ),
                  '.'
                ),
                SUBSTRING(
                  CONCAT(
                    CONCAT(
                      COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                      COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                    ),
                    '0000000000000000000000000000000000000000'
                  ),
                  IFF(
                    (
                      "t2"."b0_up" + 1 + 1
                    ) >= 1,
                    "t2"."b0_up" + 1 + 1,
                    "t2"."b0_up" + 1 + 1 + LENGTH(
                      CONCAT(
                        CONCAT(
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."b0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                        ),
                        '0000000000000000000000000000000000000000'
                      )
                    )
                  ),
                  18
                )
              )
              ELSE "t2"."b0"
            END AS "b0_p",
            CASE
              WHEN "t2"."e0_down" BETWEEN 1 AND 19
              THEN CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTSWITH("t2"."e0_w", '-') THEN '-' ELSE '' END, '0.'),
                  SUBSTRING(
                    '0000000000000000000000000000000000000000',
                    IFF((
                      0 + 1
                    ) >= 1, 0 + 1, 0 + 1 + LENGTH('0000000000000000000000000000000000000000')),
                    "t2"."e0_down" - 1
                  )
                ),
                CONCAT(
                  COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                  COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                )
              )
              WHEN "t2"."e0_up" BETWEEN 0 AND 15
              THEN CONCAT(
                CONCAT(
                  CONCAT(
                    CASE WHEN STARTSWITH("t2"."e0_w", '-') THEN '-' ELSE '' END,
                    SUBSTRING(
                      CONCAT(
                        CONCAT(
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                        ),
                        '0000000000000000000000000000000000000000'
                      ),
                      IFF(
                        (
                          0 + 1
                        ) >= 1,
                        0 + 1,
                        0 + 1 + LENGTH(
                          CONCAT(
                            CONCAT(
                              COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                              COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                            ),
                            '0000000000000000000000000000000000000000'
                          )
                        )
                      ),
                      "t2"."e0_up" + 1
                    )
                  ),
                  '.'
                ),
                SUBSTRING(
                  CONCAT(
                    CONCAT(
                      COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                      COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                    ),
                    '0000000000000000000000000000000000000000'
                  ),
                  IFF(
                    (
                      "t2"."e0_up" + 1 + 1
                    ) >= 1,
                    "t2"."e0_up" + 1 + 1,
                    "t2"."e0_up" + 1 + 1 + LENGTH(
                      CONCAT(
                        CONCAT(
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."e0_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                        ),
                        '0000000000000000000000000000000000000000'
                      )
                    )
                  ),
                  18
                )
              )
              ELSE "t2"."e0"
            END AS "e0_p",
            CASE
              WHEN "t2"."q_down" BETWEEN 1 AND 19
              THEN CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTSWITH("t2"."q_w", '-') THEN '-' ELSE '' END, '0.'),
                  SUBSTRING(
                    '0000000000000000000000000000000000000000',
                    IFF((
                      0 + 1
                    ) >= 1, 0 + 1, 0 + 1 + LENGTH('0000000000000000000000000000000000000000')),
                    "t2"."q_down" - 1
                  )
                ),
                CONCAT(
                  COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                  COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                )
              )
              WHEN "t2"."q_up" BETWEEN 0 AND 15
              THEN CONCAT(
                CONCAT(
                  CONCAT(
                    CASE WHEN STARTSWITH("t2"."q_w", '-') THEN '-' ELSE '' END,
                    SUBSTRING(
                      CONCAT(
                        CONCAT(
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                        ),
                        '0000000000000000000000000000000000000000'
                      ),
                      IFF(
                        (
                          0 + 1
                        ) >= 1,
                        0 + 1,
                        0 + 1 + LENGTH(
                          CONCAT(
                            CONCAT(
                              COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                              COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                            ),
                            '0000000000000000000000000000000000000000'
                          )
                        )
                      ),
                      "t2"."q_up" + 1
                    )
                  ),
                  '.'
                ),
                SUBSTRING(
                  CONCAT(
                    CONCAT(
                      COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                      COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                    ),
                    '0000000000000000000000000000000000000000'
                  ),
                  IFF(
                    (
                      "t2"."q_up" + 1 + 1
                    ) >= 1,
                    "t2"."q_up" + 1 + 1,
                    "t2"."q_up" + 1 + 1 + LENGTH(
                      CONCAT(
                        CONCAT(
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '^[+-]?([0-9])', 1, 1, 'ce', 1), ''),
                          COALESCE(REGEXP_SUBSTR(COALESCE("t2"."q_w", ''), '[.]([0-9]*)', 1, 1, 'ce', 1), '')
                        ),
                        '0000000000000000000000000000000000000000'
                      )
                    )
                  ),
                  18
                )
              )
              ELSE "t2"."q"
            END AS "q_p"
          FROM (
            SELECT
              "t1"."day",
              "t1"."k2",
              "t1"."k3",
              "t1"."k5",
              "t1"."k6",
              "t1"."k7",
              "t1"."k8",
              "t1"."k9",
              "t1"."k10",
              "t1"."k12",
              "t1"."k13",
              "t1"."k14",
              "t1"."measured",
              "t1"."b0",
              "t1"."e0",
              "t1"."q",
              CASE
                WHEN REGEXP_LIKE(
                  "t1"."b0",
                  CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                  'cs'
                )
                THEN "t1"."b0"
                ELSE CAST(NULL AS VARCHAR)
              END AS "b0_w",
              CAST(NULLIF(
                COALESCE(
                  REGEXP_SUBSTR(
                    COALESCE(
                      CASE
                        WHEN REGEXP_LIKE(
                          "t1"."b0",
                          CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                          'cs'
                        )
                        THEN "t1"."b0"
                        ELSE CAST(NULL AS VARCHAR)
                      END,
                      ''
                    ),
                    '[eE]-([0-9]+)$',
                    1,
                    1,
                    'ce',
                    1
                  ),
                  ''
                ),
                ''
              ) AS BIGINT) AS "b0_down",
              CAST(NULLIF(
                COALESCE(
                  REGEXP_SUBSTR(
                    COALESCE(
                      CASE
                        WHEN REGEXP_LIKE(
                          "t1"."b0",
                          CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                          'cs'
                        )
                        THEN "t1"."b0"
                        ELSE CAST(NULL AS VARCHAR)
                      END,
                      ''
                    ),
                    '[eE][+]?([0-9]+)$',
                    1,
                    1,
                    'ce',
                    1
                  ),
                  ''
                ),
                ''
              ) AS BIGINT) AS "b0_up",
              CASE
                WHEN REGEXP_LIKE(
                  "t1"."e0",
                  CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                  'cs'
                )
                THEN "t1"."e0"
                ELSE CAST(NULL AS VARCHAR)
              END AS "e0_w",
              CAST(NULLIF(
                COALESCE(
                  REGEXP_SUBSTR(
                    COALESCE(
                      CASE
                        WHEN REGEXP_LIKE(
                          "t1"."e0",
                          CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                          'cs'
                        )
                        THEN "t1"."e0"
                        ELSE CAST(NULL AS VARCHAR)
                      END,
                      ''
                    ),
                    '[eE]-([0-9]+)$',
                    1,
                    1,
                    'ce',
                    1
                  ),
                  ''
                ),
                ''
              ) AS BIGINT) AS "e0_down",
              CAST(NULLIF(
                COALESCE(
                  REGEXP_SUBSTR(
                    COALESCE(
                      CASE
                        WHEN REGEXP_LIKE(
                          "t1"."e0",
                          CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                          'cs'
                        )
                        THEN "t1"."e0"
                        ELSE CAST(NULL AS VARCHAR)
                      END,
                      ''
                    ),
                    '[eE][+]?([0-9]+)$',
                    1,
                    1,
                    'ce',
                    1
                  ),
                  ''
                ),
                ''
              ) AS BIGINT) AS "e0_up",
              CASE
                WHEN REGEXP_LIKE(
                  "t1"."q",
                  CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                  'cs'
                )
                THEN "t1"."q"
                ELSE CAST(NULL AS VARCHAR)
              END AS "q_w",
              CAST(NULLIF(
                COALESCE(
                  REGEXP_SUBSTR(
                    COALESCE(
                      CASE
                        WHEN REGEXP_LIKE(
                          "t1"."q",
                          CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                          'cs'
                        )
                        THEN "t1"."q"
                        ELSE CAST(NULL AS VARCHAR)
                      END,
                      ''
                    ),
                    '[eE]-([0-9]+)$',
                    1,
                    1,
                    'ce',
                    1
                  ),
                  ''
                ),
                ''
              ) AS BIGINT) AS "q_down",
              CAST(NULLIF(
                COALESCE(
                  REGEXP_SUBSTR(
                    COALESCE(
                      CASE
                        WHEN REGEXP_LIKE(
                          "t1"."q",
                          CONCAT('.*', '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$', '.*'),
                          'cs'
                        )
                        THEN "t1"."q"
                        ELSE CAST(NULL AS VARCHAR)
                      END,
                      ''
                    ),
                    '[eE][+]?([0-9]+)$',
                    1,
                    1,
                    'ce',
                    1
                  ),
                  ''
                ),
                ''
              ) AS BIGINT) AS "q_up"
            FROM (
              SELECT
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
                CASE
                  WHEN "t0"."ConsumedQuantity" IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS VARCHAR)
                  ELSE "t0"."ConsumedQuantity"
                END IS NOT NULL AS "measured",
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
                ) IN ('2026-03-01')
                OR (
                  (
                    COALESCE(
                      CASE
                        WHEN "t0"."BillingPeriodStart" IN ('', 'NULL', 'null', 'Null')
                        THEN CAST(NULL AS VARCHAR)
                        ELSE "t0"."BillingPeriodStart"
                      END,
                      ''
                    ) = ''
                  )
                  AND COALESCE(
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
                  ) IN ('2026-03-02')
                )
            ) AS "t1"
          ) AS "t2"
        ) AS "t3"
      ) AS "t4"
    ) AS "t5"
  ) AS "t6"
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
) AS "t7"
