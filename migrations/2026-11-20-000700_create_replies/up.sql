-- The outbox: replies written here, until the marketplace's history shows them.
CREATE TABLE replies (
    workspace_id    uuid        NOT NULL,
    id              uuid        NOT NULL,
    chat_id         uuid        NOT NULL,
    author_id       uuid        NOT NULL,
    body            text        NOT NULL CHECK (body <> ''),
    state           text        NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'visible', 'rejected', 'unsure', 'failed')),
    reason          text,
    reason_detail   text,
    attempts        integer     NOT NULL DEFAULT 0,
    attempted_at    timestamptz,
    baseline        text        COLLATE "C",
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id),
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN replies.id IS 'made by the browser: the same id twice is the same reply';
COMMENT ON COLUMN replies.baseline IS 'sort key of the newest message known before the first attempt: our own message must come after it';
CREATE INDEX replies_chat ON replies (workspace_id, chat_id, created_at, id);
CREATE INDEX replies_author ON replies (workspace_id, author_id);
CREATE INDEX replies_unsettled ON replies (workspace_id, chat_id, created_at, id) WHERE state IN ('queued', 'sending', 'sent', 'unsure');
