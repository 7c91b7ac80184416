-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- videos: rows of videos as COPY writes them, with region_code
--   only those that the API gave for all of (region_code IN "DE", "AT"), 2024-01-01 to 2024-02-20
SELECT
  `videos`.`region_code`,
  COUNT(*) AS `n`
FROM (
  SELECT
    `region_code`
  FROM `videos` AS `videos`
) AS `videos`
GROUP BY
  `videos`.`region_code`
ORDER BY
  `n` DESC NULLS FIRST;
