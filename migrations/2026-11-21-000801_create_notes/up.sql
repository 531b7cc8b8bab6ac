-- What people write to each other beside a chat. Never sent to the buyer.
CREATE TABLE notes (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    id           uuid        NOT NULL,
    author_id    uuid        NOT NULL,
    body         text        NOT NULL,
    created_at   timestamptz NOT NULL,
    edited_at    timestamptz,
    deleted_at   timestamptz,
    PRIMARY KEY (workspace_id, chat_id, id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id),
    CONSTRAINT notes_body CHECK ((body = '') = (deleted_at IS NOT NULL))
);
COMMENT ON COLUMN notes.id IS 'made by the browser: the same id twice is the same note';
COMMENT ON COLUMN notes.deleted_at IS 'the text is gone; the row stays, so that the id is not used again';
CREATE INDEX notes_at ON notes (workspace_id, chat_id, created_at, id);
