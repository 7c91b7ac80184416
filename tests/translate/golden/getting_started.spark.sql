-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- videos: rows of videos as COPY writes them, with id, like_count
--   only those that the API gave for all of (region_code IN "US", "CA"; keyword EQ "hello world"), 2022-06-15 to 2022-06-28
-- LIMIT without ORDER BY: here the newest rows, in Spark any
SELECT
  `videos`.`id` AS `id`,
  `videos`.`like_count` AS `like_count`
FROM `videos`
LIMIT 10;
