-- How soon a workspace answers. A version is never edited: a change is the next one, so a clock that runs by an old version can
-- still be explained, calendars included.
CREATE TABLE policy_versions (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    version      integer     NOT NULL CHECK (version > 0),
    book         jsonb       NOT NULL,
    author_id    uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, version),
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN policy_versions.book IS 'policies in order with their goals and ladders, and the calendars they count by, as features/sla/book.rs writes them';
CREATE INDEX policy_versions_author ON policy_versions (workspace_id, author_id);
