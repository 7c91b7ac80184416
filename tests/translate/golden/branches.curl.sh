# SELECT id, url FROM videos WHERE (keyword = 'flood' AND region_code = 'DE' OR keyword = 'crue' AND region_code = 'FR') AND create_date BETWEEN '2024-06-01' AND '2024-06-10'
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not in the answers, and made by TikSQL: url, from username and id

# videos, 2024-06-01 to 2024-06-10, branch 1
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,username' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["flood"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["DE"]}]}, "start_date": "20240601", "end_date": "20240610", "max_count": 100}'

# videos, 2024-06-01 to 2024-06-10, branch 2
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,username' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["flood"]}, {"operation": "EQ", "field_name": "keyword", "field_values": ["crue"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["FR"]}]}, "start_date": "20240601", "end_date": "20240610", "max_count": 100}'

# videos, 2024-06-01 to 2024-06-10, branch 3
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,username' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["crue"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["FR"]}], "not": [{"operation": "EQ", "field_name": "keyword", "field_values": ["flood"]}]}, "start_date": "20240601", "end_date": "20240610", "max_count": 100}'
