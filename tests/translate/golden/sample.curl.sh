# SELECT region_code, count(*) AS n FROM videos TABLESAMPLE (250 ROWS) WHERE region_code IN ('DE', 'AT') AND create_date BETWEEN '2024-01-01' AND '2024-02-20' GROUP BY region_code ORDER BY n DESC
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not done by these requests, but by TikSQL with what they bring:
#   sort: n DESC
#   query: SELECT "scan 1"."region_code", "count"(*) AS "n" FROM (SELECT "region_code", rowid AS "_row" FROM "scan 1" AS "scan 1") AS "scan 1" GROUP BY "scan 1"."region_code" ORDER BY "n" DESC NULLS FIRST, "min"("scan 1"."_row")

# videos, 2024-01-31 to 2024-02-20, at random
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=region_code,id' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["DE", "AT"]}]}, "start_date": "20240131", "end_date": "20240220", "max_count": 100, "is_random": true}'

# videos, 2024-01-31 to 2024-02-20, at random
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=region_code,id' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["DE", "AT"]}]}, "start_date": "20240131", "end_date": "20240220", "max_count": 25, "is_random": true}'

# videos, 2024-01-01 to 2024-01-30, at random
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=region_code,id' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["DE", "AT"]}]}, "start_date": "20240101", "end_date": "20240130", "max_count": 100, "is_random": true}'

# videos, 2024-01-01 to 2024-01-30, at random
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=region_code,id' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["DE", "AT"]}]}, "start_date": "20240101", "end_date": "20240130", "max_count": 25, "is_random": true}'
