-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true
-- shops: rows of shops as COPY writes them, with shop_id
--   only those for the shop_name of the statement
-- shop_products: rows of shop_products as COPY writes them, with product_id, product_name, product_price, shop_id
--   only those for the shop_id of the statement
SELECT
  `shop_products`.`product_id`,
  `shop_products`.`product_name`,
  `shop_products`.`product_price`
FROM (
  SELECT
    `product_id`,
    `product_name`,
    `product_price`,
    `shop_id`
  FROM `shop_products` AS `shop_products`
) AS `shop_products`
WHERE
  (
    `shop_products`.`shop_id` IN (
      SELECT
        `shops`.`shop_id`
      FROM (
        SELECT
          `shop_id`
        FROM `shops` AS `shops`
      ) AS `shops`
    )
  );
