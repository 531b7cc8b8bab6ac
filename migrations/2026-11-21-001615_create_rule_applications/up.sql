-- Applying the newest rules to chats that already wait: the last time somebody asked for it, and how far it has come.
CREATE TABLE rule_applications (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    version      integer     NOT NULL,
    asked_by     uuid        NOT NULL,
    started_at   timestamptz NOT NULL,
    chats        bigint      NOT NULL,
    done         bigint      NOT NULL DEFAULT 0,
    cursor       uuid,
    finished_at  timestamptz,
    PRIMARY KEY (workspace_id),
    FOREIGN KEY (workspace_id, asked_by) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN rule_applications.cursor IS 'the last chat that was dealt with; commits together with its clocks';
CREATE INDEX chat_turns_open ON chat_turns (workspace_id, chat_id) WHERE ended_at IS NULL;
