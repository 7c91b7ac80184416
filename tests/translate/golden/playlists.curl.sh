# SELECT playlist_name, playlist_video_ids FROM playlists WHERE playlist_id = 7114435010179905604
# First pages only: tiksql translate --to curl --all-pages prints a script for all.

# playlists of 7114435010179905604
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/playlist/info/' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"playlist_id": 7114435010179905604, "max_count": 100}'
