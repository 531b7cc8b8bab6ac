-- The clocks of chats with everything that explains them. A function of what happened in the chat, except for the last columns:
-- when a deadline was seen to have passed, and what was done about it.
CREATE TABLE clocks (
    workspace_id    uuid        NOT NULL,
    chat_id         uuid        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('first_reply', 'next_reply', 'resolution', 'rating', 'window', 'promise')),
    start_id        text        NOT NULL,
    seller_id       uuid        NOT NULL,
    started_at      timestamptz NOT NULL,
    turn_id         text,
    policy_id       uuid,
    version         integer,
    target_minutes  integer     CHECK (target_minutes > 0),
    target_time     text        CHECK (target_time IN ('wall', 'working')),
    pauses          jsonb       NOT NULL,
    due_at          timestamptz,
    ended_at        timestamptz,
    end_kind        text        CHECK (end_kind IN ('answered', 'acknowledged', 'closed', 'spam', 'expired', 'withdrawn')),
    answered_by     uuid,
    counted_minutes integer,
    outcome         text        CHECK (outcome IN ('met', 'missed', 'dropped')),
    breached_at     timestamptz,
    noticed_at      timestamptz,
    is_late         boolean     NOT NULL DEFAULT false,
    steps           jsonb       NOT NULL DEFAULT '[]',
    PRIMARY KEY (workspace_id, chat_id, kind, start_id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id),
    CONSTRAINT clocks_target CHECK ((target_minutes IS NULL) = (target_time IS NULL)),
    CONSTRAINT clocks_ended CHECK ((ended_at IS NULL) = (end_kind IS NULL) AND (ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT clocks_noticed CHECK ((breached_at IS NULL) = (noticed_at IS NULL))
);
COMMENT ON COLUMN clocks.turn_id IS 'start_id of the turn whose terms it goes by';
COMMENT ON COLUMN clocks.due_at IS 'null while a pause without an end keeps it from having one';
COMMENT ON COLUMN clocks.answered_by IS 'who of ours wrote the answer, when it was written here';
COMMENT ON COLUMN clocks.counted_minutes IS 'how much of its time had counted when it ended';
COMMENT ON COLUMN clocks.breached_at IS 'the instant of the deadline that passed, whenever that was noticed';
COMMENT ON COLUMN clocks.is_late IS 'it was noticed long after: nothing was awake at the deadline';
COMMENT ON COLUMN clocks.steps IS 'the steps of the ladder that were taken';
CREATE INDEX clocks_by_end ON clocks (workspace_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX clocks_of_seller ON clocks (workspace_id, seller_id) WHERE ended_at IS NULL;
