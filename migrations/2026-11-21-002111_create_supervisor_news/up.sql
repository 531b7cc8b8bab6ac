-- What a supervisor is to be told outside of the product: one row for each step of a ladder, stored with the step. Several rows leave
-- as one message.
CREATE TABLE supervisor_news (
    workspace_id uuid        NOT NULL,
    id           uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    clock        text        NOT NULL CHECK (clock IN ('first_reply', 'next_reply', 'resolution', 'rating', 'window', 'promise')),
    due_at       timestamptz,
    at           timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unsure')),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN supervisor_news.state IS 'sending is written before the call: what is found in it later may have arrived and is never sent again';
CREATE INDEX supervisor_news_open ON supervisor_news (workspace_id, at) WHERE state IN ('waiting', 'sending');
CREATE INDEX supervisor_news_chat ON supervisor_news (workspace_id, chat_id);
