-- How a person wants to be told; whoever has no row wants the usual.
CREATE TABLE notice_settings (
    workspace_id uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    settings     jsonb       NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN notice_settings.settings IS 'see features/notices/types.rs';
