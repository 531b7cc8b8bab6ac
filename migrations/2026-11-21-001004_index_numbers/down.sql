DROP INDEX products_by_offer;
DROP INDEX chats_by_sku;
DROP INDEX chats_by_order;
DROP INDEX chats_by_external_id;
