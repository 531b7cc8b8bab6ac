DROP INDEX chats_of_order;
ALTER TABLE chats
    DROP COLUMN sku,
    DROP COLUMN order_attached_by,
    DROP COLUMN window_until,
    DROP COLUMN window_reason,
    DROP COLUMN window_refusal,
    DROP COLUMN window_refused_after;
