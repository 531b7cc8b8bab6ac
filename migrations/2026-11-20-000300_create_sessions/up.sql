CREATE TABLE sessions (
    workspace_id        uuid        NOT NULL,
    token_hash          bytea       NOT NULL,
    user_id             uuid        NOT NULL,
    created_at          timestamptz NOT NULL,
    last_seen_at        timestamptz NOT NULL,
    absolute_expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, token_hash),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the token in the cookie; the token itself is nowhere';
CREATE INDEX sessions_user ON sessions (workspace_id, user_id);
