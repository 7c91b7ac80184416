# SELECT playlist_name, playlist_video_ids FROM playlists WHERE playlist_id = 7114435010179905604
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: playlists
# playlists of 7114435010179905604
scan_1_1 <- tt_playlist_api("7114435010179905604")
scan_1 <- dplyr::bind_rows(scan_1_1)

rows <- scan_1
rows
