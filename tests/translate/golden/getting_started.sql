SELECT id, like_count FROM videos WHERE region_code IN ('US', 'CA') AND keyword = 'hello world' AND create_date BETWEEN '2022-06-15' AND '2022-06-28' LIMIT 10;
