-- What a person is told: one row for a burst, until it has been seen.
CREATE TABLE notices (
    workspace_id uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    id           uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('message', 'waiting', 'mention', 'assigned', 'deadline', 'seller_stopped', 'reply_trouble')),
    subject      uuid        NOT NULL,
    chat_id      uuid,
    seller_id    uuid,
    actor_id     uuid,
    at           timestamptz NOT NULL,
    rang_at      timestamptz NOT NULL,
    count        integer     NOT NULL DEFAULT 1 CHECK (count > 0),
    seen_at      timestamptz,
    PRIMARY KEY (workspace_id, user_id, id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, actor_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN notices.subject IS 'what it is about: unseen notices of one kind and subject are one row';
COMMENT ON COLUMN notices.actor_id IS 'who caused it, when a person of ours did';
COMMENT ON COLUMN notices.rang_at IS 'when it last rang: a burst rings once';
CREATE UNIQUE INDEX notices_unseen ON notices (workspace_id, user_id, kind, subject) WHERE seen_at IS NULL;
CREATE INDEX notices_person ON notices (workspace_id, user_id, at DESC, id DESC);
