# SELECT id, username, like_count, create_time FROM videos WHERE hashtag_name IN ('election2024', 'debate') AND region_code = 'US' AND NOT video_length = 'SHORT' AND create_date BETWEEN '2024-01-15' AND '2024-02-20' AND like_count > 1000
# Not done by these requests, but by TikSQL with what they bring:
#   filter: "scan 1".like_count > 1000
#   query: SELECT "scan 1"."id", "scan 1"."username", "scan 1"."like_count", "scan 1"."create_time" FROM (SELECT "id", "username", "like_count", "create_time" FROM "scan 1" AS "scan 1" WHERE ("scan 1"."like_count" > 1000)) AS "scan 1"
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: videos
# videos, 2024-02-14 to 2024-02-20
scan_1_1 <- query() |>
  query_and(field_name = "hashtag_name", operation = "IN", field_values = c("election2024", "debate")) |>
  query_and(field_name = "region_code", operation = "EQ", field_values = "US") |>
  query_not(field_name = "video_length", operation = "EQ", field_values = "SHORT") |>
  tt_search_api(start_date = "20240214", end_date = "20240220", fields = "id,username,like_count,create_time", max_pages = Inf)
# videos, 2024-01-15 to 2024-02-13
scan_1_2 <- query() |>
  query_and(field_name = "hashtag_name", operation = "IN", field_values = c("election2024", "debate")) |>
  query_and(field_name = "region_code", operation = "EQ", field_values = "US") |>
  query_not(field_name = "video_length", operation = "EQ", field_values = "SHORT") |>
  tt_search_api(start_date = "20240115", end_date = "20240213", fields = "id,username,like_count,create_time", max_pages = Inf)
scan_1 <- dplyr::bind_rows(scan_1_1, scan_1_2)

warning("not done here: filter: \"scan 1\".like_count > 1000")
warning("not done here: query: SELECT \"scan 1\".\"id\", \"scan 1\".\"username\", \"scan 1\".\"like_count\", \"scan 1\".\"create_time\" FROM (SELECT \"id\", \"username\", \"like_count\", \"create_time\" FROM \"scan 1\" AS \"scan 1\" WHERE (\"scan 1\".\"like_count\" > 1000)) AS \"scan 1\"")
