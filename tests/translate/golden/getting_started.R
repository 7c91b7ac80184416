# SELECT id, like_count FROM videos WHERE region_code IN ('US', 'CA') AND keyword = 'hello world' AND create_date BETWEEN '2022-06-15' AND '2022-06-28' LIMIT 10
# Note: the documentation says that content from Canada (CA) is not available
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: videos
# traktok asks for 100 records a page, and not for 10.
# videos, 2022-06-15 to 2022-06-28
scan_1_1 <- query() |>
  query_and(field_name = "region_code", operation = "IN", field_values = c("US", "CA")) |>
  query_and(field_name = "keyword", operation = "EQ", field_values = "hello world") |>
  tt_search_api(start_date = "20220615", end_date = "20220628", fields = "id,like_count", max_pages = Inf)
scan_1 <- dplyr::bind_rows(scan_1_1)

rows <- head(scan_1, 10)
rows
