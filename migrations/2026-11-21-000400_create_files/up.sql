-- Files of chats. Incoming: an attachment of a message, fetched in the background. Outgoing: uploaded here to be sent.
CREATE TABLE files (
    workspace_id uuid        NOT NULL,
    id           uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    message_id   text,
    position     integer,
    author_id    uuid,
    origin       text        NOT NULL CHECK (origin IN ('incoming', 'outgoing')),
    state        text        NOT NULL CHECK (state IN ('waiting', 'stored', 'failed')),
    name         text        NOT NULL,
    url          text,
    media_type   text,
    size         bigint,
    sha256       bytea,
    width        integer,
    height       integer,
    key          text,
    thumb_key    text,
    thumb_type   text,
    thumb_size   bigint,
    attempts     integer     NOT NULL DEFAULT 0,
    tried_at     timestamptz,
    problem      text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, chat_id, message_id, position),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id),
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id),
    CHECK (CASE origin WHEN 'incoming' THEN message_id IS NOT NULL AND position IS NOT NULL AND url IS NOT NULL
                       ELSE message_id IS NULL AND author_id IS NOT NULL END),
    CHECK (state <> 'stored' OR (media_type IS NOT NULL AND size IS NOT NULL AND sha256 IS NOT NULL AND key IS NOT NULL))
);
COMMENT ON COLUMN files.id IS 'outgoing: made by the browser, so that an upload tried twice is one file';
COMMENT ON COLUMN files.message_id IS 'incoming: the marketplace''s id of the message; position counts its attachments from 0';
COMMENT ON COLUMN files.url IS 'incoming: where the marketplace keeps it; never shown to a browser';
COMMENT ON COLUMN files.media_type IS 'by its first bytes, whatever its name says';
COMMENT ON COLUMN files.key IS 'where the bytes lie in the file store';

CREATE INDEX files_waiting ON files (workspace_id, chat_id, created_at DESC) WHERE origin = 'incoming' AND state = 'waiting';
CREATE INDEX files_uploads ON files (workspace_id, author_id, tried_at) WHERE origin = 'outgoing';
