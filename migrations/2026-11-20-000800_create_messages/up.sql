CREATE TABLE messages (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    external_id  text        NOT NULL,
    sort_key     text        NOT NULL COLLATE "C",
    author       text        NOT NULL CHECK (author IN ('buyer', 'operator', 'seller_elsewhere', 'marketplace', 'bot')),
    body         text        NOT NULL,
    attachments  jsonb       NOT NULL DEFAULT '[]',
    sent_at      timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    is_read      boolean     NOT NULL DEFAULT false,
    reply_id     uuid,
    raw          jsonb,
    PRIMARY KEY (workspace_id, chat_id, external_id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id),
    FOREIGN KEY (workspace_id, reply_id) REFERENCES replies (workspace_id, id)
);
COMMENT ON COLUMN messages.sort_key IS 'orders messages of equal time as the marketplace does';
COMMENT ON COLUMN messages.attachments IS 'shown, never searched: [{kind, url, name}]';
COMMENT ON COLUMN messages.raw IS 'kept only when the message could not be understood';

CREATE INDEX messages_order ON messages (workspace_id, chat_id, sent_at DESC, sort_key DESC);
CREATE INDEX messages_ours ON messages (workspace_id, chat_id, sent_at DESC, sort_key DESC) WHERE author IN ('operator', 'seller_elsewhere');
CREATE INDEX messages_buyers ON messages (workspace_id, chat_id, sent_at, sort_key) WHERE author = 'buyer';
CREATE UNIQUE INDEX messages_reply ON messages (workspace_id, reply_id) WHERE reply_id IS NOT NULL;
