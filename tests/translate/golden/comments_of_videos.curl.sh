# SELECT id, text, create_date FROM comments WHERE video_id IN (SELECT id FROM videos WHERE keyword = 'flood' AND create_date = '2024-06-01')
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not in the answers, and made by TikSQL: create_date, from create_time

# videos, 2024-06-01 to 2024-06-01
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["flood"]}]}, "start_date": "20240601", "end_date": "20240601", "max_count": 100}'

# comments: once for each video_id of scan 2,
# as the variable key (a number); the keys are the rows of
#   SELECT "scan 2"."id" FROM (SELECT "id", rowid AS "_row" FROM "scan 2" AS "scan 2") AS "scan 2" ORDER BY "scan 2"."_row"
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/comment/list/?fields=id,text,create_time,video_id' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"video_id": '"$key"', "max_count": 100}'
