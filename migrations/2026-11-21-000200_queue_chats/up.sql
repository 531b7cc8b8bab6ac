-- A chat's row is its place in the queue of histories to read: what a page of the list tells is stored in one statement,
-- and whoever reads takes the next rows, however often the program is killed in between.
ALTER TABLE chats
    ADD COLUMN listed_last_id  text,
    ADD COLUMN listed_last_key text    COLLATE "C",
    ADD COLUMN is_behind       boolean NOT NULL DEFAULT false,
    ADD COLUMN is_unread_there boolean NOT NULL DEFAULT false,
    ADD COLUMN read_after      timestamptz,
    ADD COLUMN read_tries      integer NOT NULL DEFAULT 0,
    ADD COLUMN history_problem text;
COMMENT ON COLUMN chats.remote_last_id IS 'the mark of the list that the history was read up to';
COMMENT ON COLUMN chats.listed_last_id IS 'newest message by the marketplace''s list: the mark that the chat moved';
COMMENT ON COLUMN chats.listed_last_key IS 'orders chats by their newest message, as the marketplace does';
COMMENT ON COLUMN chats.is_behind IS 'the list has moved on and the history is still to be read';
COMMENT ON COLUMN chats.is_unread_there IS 'the list names unread messages: these are read first';
COMMENT ON COLUMN chats.read_after IS 'not before this: the history lagged behind its list, or could not be had';
COMMENT ON COLUMN chats.read_tries IS 'tries since the list last moved that did not reach its mark';
COMMENT ON COLUMN chats.history_problem IS 'why the marketplace does not give this chat''s history; tried again when the chat moves';

CREATE INDEX chats_behind ON chats (workspace_id, seller_id, is_unread_there DESC, listed_last_key DESC NULLS LAST, id)
    WHERE is_behind;
CREATE INDEX chats_tails ON chats (workspace_id, seller_id, last_message_at DESC, id DESC)
    WHERE tail_id IS NOT NULL AND NOT tail_done AND history_problem IS NULL;
