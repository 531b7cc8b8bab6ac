-- Pushes as they came, kept for some days: what they made us do can be looked up, and an unknown kind loses nothing.
CREATE TABLE pushes (
    workspace_id     uuid        NOT NULL,
    id               uuid        NOT NULL,
    seller_id        uuid        NOT NULL,
    received_at      timestamptz NOT NULL,
    kind             text        NOT NULL,
    chat_external_id text,
    body             text        NOT NULL,
    processed_at     timestamptz,
    outcome          text,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id),
    CHECK ((processed_at IS NULL) = (outcome IS NULL))
);
COMMENT ON COLUMN pushes.kind IS 'message, edited, read, closed, unreadable, or the marketplace''s own word for anything else';
COMMENT ON COLUMN pushes.chat_external_id IS 'the marketplace''s id of the chat it is about, if it is about one';
COMMENT ON COLUMN pushes.outcome IS 'what asking the marketplace has shown; null while it waits to be asked';

CREATE INDEX pushes_waiting ON pushes (workspace_id, seller_id, chat_external_id, id) WHERE processed_at IS NULL;
CREATE INDEX pushes_received ON pushes (received_at);
