# SELECT id, username, like_count, create_time FROM videos WHERE hashtag_name IN ('election2024', 'debate') AND region_code = 'US' AND NOT video_length = 'SHORT' AND create_date BETWEEN '2024-01-15' AND '2024-02-20' AND like_count > 1000
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not done by these requests, but by TikSQL with what they bring:
#   filter: "scan 1".like_count > 1000
#   query: SELECT "scan 1"."id", "scan 1"."username", "scan 1"."like_count", "scan 1"."create_time" FROM (SELECT "id", "username", "like_count", "create_time" FROM "scan 1" AS "scan 1" WHERE ("scan 1"."like_count" > 1000)) AS "scan 1"

# videos, 2024-02-14 to 2024-02-20
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,username,like_count,create_time' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "hashtag_name", "field_values": ["election2024", "debate"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["US"]}], "not": [{"operation": "EQ", "field_name": "video_length", "field_values": ["SHORT"]}]}, "start_date": "20240214", "end_date": "20240220", "max_count": 100}'

# videos, 2024-01-15 to 2024-02-13
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,username,like_count,create_time' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "IN", "field_name": "hashtag_name", "field_values": ["election2024", "debate"]}, {"operation": "EQ", "field_name": "region_code", "field_values": ["US"]}], "not": [{"operation": "EQ", "field_name": "video_length", "field_values": ["SHORT"]}]}, "start_date": "20240115", "end_date": "20240213", "max_count": 100}'
