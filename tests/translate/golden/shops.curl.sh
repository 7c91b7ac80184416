# SELECT product_id, product_name, product_price FROM shop_products WHERE shop_id IN (SELECT shop_id FROM shops WHERE shop_name = 'Hello World Store')
# First pages only: tiksql translate --to curl --all-pages prints a script for all.
# Not in the answers, and made by TikSQL: shop_id, the key that was asked for

# shops of Hello World Store
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/tts/shop/' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"shop_name": "Hello World Store", "fields": "shop_id"}'

# shop_products: once for each shop_id of scan 2,
# as the variable key (a number); the keys are the rows of
#   SELECT "scan 2"."shop_id" FROM (SELECT "shop_id", rowid AS "_row" FROM "scan 2" AS "scan 2") AS "scan 2" ORDER BY "scan 2"."_row"
curl --silent --show-error 'https://open.tiktokapis.com/v2/research/tts/product/' \
  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{"shop_id": '"$key"', "page_size": 10, "fields": "product_id,product_name,product_price"}'
