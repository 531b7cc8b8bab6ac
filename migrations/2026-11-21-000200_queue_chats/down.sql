DROP INDEX chats_tails;
DROP INDEX chats_behind;
ALTER TABLE chats
    DROP COLUMN history_problem,
    DROP COLUMN read_tries,
    DROP COLUMN read_after,
    DROP COLUMN is_unread_there,
    DROP COLUMN is_behind,
    DROP COLUMN listed_last_key,
    DROP COLUMN listed_last_id;
COMMENT ON COLUMN chats.remote_last_id IS 'last_message_id of the marketplace list: the mark that the chat moved';
