SELECT region_code, count(*) AS n FROM videos TABLESAMPLE (250 ROWS) WHERE region_code IN ('DE', 'AT') AND create_date BETWEEN '2024-01-01' AND '2024-02-20' GROUP BY region_code ORDER BY n DESC;
