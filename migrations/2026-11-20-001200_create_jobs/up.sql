-- Background work, leased rather than locked: a job calls slow marketplaces, so no transaction stays open while it runs.
CREATE TABLE jobs (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    id           uuid        NOT NULL,
    kind         text        NOT NULL,
    key          text        NOT NULL,
    lane         text        NOT NULL,
    payload      jsonb       NOT NULL,
    run_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    nudges       bigint      NOT NULL DEFAULT 0,
    leased_until timestamptz,
    lease_id     uuid,
    last_error   text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, kind, key)
);
COMMENT ON COLUMN jobs.key IS 'one waiting job per kind and key: enqueueing it again is a nudge';
COMMENT ON COLUMN jobs.nudges IS 'grows with every nudge; a job nudged while it ran runs once more';
COMMENT ON COLUMN jobs.lane IS 'jobs of one lane (a seller) never take all workers, so a slow marketplace delays nobody else';
CREATE INDEX jobs_due ON jobs (run_at);
CREATE INDEX jobs_lane ON jobs (lane, leased_until) WHERE leased_until IS NOT NULL;
