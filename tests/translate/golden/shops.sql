SELECT product_id, product_name, product_price FROM shop_products WHERE shop_id IN (SELECT shop_id FROM shops WHERE shop_name = 'Hello World Store');
