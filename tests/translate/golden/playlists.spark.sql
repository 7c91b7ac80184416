-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- playlists: rows of playlists as COPY writes them, with playlist_name, playlist_video_ids
--   only those for the playlist_id of the statement
SELECT
  `playlists`.`playlist_name` AS `playlist_name`,
  `playlists`.`playlist_video_ids` AS `playlist_video_ids`
FROM `playlists`;
