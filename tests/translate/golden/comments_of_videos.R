# SELECT id, text, create_date FROM comments WHERE video_id IN (SELECT id FROM videos WHERE keyword = 'flood' AND create_date = '2024-06-01')
# Not in the answers, and made by TikSQL: create_date, from create_time
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 2: videos
# videos, 2024-06-01 to 2024-06-01
scan_2_1 <- query() |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "flood") |>
  tt_search_api(start_date = "20240601", end_date = "20240601", fields = "id", max_pages = Inf)
scan_2 <- dplyr::bind_rows(scan_2_1)

# --- scan 1: comments
keys_1 <- unique(scan_2[["video_id"]])
scan_1 <- dplyr::bind_rows(lapply(
  keys_1, function(key) tt_comments_api(key, fields = "id,text,create_time,video_id", max_pages = Inf)
))

rows <- scan_1
rows
