-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- videos: rows of videos as COPY writes them, with id, username, like_count, create_time
--   only those that the API gave for all of (hashtag_name IN "election2024", "debate"; region_code EQ "US"), none of (video_length EQ "SHORT"), 2024-01-15 to 2024-02-20
SELECT
  `videos`.`id`,
  `videos`.`username`,
  `videos`.`like_count`,
  `videos`.`create_time`
FROM (
  SELECT
    `id`,
    `username`,
    `like_count`,
    `create_time`
  FROM `videos` AS `videos`
  WHERE
    (
      `videos`.`like_count` > 1000
    )
) AS `videos`;
