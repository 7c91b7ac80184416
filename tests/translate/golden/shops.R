# SELECT product_id, product_name, product_price FROM shop_products WHERE shop_id IN (SELECT shop_id FROM shops WHERE shop_name = 'Hello World Store')
# Not in the answers, and made by TikSQL: shop_id, the key that was asked for
# Needs: install.packages("traktok"), and auth_research() once for the key.
# TikTok's ids are texts here: R's numbers would round them.
library(traktok)
stop("traktok has no function for shops (/v2/research/tts/shop/)")
stop("traktok has no function for shop_products (/v2/research/tts/product/)")

# --- scan 2: shops
# traktok has no function for shops (/v2/research/tts/shop/); tiksql translate --to python can ask it.

# --- scan 1: shop_products
# traktok has no function for shop_products (/v2/research/tts/product/); tiksql translate --to python can ask it.

rows <- scan_1
rows
