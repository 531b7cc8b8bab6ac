-- How fast and whether a marketplace account may be called: shared by all processes, so that together they stay below the
-- marketplace's limit. Belongs to the installation: an account is known here by a hash only. UNLOGGED because it is
-- written several times a second and worth nothing an hour later; what a crash of Postgres empties, the processes that
-- were calling remember and write again.
CREATE UNLOGGED TABLE pace_lines (
    line       bytea       NOT NULL PRIMARY KEY,
    version    bigint      NOT NULL,
    ledger     jsonb       NOT NULL,
    changed_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN pace_lines.line IS 'SHA-256 of the marketplace''s address and the account''s id';
COMMENT ON COLUMN pace_lines.version IS 'counts changes: who read an older one has to read again';
COMMENT ON COLUMN pace_lines.ledger IS 'free slots, pauses, failures in a row; see platform/pace/ledger.rs';
