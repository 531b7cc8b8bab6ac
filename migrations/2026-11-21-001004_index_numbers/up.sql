-- Chats by the numbers people have at hand: written with dashes or without, whole or only their beginning.
CREATE INDEX chats_by_external_id ON chats (workspace_id, replace(lower(external_id), '-', '') text_pattern_ops);
CREATE INDEX chats_by_order ON chats (workspace_id, replace(order_number, '-', '') text_pattern_ops) WHERE order_number IS NOT NULL;
CREATE INDEX chats_by_sku ON chats (workspace_id, sku) WHERE sku IS NOT NULL;
CREATE INDEX products_by_offer ON products (workspace_id, lower(offer_id));
