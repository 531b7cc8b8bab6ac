CREATE TABLE chats (
    workspace_id         uuid        NOT NULL,
    id                   uuid        NOT NULL,
    seller_id            uuid        NOT NULL,
    kind                 text        NOT NULL CHECK (kind IN ('dialog')),
    external_id          text        NOT NULL,
    status               text        NOT NULL CHECK (status IN ('open', 'closed')),
    order_number         text,
    created_at           timestamptz NOT NULL,
    -- derived from all messages of the chat; recomputed in the transaction that stores one
    last_message_at      timestamptz NOT NULL,
    last_message_preview text        NOT NULL DEFAULT '',
    last_message_author  text        CHECK (last_message_author IN ('buyer', 'operator', 'seller_elsewhere', 'marketplace', 'bot')),
    unanswered_since     timestamptz,
    due_at               timestamptz,
    -- how far the marketplace's history has been read
    head_id              text,
    tail_id              text,
    tail_done            boolean     NOT NULL DEFAULT false,
    remote_last_id       text,
    checked_at           timestamptz,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, seller_id, external_id),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id)
);
COMMENT ON COLUMN chats.unanswered_since IS 'marketplace time of the oldest buyer message that nobody of ours answered; null when the buyer does not wait';
COMMENT ON COLUMN chats.due_at IS 'when the marketplace counts the answer as late; null for imported history';
COMMENT ON COLUMN chats.head_id IS 'newest message stored with no gap behind it';
COMMENT ON COLUMN chats.tail_id IS 'oldest message stored; older history is read from here until tail_done';
COMMENT ON COLUMN chats.remote_last_id IS 'last_message_id of the marketplace list: the mark that the chat moved';

CREATE INDEX chats_all ON chats (workspace_id, last_message_at DESC, id DESC);
CREATE INDEX chats_all_of_seller ON chats (workspace_id, seller_id, last_message_at DESC, id DESC);
CREATE INDEX chats_waiting ON chats (workspace_id, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_recheck ON chats (workspace_id, seller_id, checked_at) WHERE unanswered_since IS NOT NULL;
