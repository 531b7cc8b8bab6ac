CREATE TABLE chat_tags (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    tag_id       uuid        NOT NULL,
    added_at     timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, chat_id, tag_id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, tag_id) REFERENCES tags (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX chat_tags_of_tag ON chat_tags (workspace_id, tag_id, chat_id);
