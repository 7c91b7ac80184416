SELECT id, text, create_date FROM comments WHERE video_id IN (SELECT id FROM videos WHERE keyword = 'flood' AND create_date = '2024-06-01');
