# SELECT id, url FROM videos WHERE (keyword = 'flood' AND region_code = 'DE' OR keyword = 'crue' AND region_code = 'FR') AND create_date BETWEEN '2024-06-01' AND '2024-06-10'
# Not in the answers, and made by TikSQL: url, from username and id
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: videos
# videos, 2024-06-01 to 2024-06-10, branch 1
scan_1_1 <- query() |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "flood") |>
  query_and(field_name = "region_code", operation = "EQ", field_values = "DE") |>
  tt_search_api(start_date = "20240601", end_date = "20240610", fields = "id,username", max_pages = Inf)
# videos, 2024-06-01 to 2024-06-10, branch 2
scan_1_2 <- query() |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "flood") |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "crue") |>
  query_and(field_name = "region_code", operation = "EQ", field_values = "FR") |>
  tt_search_api(start_date = "20240601", end_date = "20240610", fields = "id,username", max_pages = Inf)
# videos, 2024-06-01 to 2024-06-10, branch 3
scan_1_3 <- query() |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "crue") |>
  query_and(field_name = "region_code", operation = "EQ", field_values = "FR") |>
  query_not(field_name = "keyword", operation = "EQ", field_values = "flood") |>
  tt_search_api(start_date = "20240601", end_date = "20240610", fields = "id,username", max_pages = Inf)
scan_1 <- dplyr::bind_rows(scan_1_1, scan_1_2, scan_1_3)

rows <- scan_1
rows
