# SELECT username, follower_username, follower_display_name FROM followers WHERE username IN ('joe1234567', 'missing_user_xyz')
# Not in the answers, and made by TikSQL: username, the key that was asked for
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)

# --- scan 1: followers
# followers of joe1234567
scan_1_1 <- tt_user_follower_api("joe1234567", max_pages = Inf)
# followers of missing_user_xyz
scan_1_2 <- tt_user_follower_api("missing_user_xyz", max_pages = Inf)
scan_1 <- dplyr::bind_rows(scan_1_1, scan_1_2)

rows <- scan_1
rows
