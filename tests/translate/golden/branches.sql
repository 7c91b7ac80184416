SELECT id, url FROM videos WHERE (keyword = 'flood' AND region_code = 'DE' OR keyword = 'crue' AND region_code = 'FR') AND create_date BETWEEN '2024-06-01' AND '2024-06-10';
