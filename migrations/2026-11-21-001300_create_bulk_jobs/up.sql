-- Something that a person does to many chats: first planned, then carried out in batches by a job, then perhaps undone.
CREATE TABLE bulk_jobs (
    workspace_id uuid        NOT NULL,
    id           uuid        NOT NULL,
    author_id    uuid        NOT NULL,
    state        text        NOT NULL CHECK (state IN ('planned', 'running', 'done', 'stopped', 'undoing', 'undone')),
    work         jsonb       NOT NULL,
    chats        bigint      NOT NULL DEFAULT 0,
    done         bigint      NOT NULL DEFAULT 0,
    unchanged    bigint      NOT NULL DEFAULT 0,
    skipped      bigint      NOT NULL DEFAULT 0,
    failed       bigint      NOT NULL DEFAULT 0,
    undone       bigint      NOT NULL DEFAULT 0,
    left_alone   bigint      NOT NULL DEFAULT 0,
    cursor       uuid,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz,
    dismissed_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN bulk_jobs.work IS 'what is done to each chat, names as they were then';
COMMENT ON COLUMN bulk_jobs.cursor IS 'the last chat that was dealt with; commits together with what was done to it';
COMMENT ON COLUMN bulk_jobs.created_at IS 'when the set of chats was fixed: what came later the author has not taken into account';
COMMENT ON COLUMN bulk_jobs.dismissed_at IS 'when the author had enough of seeing it';
CREATE INDEX bulk_jobs_author ON bulk_jobs (workspace_id, author_id, created_at DESC);
