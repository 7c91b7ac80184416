-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- videos: rows of videos as COPY writes them, with id, url
--   only those that the API gave for all of (keyword EQ "flood"; region_code EQ "DE"), 2024-06-01 to 2024-06-10
--   only those that the API gave for all of (keyword EQ "flood"; keyword EQ "crue"; region_code EQ "FR"), 2024-06-01 to 2024-06-10
--   only those that the API gave for all of (keyword EQ "crue"; region_code EQ "FR"), none of (keyword EQ "flood"), 2024-06-01 to 2024-06-10
SELECT
  `videos`.`id` AS `id`,
  `videos`.`url` AS `url`
FROM `videos`;
