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
  `t6`.`period`,
  `t6`.`day`,
  `t6`.`provider`,
  `t6`.`account`,
  `t6`.`service`,
  `t6`.`category`,
  `t6`.`charge_category`,
  `t6`.`commitment`,
  `t6`.`currency`,
  `t6`.`unit`,
  `t6`.`tags0`,
  `t6`.`b0_rest`,
  `t6`.`e0_rest`,
  `t6`.`q_rest`,
  `t6`.`b0_hi`,
  `t6`.`b0_lo`,
  `t6`.`b0_most`,
  `t6`.`e0_hi`,
  `t6`.`e0_lo`,
  `t6`.`e0_most`,
  `t6`.`q`,
  `t6`.`n`,
  `t6`.`b0_none`,
  `t6`.`e0_none`
FROM (
  SELECT
    `t5`.`period`,
    `t5`.`day`,
    `t5`.`provider`,
    `t5`.`account`,
    `t5`.`service`,
    `t5`.`category`,
    `t5`.`charge_category`,
    `t5`.`commitment`,
    `t5`.`currency`,
    `t5`.`unit`,
    `t5`.`tags0`,
    `t5`.`b0_rest`,
    `t5`.`e0_rest`,
    `t5`.`q_rest`,
    COUNT(*) AS `n`,
    CAST(SUM(COALESCE(`t5`.`b0_d`, 0)) AS STRING) AS `b0_hi`,
    COALESCE(CAST(SUM(`t5`.`b0_l`) AS STRING), '0') AS `b0_lo`,
    COALESCE(CAST(MAX(ABS(`t5`.`b0_d`)) AS STRING), '0') AS `b0_most`,
    SUM(IF(`t5`.`b0` IS NULL, 1, 0)) AS `b0_none`,
    CAST(SUM(COALESCE(`t5`.`e0_d`, 0)) AS STRING) AS `e0_hi`,
    COALESCE(CAST(SUM(`t5`.`e0_l`) AS STRING), '0') AS `e0_lo`,
    COALESCE(CAST(MAX(ABS(`t5`.`e0_d`)) AS STRING), '0') AS `e0_most`,
    SUM(IF(`t5`.`e0` IS NULL, 1, 0)) AS `e0_none`,
    CAST(SUM(COALESCE(`t5`.`q_d`, 0)) AS STRING) AS `q`
  FROM (
    SELECT
      `t4`.`period`,
      `t4`.`day`,
      `t4`.`provider`,
      `t4`.`account`,
      `t4`.`service`,
      `t4`.`category`,
      `t4`.`charge_category`,
      `t4`.`commitment`,
      `t4`.`currency`,
      `t4`.`unit`,
      `t4`.`tags0`,
      `t4`.`b0`,
      `t4`.`e0`,
      `t4`.`q`,
      `t4`.`b0_w`,
      `t4`.`b0_down`,
      `t4`.`b0_up`,
      `t4`.`e0_w`,
      `t4`.`e0_down`,
      `t4`.`e0_up`,
      `t4`.`q_w`,
      `t4`.`q_down`,
      `t4`.`q_up`,
      `t4`.`b0_p`,
      `t4`.`e0_p`,
      `t4`.`q_p`,
      `t4`.`b0_g`,
      `t4`.`e0_g`,
      `t4`.`q_g`,
      COALESCE(
        CAST(CASE
          WHEN REGEXP_CONTAINS(`t4`.`b0_p`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN `t4`.`b0_p`
          ELSE CAST(NULL AS STRING)
        END AS BIGNUMERIC),
        CAST(CASE
          WHEN `t4`.`b0_g` IS NOT NULL
          THEN CONCAT(
            CONCAT(
              CONCAT(
                CONCAT(CASE WHEN STARTS_WITH(`t4`.`b0_g`, '-') THEN '-' ELSE '' END, '0'),
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t4`.`b0_g`, ''), '^[+-]?([0-9]*)[.]'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`b0_g`, ''),
                        CONCAT('.*?', CONCAT('(', '^[+-]?([0-9]*)[.]', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`b0_g`, ''),
                        CONCAT('.*?', '^[+-]?([0-9]*)[.]', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              ),
              '.'
            ),
            SUBSTRING(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(COALESCE(`t4`.`b0_g`, ''), '[.]([0-9]*)$'),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(`t4`.`b0_g`, ''),
                      CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(`t4`.`b0_g`, ''),
                      CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              IF(
                (
                  0 + 1
                ) >= 1,
                0 + 1,
                0 + 1 + LENGTH(
                  COALESCE(
                    IF(
                      REGEXP_CONTAINS(COALESCE(`t4`.`b0_g`, ''), '[.]([0-9]*)$'),
                      IF(
                        1 = 0,
                        REGEXP_REPLACE(
                          COALESCE(`t4`.`b0_g`, ''),
                          CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                          '\\1'
                        ),
                        REGEXP_REPLACE(
                          COALESCE(`t4`.`b0_g`, ''),
                          CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                          CONCAT('\\', CAST(1 AS STRING))
                        )
                      ),
                      NULL
                    ),
                    ''
                  )
                )
              ),
              18
            )
          )
          ELSE CAST(NULL AS STRING)
        END AS BIGNUMERIC)
      ) AS `b0_d`,
      CAST(CASE
        WHEN `t4`.`b0_g` IS NOT NULL
        THEN CONCAT(
          CONCAT(CASE WHEN STARTS_WITH(`t4`.`b0_g`, '-') THEN '-' ELSE '' END, '0.'),
          SUBSTRING(
            COALESCE(
              IF(
                REGEXP_CONTAINS(COALESCE(`t4`.`b0_g`, ''), '[.]([0-9]*)$'),
                IF(
                  1 = 0,
                  REGEXP_REPLACE(
                    COALESCE(`t4`.`b0_g`, ''),
                    CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                    '\\1'
                  ),
                  REGEXP_REPLACE(
                    COALESCE(`t4`.`b0_g`, ''),
                    CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                    CONCAT('\\', CAST(1 AS STRING))
                  )
                ),
                NULL
              ),
              ''
            ),
            IF(
              (
                18 + 1
              ) >= 1,
              18 + 1,
              18 + 1 + LENGTH(
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t4`.`b0_g`, ''), '[.]([0-9]*)$'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`b0_g`, ''),
                        CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`b0_g`, ''),
                        CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              )
            ),
            18
          )
        )
        ELSE CAST(NULL AS STRING)
      END AS BIGNUMERIC) AS `b0_l`,
      COALESCE(
        CASE
          WHEN (
            `t4`.`b0_p` IS NOT NULL
          )
          AND NOT (
            REGEXP_CONTAINS(`t4`.`b0_p`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          AND (
            `t4`.`b0_g` IS NULL
          )
          THEN `t4`.`b0`
          ELSE CAST(NULL AS STRING)
        END,
        ''
      ) AS `b0_rest`,
      COALESCE(
        CAST(CASE
          WHEN REGEXP_CONTAINS(`t4`.`e0_p`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          THEN `t4`.`e0_p`
          ELSE CAST(NULL AS STRING)
        END AS BIGNUMERIC),
        CAST(CASE
          WHEN `t4`.`e0_g` IS NOT NULL
          THEN CONCAT(
            CONCAT(
              CONCAT(
                CONCAT(CASE WHEN STARTS_WITH(`t4`.`e0_g`, '-') THEN '-' ELSE '' END, '0'),
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t4`.`e0_g`, ''), '^[+-]?([0-9]*)[.]'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`e0_g`, ''),
                        CONCAT('.*?', CONCAT('(', '^[+-]?([0-9]*)[.]', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`e0_g`, ''),
                        CONCAT('.*?', '^[+-]?([0-9]*)[.]', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              ),
              '.'
            ),
            SUBSTRING(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(COALESCE(`t4`.`e0_g`, ''), '[.]([0-9]*)$'),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(`t4`.`e0_g`, ''),
                      CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(`t4`.`e0_g`, ''),
                      CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              IF(
                (
                  0 + 1
                ) >= 1,
                0 + 1,
                0 + 1 + LENGTH(
                  COALESCE(
                    IF(
                      REGEXP_CONTAINS(COALESCE(`t4`.`e0_g`, ''), '[.]([0-9]*)$'),
                      IF(
                        1 = 0,
                        REGEXP_REPLACE(
                          COALESCE(`t4`.`e0_g`, ''),
                          CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                          '\\1'
                        ),
                        REGEXP_REPLACE(
                          COALESCE(`t4`.`e0_g`, ''),
                          CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                          CONCAT('\\', CAST(1 AS STRING))
                        )
                      ),
                      NULL
                    ),
                    ''
                  )
                )
              ),
              18
            )
          )
          ELSE CAST(NULL AS STRING)
        END AS BIGNUMERIC)
      ) AS `e0_d`,
      CAST(CASE
        WHEN `t4`.`e0_g` IS NOT NULL
        THEN CONCAT(
          CONCAT(CASE WHEN STARTS_WITH(`t4`.`e0_g`, '-') THEN '-' ELSE '' END, '0.'),
          SUBSTRING(
            COALESCE(
              IF(
                REGEXP_CONTAINS(COALESCE(`t4`.`e0_g`, ''), '[.]([0-9]*)$'),
                IF(
                  1 = 0,
                  REGEXP_REPLACE(
                    COALESCE(`t4`.`e0_g`, ''),
                    CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                    '\\1'
                  ),
                  REGEXP_REPLACE(
                    COALESCE(`t4`.`e0_g`, ''),
                    CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                    CONCAT('\\', CAST(1 AS STRING))
                  )
                ),
                NULL
              ),
              ''
            ),
            IF(
              (
                18 + 1
              ) >= 1,
              18 + 1,
              18 + 1 + LENGTH(
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t4`.`e0_g`, ''), '[.]([0-9]*)$'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`e0_g`, ''),
                        CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`e0_g`, ''),
                        CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              )
            ),
            18
          )
        )
        ELSE CAST(NULL AS STRING)
      END AS BIGNUMERIC) AS `e0_l`,
      COALESCE(
        CASE
          WHEN (
            `t4`.`e0_p` IS NOT NULL
          )
          AND NOT (
            REGEXP_CONTAINS(`t4`.`e0_p`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          AND (
            `t4`.`e0_g` IS NULL
          )
          THEN `t4`.`e0`
          ELSE CAST(NULL AS STRING)
        END,
        ''
      ) AS `e0_rest`,
      CAST(ROUND(
        COALESCE(
          CAST(CASE
            WHEN REGEXP_CONTAINS(`t4`.`q_p`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
            THEN `t4`.`q_p`
            ELSE CAST(NULL AS STRING)
          END AS BIGNUMERIC),
          CAST(CASE
            WHEN `t4`.`q_g` IS NOT NULL
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CONCAT(CASE WHEN STARTS_WITH(`t4`.`q_g`, '-') THEN '-' ELSE '' END, '0'),
                  COALESCE(
                    IF(
                      REGEXP_CONTAINS(COALESCE(`t4`.`q_g`, ''), '^[+-]?([0-9]*)[.]'),
                      IF(
                        1 = 0,
                        REGEXP_REPLACE(
                          COALESCE(`t4`.`q_g`, ''),
                          CONCAT('.*?', CONCAT('(', '^[+-]?([0-9]*)[.]', ')'), '.*'),
                          '\\1'
                        ),
                        REGEXP_REPLACE(
                          COALESCE(`t4`.`q_g`, ''),
                          CONCAT('.*?', '^[+-]?([0-9]*)[.]', '.*'),
                          CONCAT('\\', CAST(1 AS STRING))
                        )
                      ),
                      NULL
                    ),
                    ''
                  )
                ),
                '.'
              ),
              SUBSTRING(
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t4`.`q_g`, ''), '[.]([0-9]*)$'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`q_g`, ''),
                        CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t4`.`q_g`, ''),
                        CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                ),
                IF(
                  (
                    0 + 1
                  ) >= 1,
                  0 + 1,
                  0 + 1 + LENGTH(
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t4`.`q_g`, ''), '[.]([0-9]*)$'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t4`.`q_g`, ''),
                            CONCAT('.*?', CONCAT('(', '[.]([0-9]*)$', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t4`.`q_g`, ''),
                            CONCAT('.*?', '[.]([0-9]*)$', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    )
                  )
                ),
                18
              )
            )
            ELSE CAST(NULL AS STRING)
          END AS BIGNUMERIC)
        ),
        12
      ) AS BIGNUMERIC) AS `q_d`,
      COALESCE(
        CASE
          WHEN (
            `t4`.`q_p` IS NOT NULL
          )
          AND NOT (
            REGEXP_CONTAINS(`t4`.`q_p`, '^[+-]?([0-9]{1,20}([.][0-9]{1,18})?|[.][0-9]{1,18})$')
          )
          AND (
            `t4`.`q_g` IS NULL
          )
          THEN `t4`.`q`
          ELSE CAST(NULL AS STRING)
        END,
        ''
      ) AS `q_rest`
    FROM (
      SELECT
        `t3`.`period`,
        `t3`.`day`,
        `t3`.`provider`,
        `t3`.`account`,
        `t3`.`service`,
        `t3`.`category`,
        `t3`.`charge_category`,
        `t3`.`commitment`,
        `t3`.`currency`,
        `t3`.`unit`,
        `t3`.`tags0`,
        `t3`.`b0`,
        `t3`.`e0`,
        `t3`.`q`,
        `t3`.`b0_w`,
        `t3`.`b0_down`,
        `t3`.`b0_up`,
        `t3`.`e0_w`,
        `t3`.`e0_down`,
        `t3`.`e0_up`,
        `t3`.`q_w`,
        `t3`.`q_down`,
        `t3`.`q_up`,
        `t3`.`b0_p`,
        `t3`.`e0_p`,
        `t3`.`q_p`,
        CASE
          WHEN REGEXP_CONTAINS(`t3`.`b0_p`, '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$')
          THEN `t3`.`b0_p`
          ELSE CAST(NULL AS STRING)
        END AS `b0_g`,
        CASE
          WHEN REGEXP_CONTAINS(`t3`.`e0_p`, '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$')
          THEN `t3`.`e0_p`
          ELSE CAST(NULL AS STRING)
        END AS `e0_g`,
        CASE
          WHEN REGEXP_CONTAINS(`t3`.`q_p`, '^[+-]?[0-9]{0,11}[.][0-9]{19,36}$')
          THEN `t3`.`q_p`
          ELSE CAST(NULL AS STRING)
        END AS `q_g`
      FROM (
        SELECT
          `t2`.`period`,
          `t2`.`day`,
          `t2`.`provider`,
          `t2`.`account`,
          `t2`.`service`,
          `t2`.`category`,
          `t2`.`charge_category`,
          `t2`.`commitment`,
          `t2`.`currency`,
          `t2`.`unit`,
          `t2`.`tags0`,
          `t2`.`b0`,
          `t2`.`e0`,
          `t2`.`q`,
          `t2`.`b0_w`,
          `t2`.`b0_down`,
          `t2`.`b0_up`,
          `t2`.`e0_w`,
          `t2`.`e0_down`,
          `t2`.`e0_up`,
          `t2`.`q_w`,
          `t2`.`q_down`,
          `t2`.`q_up`,
          CASE
            WHEN `t2`.`b0_down` BETWEEN 1 AND 19
            THEN CONCAT(
              CONCAT(
                CONCAT(CASE WHEN STARTS_WITH(`t2`.`b0_w`, '-') THEN '-' ELSE '' END, '0.'),
                SUBSTRING(
                  '0000000000000000000000000000000000000000',
                  IF((
                    0 + 1
                  ) >= 1, 0 + 1, 0 + 1 + LENGTH('0000000000000000000000000000000000000000')),
                  `t2`.`b0_down` - 1
                )
              ),
              CONCAT(
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '^[+-]?([0-9])'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`b0_w`, ''),
                        CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`b0_w`, ''),
                        CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                ),
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '[.]([0-9]*)'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`b0_w`, ''),
                        CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`b0_w`, ''),
                        CONCAT('.*?', '[.]([0-9]*)', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              )
            )
            WHEN `t2`.`b0_up` BETWEEN 0 AND 15
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CASE WHEN STARTS_WITH(`t2`.`b0_w`, '-') THEN '-' ELSE '' END,
                  SUBSTRING(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '^[+-]?([0-9])'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        ),
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '[.]([0-9]*)'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    ),
                    IF(
                      (
                        0 + 1
                      ) >= 1,
                      0 + 1,
                      0 + 1 + LENGTH(
                        CONCAT(
                          CONCAT(
                            COALESCE(
                              IF(
                                REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '^[+-]?([0-9])'),
                                IF(
                                  1 = 0,
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`b0_w`, ''),
                                    CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                    '\\1'
                                  ),
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`b0_w`, ''),
                                    CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                    CONCAT('\\', CAST(1 AS STRING))
                                  )
                                ),
                                NULL
                              ),
                              ''
                            ),
                            COALESCE(
                              IF(
                                REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '[.]([0-9]*)'),
                                IF(
                                  1 = 0,
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`b0_w`, ''),
                                    CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                    '\\1'
                                  ),
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`b0_w`, ''),
                                    CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                    CONCAT('\\', CAST(1 AS STRING))
                                  )
                                ),
                                NULL
                              ),
                              ''
                            )
                          ),
                          '0000000000000000000000000000000000000000'
                        )
                      )
                    ),
                    `t2`.`b0_up` + 1
                  )
                ),
                '.'
              ),
              SUBSTRING(
                CONCAT(
                  CONCAT(
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '^[+-]?([0-9])'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`b0_w`, ''),
                            CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`b0_w`, ''),
                            CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    ),
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '[.]([0-9]*)'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`b0_w`, ''),
                            CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`b0_w`, ''),
                            CONCAT('.*?', '[.]([0-9]*)', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    )
                  ),
                  '0000000000000000000000000000000000000000'
                ),
                IF(
                  (
                    `t2`.`b0_up` + 1 + 1
                  ) >= 1,
                  `t2`.`b0_up` + 1 + 1,
                  `t2`.`b0_up` + 1 + 1 + LENGTH(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '^[+-]?([0-9])'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        ),
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`b0_w`, ''), '[.]([0-9]*)'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`b0_w`, ''),
                                CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    )
                  )
                ),
                18
              )
            )
            ELSE `t2`.`b0`
          END AS `b0_p`,
          CASE
            WHEN `t2`.`e0_down` BETWEEN 1 AND 19
            THEN CONCAT(
              CONCAT(
                CONCAT(CASE WHEN STARTS_WITH(`t2`.`e0_w`, '-') THEN '-' ELSE '' END, '0.'),
                SUBSTRING(
                  '0000000000000000000000000000000000000000',
                  IF((
                    0 + 1
                  ) >= 1, 0 + 1, 0 + 1 + LENGTH('0000000000000000000000000000000000000000')),
                  `t2`.`e0_down` - 1
                )
              ),
              CONCAT(
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '^[+-]?([0-9])'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`e0_w`, ''),
                        CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`e0_w`, ''),
                        CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                ),
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '[.]([0-9]*)'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`e0_w`, ''),
                        CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`e0_w`, ''),
                        CONCAT('.*?', '[.]([0-9]*)', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              )
            )
            WHEN `t2`.`e0_up` BETWEEN 0 AND 15
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CASE WHEN STARTS_WITH(`t2`.`e0_w`, '-') THEN '-' ELSE '' END,
                  SUBSTRING(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '^[+-]?([0-9])'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        ),
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '[.]([0-9]*)'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    ),
                    IF(
                      (
                        0 + 1
                      ) >= 1,
                      0 + 1,
                      0 + 1 + LENGTH(
                        CONCAT(
                          CONCAT(
                            COALESCE(
                              IF(
                                REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '^[+-]?([0-9])'),
                                IF(
                                  1 = 0,
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`e0_w`, ''),
                                    CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                    '\\1'
                                  ),
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`e0_w`, ''),
                                    CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                    CONCAT('\\', CAST(1 AS STRING))
                                  )
                                ),
                                NULL
                              ),
                              ''
                            ),
                            COALESCE(
                              IF(
                                REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '[.]([0-9]*)'),
                                IF(
                                  1 = 0,
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`e0_w`, ''),
                                    CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                    '\\1'
                                  ),
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`e0_w`, ''),
                                    CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                    CONCAT('\\', CAST(1 AS STRING))
                                  )
                                ),
                                NULL
                              ),
                              ''
                            )
                          ),
                          '0000000000000000000000000000000000000000'
                        )
                      )
                    ),
                    `t2`.`e0_up` + 1
                  )
                ),
                '.'
              ),
              SUBSTRING(
                CONCAT(
                  CONCAT(
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '^[+-]?([0-9])'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`e0_w`, ''),
                            CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`e0_w`, ''),
                            CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    ),
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '[.]([0-9]*)'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`e0_w`, ''),
                            CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`e0_w`, ''),
                            CONCAT('.*?', '[.]([0-9]*)', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    )
                  ),
                  '0000000000000000000000000000000000000000'
                ),
                IF(
                  (
                    `t2`.`e0_up` + 1 + 1
                  ) >= 1,
                  `t2`.`e0_up` + 1 + 1,
                  `t2`.`e0_up` + 1 + 1 + LENGTH(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '^[+-]?([0-9])'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        ),
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`e0_w`, ''), '[.]([0-9]*)'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`e0_w`, ''),
                                CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    )
                  )
                ),
                18
              )
            )
            ELSE `t2`.`e0`
          END AS `e0_p`,
          CASE
            WHEN `t2`.`q_down` BETWEEN 1 AND 19
            THEN CONCAT(
              CONCAT(
                CONCAT(CASE WHEN STARTS_WITH(`t2`.`q_w`, '-') THEN '-' ELSE '' END, '0.'),
                SUBSTRING(
                  '0000000000000000000000000000000000000000',
                  IF((
                    0 + 1
                  ) >= 1, 0 + 1, 0 + 1 + LENGTH('0000000000000000000000000000000000000000')),
                  `t2`.`q_down` - 1
                )
              ),
              CONCAT(
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '^[+-]?([0-9])'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`q_w`, ''),
                        CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`q_w`, ''),
                        CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                ),
                COALESCE(
                  IF(
                    REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '[.]([0-9]*)'),
                    IF(
                      1 = 0,
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`q_w`, ''),
                        CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                        '\\1'
                      ),
                      REGEXP_REPLACE(
                        COALESCE(`t2`.`q_w`, ''),
                        CONCAT('.*?', '[.]([0-9]*)', '.*'),
                        CONCAT('\\', CAST(1 AS STRING))
                      )
                    ),
                    NULL
                  ),
                  ''
                )
              )
            )
            WHEN `t2`.`q_up` BETWEEN 0 AND 15
            THEN CONCAT(
              CONCAT(
                CONCAT(
                  CASE WHEN STARTS_WITH(`t2`.`q_w`, '-') THEN '-' ELSE '' END,
                  SUBSTRING(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '^[+-]?([0-9])'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        ),
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '[.]([0-9]*)'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    ),
                    IF(
                      (
                        0 + 1
                      ) >= 1,
                      0 + 1,
                      0 + 1 + LENGTH(
                        CONCAT(
                          CONCAT(
                            COALESCE(
                              IF(
                                REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '^[+-]?([0-9])'),
                                IF(
                                  1 = 0,
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`q_w`, ''),
                                    CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                    '\\1'
                                  ),
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`q_w`, ''),
                                    CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                    CONCAT('\\', CAST(1 AS STRING))
                                  )
                                ),
                                NULL
                              ),
                              ''
                            ),
                            COALESCE(
                              IF(
                                REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '[.]([0-9]*)'),
                                IF(
                                  1 = 0,
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`q_w`, ''),
                                    CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                    '\\1'
                                  ),
                                  REGEXP_REPLACE(
                                    COALESCE(`t2`.`q_w`, ''),
                                    CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                    CONCAT('\\', CAST(1 AS STRING))
                                  )
                                ),
                                NULL
                              ),
                              ''
                            )
                          ),
                          '0000000000000000000000000000000000000000'
                        )
                      )
                    ),
                    `t2`.`q_up` + 1
                  )
                ),
                '.'
              ),
              SUBSTRING(
                CONCAT(
                  CONCAT(
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '^[+-]?([0-9])'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`q_w`, ''),
                            CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`q_w`, ''),
                            CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    ),
                    COALESCE(
                      IF(
                        REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '[.]([0-9]*)'),
                        IF(
                          1 = 0,
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`q_w`, ''),
                            CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                            '\\1'
                          ),
                          REGEXP_REPLACE(
                            COALESCE(`t2`.`q_w`, ''),
                            CONCAT('.*?', '[.]([0-9]*)', '.*'),
                            CONCAT('\\', CAST(1 AS STRING))
                          )
                        ),
                        NULL
                      ),
                      ''
                    )
                  ),
                  '0000000000000000000000000000000000000000'
                ),
                IF(
                  (
                    `t2`.`q_up` + 1 + 1
                  ) >= 1,
                  `t2`.`q_up` + 1 + 1,
                  `t2`.`q_up` + 1 + 1 + LENGTH(
                    CONCAT(
                      CONCAT(
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '^[+-]?([0-9])'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', CONCAT('(', '^[+-]?([0-9])', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', '^[+-]?([0-9])', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        ),
                        COALESCE(
                          IF(
                            REGEXP_CONTAINS(COALESCE(`t2`.`q_w`, ''), '[.]([0-9]*)'),
                            IF(
                              1 = 0,
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', CONCAT('(', '[.]([0-9]*)', ')'), '.*'),
                                '\\1'
                              ),
                              REGEXP_REPLACE(
                                COALESCE(`t2`.`q_w`, ''),
                                CONCAT('.*?', '[.]([0-9]*)', '.*'),
                                CONCAT('\\', CAST(1 AS STRING))
                              )
                            ),
                            NULL
                          ),
                          ''
                        )
                      ),
                      '0000000000000000000000000000000000000000'
                    )
                  )
                ),
                18
              )
            )
            ELSE `t2`.`q`
          END AS `q_p`
        FROM (
          SELECT
            `t1`.`period`,
            `t1`.`day`,
            `t1`.`provider`,
            `t1`.`account`,
            `t1`.`service`,
            `t1`.`category`,
            `t1`.`charge_category`,
            `t1`.`commitment`,
            `t1`.`currency`,
            `t1`.`unit`,
            `t1`.`tags0`,
            `t1`.`b0`,
            `t1`.`e0`,
            `t1`.`q`,
            CASE
              WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
              THEN `t1`.`b0`
              ELSE CAST(NULL AS STRING)
            END AS `b0_w`,
            CAST(NULLIF(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(
                    COALESCE(
                      CASE
                        WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN `t1`.`b0`
                        ELSE CAST(NULL AS STRING)
                      END,
                      ''
                    ),
                    '[eE]-([0-9]+)$'
                  ),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`b0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', CONCAT('(', '[eE]-([0-9]+)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`b0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', '[eE]-([0-9]+)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              ''
            ) AS INT64) AS `b0_down`,
            CAST(NULLIF(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(
                    COALESCE(
                      CASE
                        WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN `t1`.`b0`
                        ELSE CAST(NULL AS STRING)
                      END,
                      ''
                    ),
                    '[eE][+]?([0-9]+)$'
                  ),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`b0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', CONCAT('(', '[eE][+]?([0-9]+)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`b0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`b0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', '[eE][+]?([0-9]+)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              ''
            ) AS INT64) AS `b0_up`,
            CASE
              WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
              THEN `t1`.`e0`
              ELSE CAST(NULL AS STRING)
            END AS `e0_w`,
            CAST(NULLIF(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(
                    COALESCE(
                      CASE
                        WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN `t1`.`e0`
                        ELSE CAST(NULL AS STRING)
                      END,
                      ''
                    ),
                    '[eE]-([0-9]+)$'
                  ),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`e0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', CONCAT('(', '[eE]-([0-9]+)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`e0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', '[eE]-([0-9]+)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              ''
            ) AS INT64) AS `e0_down`,
            CAST(NULLIF(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(
                    COALESCE(
                      CASE
                        WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN `t1`.`e0`
                        ELSE CAST(NULL AS STRING)
                      END,
                      ''
                    ),
                    '[eE][+]?([0-9]+)$'
                  ),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`e0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', CONCAT('(', '[eE][+]?([0-9]+)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`e0`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`e0`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', '[eE][+]?([0-9]+)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              ''
            ) AS INT64) AS `e0_up`,
            CASE
              WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
              THEN `t1`.`q`
              ELSE CAST(NULL AS STRING)
            END AS `q_w`,
            CAST(NULLIF(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(
                    COALESCE(
                      CASE
                        WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN `t1`.`q`
                        ELSE CAST(NULL AS STRING)
                      END,
                      ''
                    ),
                    '[eE]-([0-9]+)$'
                  ),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`q`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', CONCAT('(', '[eE]-([0-9]+)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`q`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', '[eE]-([0-9]+)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              ''
            ) AS INT64) AS `q_down`,
            CAST(NULLIF(
              COALESCE(
                IF(
                  REGEXP_CONTAINS(
                    COALESCE(
                      CASE
                        WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                        THEN `t1`.`q`
                        ELSE CAST(NULL AS STRING)
                      END,
                      ''
                    ),
                    '[eE][+]?([0-9]+)$'
                  ),
                  IF(
                    1 = 0,
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`q`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', CONCAT('(', '[eE][+]?([0-9]+)$', ')'), '.*'),
                      '\\1'
                    ),
                    REGEXP_REPLACE(
                      COALESCE(
                        CASE
                          WHEN REGEXP_CONTAINS(`t1`.`q`, '^[+-]?[0-9]([.][0-9]{0,16})?[eE][+-]?[0-9]{1,2}$')
                          THEN `t1`.`q`
                          ELSE CAST(NULL AS STRING)
                        END,
                        ''
                      ),
                      CONCAT('.*?', '[eE][+]?([0-9]+)$', '.*'),
                      CONCAT('\\', CAST(1 AS STRING))
                    )
                  ),
                  NULL
                ),
                ''
              ),
              ''
            ) AS INT64) AS `q_up`
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
              ) AS `day`,
              COALESCE(
                CASE
                  WHEN `t0`.`ProviderName` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`ProviderName`
                END,
                ''
              ) AS `provider`,
              COALESCE(
                COALESCE(
                  CASE
                    WHEN `t0`.`SubAccountId` IN ('', 'NULL', 'null', 'Null')
                    THEN CAST(NULL AS STRING)
                    ELSE `t0`.`SubAccountId`
                  END,
                  CASE
                    WHEN `t0`.`BillingAccountId` IN ('', 'NULL', 'null', 'Null')
                    THEN CAST(NULL AS STRING)
                    ELSE `t0`.`BillingAccountId`
                  END
                ),
                ''
              ) AS `account`,
              COALESCE(
                CASE
                  WHEN `t0`.`ServiceName` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`ServiceName`
                END,
                ''
              ) AS `service`,
              COALESCE(
                CASE
                  WHEN `t0`.`ServiceCategory` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`ServiceCategory`
                END,
                ''
              ) AS `category`,
              COALESCE(
                CASE
                  WHEN `t0`.`ChargeCategory` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`ChargeCategory`
                END,
                ''
              ) AS `charge_category`,
              COALESCE(
                CASE
                  WHEN `t0`.`CommitmentDiscountStatus` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`CommitmentDiscountStatus`
                END,
                ''
              ) AS `commitment`,
              COALESCE(
                CASE
                  WHEN `t0`.`BillingCurrency` IN ('', 'NULL', 'null', 'Null')
                  THEN CAST(NULL AS STRING)
                  ELSE `t0`.`BillingCurrency`
                END,
                ''
              ) AS `currency`,
              COALESCE(
                CASE
                  WHEN (
                    CASE
                      WHEN `t0`.`ConsumedQuantity` IN ('', 'NULL', 'null', 'Null')
                      THEN CAST(NULL AS STRING)
                      ELSE `t0`.`ConsumedQuantity`
                    END IS NOT NULL
                  )
                  OR STARTS_WITH(
                    CASE
                      WHEN `t0`.`ConsumedUnit` IN ('', 'NULL', 'null', 'Null')
                      THEN CAST(NULL AS STRING)
                      ELSE `t0`.`ConsumedUnit`
                    END,
                    'Mtokens:'
                  )
                  THEN CASE
                    WHEN `t0`.`ConsumedUnit` IN ('', 'NULL', 'null', 'Null')
                    THEN CAST(NULL AS STRING)
                    ELSE `t0`.`ConsumedUnit`
                  END
                  ELSE CAST(NULL AS STRING)
                END,
                ''
              ) AS `unit`,
              COALESCE(`t0`.`Tags`, '') AS `tags0`,
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
              ) IN ('2026-03-01')
              OR (
                (
                  COALESCE(
                    CASE
                      WHEN `t0`.`BillingPeriodStart` IN ('', 'NULL', 'null', 'Null')
                      THEN CAST(NULL AS STRING)
                      ELSE `t0`.`BillingPeriodStart`
                    END,
                    ''
                  ) = ''
                )
                AND COALESCE(
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
                ) IN ('2026-03-02')
              )
          ) AS `t1`
        ) AS `t2`
      ) AS `t3`
    ) AS `t4`
  ) AS `t5`
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
) AS `t6`
