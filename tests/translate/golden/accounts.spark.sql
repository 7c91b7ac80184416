-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- followers: rows of followers as COPY writes them, with username, follower_username, follower_display_name
--   only those for the username of the statement
SELECT
  `followers`.`username` AS `username`,
  `followers`.`follower_username` AS `follower_username`,
  `followers`.`follower_display_name` AS `follower_display_name`
FROM `followers`;
