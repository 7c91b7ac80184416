-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- videos: rows of videos as COPY writes them, with id
--   only those that the API gave for all of (keyword EQ "flood"), 2024-06-01 to 2024-06-01
-- comments: rows of comments as COPY writes them, with id, text, create_date, video_id
--   only those for the video_id of the statement
SELECT
  `comments`.`id`,
  `comments`.`text`,
  `comments`.`create_date`
FROM (
  SELECT
    `id`,
    `text`,
    `create_date`,
    `video_id`
  FROM `comments` AS `comments`
) AS `comments`
WHERE
  (
    `comments`.`video_id` IN (
      SELECT
        `videos`.`id`
      FROM (
        SELECT
          `id`
        FROM `videos` AS `videos`
      ) AS `videos`
    )
  );
