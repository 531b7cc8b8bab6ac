-- What a workspace has changed about the rules of risky words. A version is never edited: a change is the next one.
CREATE TABLE wording_versions (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    version      integer     NOT NULL CHECK (version > 0),
    changes      jsonb       NOT NULL,
    author_id    uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, version),
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN wording_versions.changes IS 'severities of built-in rules that differ, and the workspace''s own rules';
CREATE INDEX wording_versions_author ON wording_versions (workspace_id, author_id);
