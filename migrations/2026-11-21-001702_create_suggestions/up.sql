-- Drafts of answers, what they stood on, and what became of them.
CREATE TABLE suggestions (
    workspace_id   uuid        NOT NULL,
    id             uuid        NOT NULL,
    chat_id        uuid        NOT NULL,
    message_id     text        NOT NULL,
    task           text        NOT NULL CHECK (task IN ('suggest', 'shorter', 'warmer', 'formal', 'correct', 'translate')),
    asked_by       uuid        NOT NULL,
    state          text        NOT NULL CHECK (state IN ('thinking', 'ready', 'failed', 'cancelled')),
    body           text        NOT NULL DEFAULT '',
    provider       text,
    model          text,
    version        integer,
    category       text,
    sources        jsonb       NOT NULL DEFAULT '[]',
    flags          jsonb       NOT NULL DEFAULT '[]',
    problem        text,
    outcome        text        CHECK (outcome IN ('accepted', 'edited', 'rejected')),
    distance       integer,
    reply_id       uuid,
    created_at     timestamptz NOT NULL,
    first_ms       integer,
    total_ms       integer,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, asked_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, reply_id) REFERENCES replies (workspace_id, id) ON DELETE SET NULL (reply_id)
);
COMMENT ON COLUMN suggestions.message_id IS 'the newest message of the buyer when it was begun: what it answers';
COMMENT ON COLUMN suggestions.provider IS 'whose model has made it; none: a template';
COMMENT ON COLUMN suggestions.version IS 'of the prompt, or of the templates';
COMMENT ON COLUMN suggestions.distance IS 'how many characters differ between the draft and what was sent';
CREATE INDEX suggestions_chat ON suggestions (workspace_id, chat_id, created_at DESC);
CREATE INDEX suggestions_asked_by ON suggestions (workspace_id, asked_by, created_at DESC);
CREATE INDEX suggestions_made ON suggestions (workspace_id, created_at DESC);
CREATE INDEX suggestions_reply ON suggestions (workspace_id, reply_id) WHERE reply_id IS NOT NULL;
-- Two clicks, and two people at one chat, are one question; what is done to a person's own text is theirs.
CREATE UNIQUE INDEX suggestions_under_way ON suggestions (workspace_id, chat_id) WHERE state = 'thinking' AND task = 'suggest';
CREATE UNIQUE INDEX suggestions_rewriting ON suggestions (workspace_id, chat_id, asked_by)
    WHERE state = 'thinking' AND task <> 'suggest';
