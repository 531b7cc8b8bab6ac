CREATE TABLE drafts (
    workspace_id uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    body         text        NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id, chat_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX drafts_chat ON drafts (workspace_id, chat_id);
