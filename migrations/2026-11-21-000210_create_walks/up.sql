-- How far the walk through a seller's whole chat list has come. The cursor commits with the page it follows, so a walk
-- that was killed goes on where it was. The first walk is the import; its row also counts the histories that it brings.
CREATE TABLE walks (
    workspace_id    uuid        NOT NULL,
    seller_id       uuid        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('import', 'reconcile')),
    started_at      timestamptz NOT NULL,
    cursor          text,
    pages           integer     NOT NULL DEFAULT 0,
    mark            text,
    restarts        integer     NOT NULL DEFAULT 0,
    chats           bigint      NOT NULL DEFAULT 0,
    listed_at       timestamptz,
    histories_total bigint      NOT NULL DEFAULT 0,
    histories_done  bigint      NOT NULL DEFAULT 0,
    finished_at     timestamptz,
    -- where the counters stood some seconds ago, for the speed
    window_at       timestamptz NOT NULL,
    window_count    bigint      NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL,
    next_count      bigint      NOT NULL DEFAULT 0,
    told_at         timestamptz NOT NULL,
    is_untold       boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (workspace_id, seller_id, kind),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN walks.cursor IS 'where the next page begins, in the marketplace''s words; null at the beginning of the list';
COMMENT ON COLUMN walks.mark IS 'an earlier cursor: the list that comes back to it runs in a circle';
COMMENT ON COLUMN walks.is_untold IS 'something was stored that no event has told of yet';
