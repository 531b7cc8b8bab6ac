-- Where a supervisor is written to outside of the product: a chat of Telegram, by a bot of the workspace's own.
CREATE TABLE supervisor_channels (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    sealed_token bytea       NOT NULL,
    chat         text        NOT NULL CHECK (char_length(chat) BETWEEN 1 AND 40),
    is_enabled   boolean     NOT NULL,
    problem      text,
    said         text,
    sent_at      timestamptz,
    paused_until timestamptz,
    changed_by   uuid        NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id),
    FOREIGN KEY (workspace_id, changed_by) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN supervisor_channels.sealed_token IS 'the token of the bot, sealed for this row';
COMMENT ON COLUMN supervisor_channels.problem IS 'why the last message was not delivered; nothing is sent while only a person can put it right';
COMMENT ON COLUMN supervisor_channels.said IS 'what Telegram said then';
COMMENT ON COLUMN supervisor_channels.paused_until IS 'Telegram wants to be left alone until then, or could not be reached';
CREATE INDEX supervisor_channels_changer ON supervisor_channels (workspace_id, changed_by);
