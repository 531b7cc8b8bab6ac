-- The numbered log of everything a screen shows. The counter row is locked by whoever appends until that transaction
-- ends, so numbers become visible in order and without gaps: a reader that has seen N has missed nothing below N.
CREATE TABLE event_counters (
    workspace_id uuid   NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    last_seq     bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE events (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    seq          bigint      NOT NULL,
    change       jsonb       NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX events_at ON events (at);
