# SELECT v.id, u.display_name, u.follower_count FROM videos AS v JOIN users AS u ON u.username = v.username WHERE v.keyword = 'flood' AND v.create_date = '2024-06-01' ORDER BY u.follower_count DESC LIMIT 5
# Not done by these requests, but by TikSQL with what they bring:
#   sort: u.follower_count DESC
#   limit: 5 rows of the result
#   query: SELECT "scan 1"."id", "scan 2"."display_name", "scan 2"."follower_count" FROM (SELECT "id", "username", rowid AS "_row" FROM "scan 1" AS "scan 1") AS "scan 1" JOIN (SELECT "display_name", "follower_count", "username", rowid AS "_row" FROM "scan 2" AS "scan 2") AS "scan 2" ON (lower("scan 2"."username") = lower("scan 1"."username")) ORDER BY "scan 2"."follower_count" DESC NULLS FIRST, "scan 1"."_row", "scan 2"."_row" LIMIT 5
# Not in the answers, and made by TikSQL: username, the key that was asked for
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: videos
# videos, 2024-06-01 to 2024-06-01
scan_1_1 <- query() |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "flood") |>
  tt_search_api(start_date = "20240601", end_date = "20240601", fields = "id,username", max_pages = Inf)
scan_1 <- dplyr::bind_rows(scan_1_1)

# --- scan 2: users
keys_2 <- unique(scan_1[["author_name"]])
scan_2 <- dplyr::bind_rows(lapply(
  keys_2, function(key) tt_user_info_api(key, fields = "display_name,follower_count")
))

warning("not done here: sort: u.follower_count DESC")
warning("not done here: limit: 5 rows of the result")
warning("not done here: query: SELECT \"scan 1\".\"id\", \"scan 2\".\"display_name\", \"scan 2\".\"follower_count\" FROM (SELECT \"id\", \"username\", rowid AS \"_row\" FROM \"scan 1\" AS \"scan 1\") AS \"scan 1\" JOIN (SELECT \"display_name\", \"follower_count\", \"username\", rowid AS \"_row\" FROM \"scan 2\" AS \"scan 2\") AS \"scan 2\" ON (lower(\"scan 2\".\"username\") = lower(\"scan 1\".\"username\")) ORDER BY \"scan 2\".\"follower_count\" DESC NULLS FIRST, \"scan 1\".\"_row\", \"scan 2\".\"_row\" LIMIT 5")
