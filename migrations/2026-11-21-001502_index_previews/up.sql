-- Filters look for letters in the newest message. The list of what is not yet sorted in is kept short: every look reads it.
CREATE INDEX chats_by_preview ON chats USING gin (workspace_id, last_message_preview gin_trgm_ops)
    WITH (gin_pending_list_limit = 512);
