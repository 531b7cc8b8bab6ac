-- Whom a note speaks to.
CREATE TABLE note_mentions (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    note_id      uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    PRIMARY KEY (workspace_id, chat_id, note_id, user_id),
    FOREIGN KEY (workspace_id, chat_id, note_id) REFERENCES notes (workspace_id, chat_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX note_mentions_user ON note_mentions (workspace_id, user_id, chat_id, note_id);
