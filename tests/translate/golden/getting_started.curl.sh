# SELECT id, like_count FROM videos WHERE region_code IN ('US', 'CA') AND keyword = 'hello world' AND create_date BETWEEN '2022-06-15' AND '2022-06-28' LIMIT 10
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Note: the documentation says that content from Canada (CA) is not available

# videos, 2022-06-15 to 2022-06-28
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,like_count' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["US", "CA"]}, {"operation": "EQ", "field_name": "keyword", "field_values": ["hello world"]}]}, "start_date": "20220615", "end_date": "20220628", "max_count": 10}'
