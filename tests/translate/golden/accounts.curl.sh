# SELECT username, follower_username, follower_display_name FROM followers WHERE username IN ('joe1234567', 'missing_user_xyz')
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not in the answers, and made by TikSQL: username, the key that was asked for

# followers of joe1234567
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/user/followers/' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"username": "joe1234567", "max_count": 100}'

# followers of missing_user_xyz
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/user/followers/' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"username": "missing_user_xyz", "max_count": 100}'
