SELECT username, follower_username, follower_display_name FROM followers WHERE username IN ('joe1234567', 'missing_user_xyz');
