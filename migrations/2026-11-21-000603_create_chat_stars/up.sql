-- Chats that a person has marked for itself.
CREATE TABLE chat_stars (
    workspace_id uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    starred_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id, chat_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX chat_stars_chat ON chat_stars (workspace_id, chat_id);
