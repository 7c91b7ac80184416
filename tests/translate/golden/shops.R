# SELECT product_id, product_name, product_price FROM shop_products WHERE shop_id IN (SELECT shop_id FROM shops WHERE shop_name = 'Hello World Store')
# Not done by these requests, but by TikSQL with what they bring:
#   query: SELECT "scan 1"."product_id", "scan 1"."product_name", "scan 1"."product_price" FROM (SELECT "product_id", "product_name", "product_price", "shop_id", rowid AS "_row" FROM "scan 1" AS "scan 1") AS "scan 1" WHERE ("scan 1"."shop_id" IN (SELECT "scan 2"."shop_id" FROM (SELECT "shop_id", rowid AS "_row" FROM "scan 2" AS "scan 2") AS "scan 2")) ORDER BY "scan 1"."_row"
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

warning("not done here: query: SELECT \"scan 1\".\"product_id\", \"scan 1\".\"product_name\", \"scan 1\".\"product_price\" FROM (SELECT \"product_id\", \"product_name\", \"product_price\", \"shop_id\", rowid AS \"_row\" FROM \"scan 1\" AS \"scan 1\") AS \"scan 1\" WHERE (\"scan 1\".\"shop_id\" IN (SELECT \"scan 2\".\"shop_id\" FROM (SELECT \"shop_id\", rowid AS \"_row\" FROM \"scan 2\" AS \"scan 2\") AS \"scan 2\")) ORDER BY \"scan 1\".\"_row\"")
