# SELECT region_code, count(*) AS n FROM videos TABLESAMPLE (250 ROWS) WHERE region_code IN ('DE', 'AT') AND create_date BETWEEN '2024-01-01' AND '2024-02-20' GROUP BY region_code ORDER BY n DESC
# Not done by these requests, but by TikSQL with what they bring:
#   sort: n DESC
#   query: SELECT "scan 1"."region_code", "count"(*) AS "n" FROM (SELECT "region_code", rowid AS "_row" FROM "scan 1" AS "scan 1") AS "scan 1" GROUP BY "scan 1"."region_code" ORDER BY "n" DESC NULLS FIRST, "min"("scan 1"."_row")
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: videos
# traktok asks for 100 records a page, and not for 25.
# videos, 2024-01-31 to 2024-02-20, at random
scan_1_1 <- query() |>
  query_and(field_name = "region_code", operation = "IN", field_values = c("DE", "AT")) |>
  tt_search_api(start_date = "20240131", end_date = "20240220", fields = "region_code,id", is_random = TRUE)
# videos, 2024-01-31 to 2024-02-20, at random
scan_1_2 <- query() |>
  query_and(field_name = "region_code", operation = "IN", field_values = c("DE", "AT")) |>
  tt_search_api(start_date = "20240131", end_date = "20240220", fields = "region_code,id", is_random = TRUE)
# videos, 2024-01-01 to 2024-01-30, at random
scan_1_3 <- query() |>
  query_and(field_name = "region_code", operation = "IN", field_values = c("DE", "AT")) |>
  tt_search_api(start_date = "20240101", end_date = "20240130", fields = "region_code,id", is_random = TRUE)
# videos, 2024-01-01 to 2024-01-30, at random
scan_1_4 <- query() |>
  query_and(field_name = "region_code", operation = "IN", field_values = c("DE", "AT")) |>
  tt_search_api(start_date = "20240101", end_date = "20240130", fields = "region_code,id", is_random = TRUE)
scan_1 <- dplyr::bind_rows(scan_1_1, scan_1_2, scan_1_3, scan_1_4)

warning("not done here: sort: n DESC")
warning("not done here: query: SELECT \"scan 1\".\"region_code\", \"count\"(*) AS \"n\" FROM (SELECT \"region_code\", rowid AS \"_row\" FROM \"scan 1\" AS \"scan 1\") AS \"scan 1\" GROUP BY \"scan 1\".\"region_code\" ORDER BY \"n\" DESC NULLS FIRST, \"min\"(\"scan 1\".\"_row\")")
