-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- videos: rows of videos as COPY writes them, with id, username
--   only those that the API gave for all of (keyword EQ "flood"), 2024-06-01 to 2024-06-01
-- users: rows of users as COPY writes them, with display_name, follower_count, username
--   only those for the username of the statement
SELECT
  `videos`.`id`,
  `users`.`display_name`,
  `users`.`follower_count`
FROM (
  SELECT
    `id`,
    `username`
  FROM `videos` AS `videos`
) AS `videos`
JOIN (
  SELECT
    `display_name`,
    `follower_count`,
    `username`
  FROM `users` AS `users`
) AS `users`
  ON (
    LOWER(`users`.`username`) = LOWER(`videos`.`username`)
  )
ORDER BY
  `users`.`follower_count` DESC NULLS FIRST
LIMIT 5;
