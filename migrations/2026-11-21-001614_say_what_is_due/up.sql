-- Which clock of a chat is due first, and since when it runs. Chats that already waited were under the marketplace's clock alone; they
-- are woken, so that the rules are applied to them.
ALTER TABLE chats
    ADD COLUMN due_kind       text CHECK (due_kind IN ('first_reply', 'next_reply', 'resolution', 'rating', 'window', 'promise')),
    ADD COLUMN due_since      timestamptz,
    ADD COLUMN is_highlighted boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN chats.due_since IS 'when the clock that is due first began';
COMMENT ON COLUMN chats.is_highlighted IS 'a deadline has come so near that the ladder wants it shown';
UPDATE chats SET due_kind = 'rating', due_since = unanswered_since WHERE due_at IS NOT NULL;
INSERT INTO clock_wakes (workspace_id, chat_id, at) SELECT workspace_id, id, now() FROM chats WHERE due_at IS NOT NULL;
