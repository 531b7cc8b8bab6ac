CREATE TABLE chat_seen (
    workspace_id uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    up_to        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id, chat_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN chat_seen.up_to IS 'sent_at of the newest message this person has looked at';
CREATE INDEX chat_seen_chat ON chat_seen (workspace_id, chat_id);
