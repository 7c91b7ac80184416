# SELECT v.id, u.display_name, u.follower_count FROM videos AS v JOIN users AS u ON u.username = v.username WHERE v.keyword = 'flood' AND v.create_date = '2024-06-01' ORDER BY u.follower_count DESC LIMIT 5
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not done by these requests, but by TikSQL with what they bring:
#   sort: u.follower_count DESC
#   limit: 5 rows of the result
#   query: SELECT "scan 1"."id", "scan 2"."display_name", "scan 2"."follower_count" FROM (SELECT "id", "username", rowid AS "_row" FROM "scan 1" AS "scan 1") AS "scan 1" JOIN (SELECT "display_name", "follower_count", "username", rowid AS "_row" FROM "scan 2" AS "scan 2") AS "scan 2" ON (lower("scan 2"."username") = lower("scan 1"."username")) ORDER BY "scan 2"."follower_count" DESC NULLS FIRST, "scan 1"."_row", "scan 2"."_row" LIMIT 5
# Not in the answers, and made by TikSQL: username, the key that was asked for

# videos, 2024-06-01 to 2024-06-01
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/video/query/?fields=id,username' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["flood"]}]}, "start_date": "20240601", "end_date": "20240601", "max_count": 100}'

# users: once for each username of scan 1,
# as the variable key (JSON, with its quotes); the keys are the rows of
#   SELECT "scan 1"."username" FROM (SELECT "id", "username", rowid AS "_row" FROM "scan 1" AS "scan 1") AS "scan 1" ORDER BY "scan 1"."_row"
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/user/info/?fields=display_name,follower_count' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"username": '"$key"'}'
