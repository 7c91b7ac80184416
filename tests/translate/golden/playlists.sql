SELECT playlist_name, playlist_video_ids FROM playlists WHERE playlist_id = 7114435010179905604;
