-- "We will write by Friday": what people have promised buyers. A promise that is moved is taken back and made anew, so what was broken
-- stays broken.
CREATE TABLE promises (
    workspace_id  uuid        NOT NULL,
    chat_id       uuid        NOT NULL,
    id            uuid        NOT NULL,
    author_id     uuid        NOT NULL,
    made_at       timestamptz NOT NULL,
    until         timestamptz NOT NULL CHECK (until > made_at),
    after_message text,
    reply_id      uuid,
    withdrawn_at  timestamptz,
    PRIMARY KEY (workspace_id, chat_id, id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, reply_id) REFERENCES replies (workspace_id, id) ON DELETE SET NULL (reply_id)
);
COMMENT ON COLUMN promises.after_message IS 'the newest message that was known then: what comes after it in the order of the marketplace keeps the promise';
COMMENT ON COLUMN promises.reply_id IS 'our newest reply that was on its way then: it says the promise and does not keep it';
CREATE INDEX promises_author ON promises (workspace_id, author_id);
CREATE INDEX promises_reply ON promises (workspace_id, reply_id) WHERE reply_id IS NOT NULL;
-- How promises were kept is told by when they were made.
CREATE INDEX clocks_of_promises ON clocks (workspace_id, started_at) WHERE kind = 'promise';
