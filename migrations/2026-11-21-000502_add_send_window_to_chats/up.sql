-- Until when a chat takes messages, and why; and what it is about, beside the number of its order.
ALTER TABLE chats
    ADD COLUMN sku                  text,
    ADD COLUMN order_attached_by    uuid,
    ADD COLUMN window_until         timestamptz,
    ADD COLUMN window_reason        text CHECK (window_reason IN (
        'buyer_wrote', 'until_delivery', 'after_delivery', 'first_message', 'wait_for_buyer', 'buyer_starts',
        'refused_over', 'refused_wait', 'chat_closed')),
    ADD COLUMN window_refusal       text CHECK (window_refusal IN ('window_closed', 'wait_for_buyer')),
    ADD COLUMN window_refused_after timestamptz,
    ADD CONSTRAINT chats_order_attached_by FOREIGN KEY (workspace_id, order_attached_by) REFERENCES users (workspace_id, id),
    ADD CONSTRAINT chats_window_refused CHECK ((window_refusal IS NULL) = (window_refused_after IS NULL));
COMMENT ON COLUMN chats.sku IS 'the product that the marketplace says the chat is about';
COMMENT ON COLUMN chats.order_attached_by IS 'who typed the order number; null when the marketplace told it';
COMMENT ON COLUMN chats.window_until IS 'when the right to write ends; null when it has no end that is known, or is over (features/inbox/send_window.rs)';
COMMENT ON COLUMN chats.window_reason IS 'what that right, or its want, comes from; null for chats not looked at since the column exists';
COMMENT ON COLUMN chats.window_refused_after IS 'sent_at of the newest message when the marketplace refused: a newer one makes the refusal void';
CREATE INDEX chats_of_order ON chats (workspace_id, seller_id, order_number) WHERE order_number IS NOT NULL;
