-- Lists that people keep: a view with its order, seller and filter, under a name.
CREATE TABLE saved_filters (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    id           uuid        NOT NULL,
    owner_id     uuid,
    name         text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    query        jsonb       NOT NULL,
    is_pinned    boolean     NOT NULL,
    position     integer     NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN saved_filters.owner_id IS 'whose it is; null: everybody''s';
COMMENT ON COLUMN saved_filters.query IS 'view, sort, seller and filter, as features/inbox/query.rs writes them';
COMMENT ON COLUMN saved_filters.position IS 'its place among those of the same owner';
CREATE INDEX saved_filters_of_owner ON saved_filters (workspace_id, owner_id, position);
