CREATE TABLE sellers (
    workspace_id        uuid        NOT NULL REFERENCES workspaces (id),
    id                  uuid        NOT NULL,
    marketplace         text        NOT NULL CHECK (marketplace IN ('ozon')),
    external_account_id text        NOT NULL CHECK (external_account_id <> ''),
    name                text        NOT NULL CHECK (name <> ''),
    state               text        NOT NULL CHECK (state IN ('active', 'paused', 'broken', 'removed')),
    credentials         bytea,
    shop_name           text,
    subscription        text,
    key_expires_at      timestamptz,
    methods             text[]      NOT NULL DEFAULT '{}',
    connected_at        timestamptz NOT NULL,
    clock_from          timestamptz NOT NULL,
    last_sync_at        timestamptz,
    last_sync_took_ms   bigint,
    last_walk_at        timestamptz,
    last_error          text,
    last_error_detail   text,
    last_error_at       timestamptz,
    failures            integer     NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, marketplace, external_account_id),
    CHECK (state = 'removed' OR credentials IS NOT NULL)
);
COMMENT ON COLUMN sellers.credentials IS 'sealed JSON; see platform/secret.rs';
COMMENT ON COLUMN sellers.clock_from IS 'messages sent before this are imported history: they open no clock and count as seen';
COMMENT ON COLUMN sellers.last_walk_at IS 'when the whole chat list was last walked, not only its unread part';

-- Directory of connected marketplace accounts, so that no cabinet is polled twice by two workspaces.
CREATE TABLE seller_accounts (
    account_hash bytea NOT NULL PRIMARY KEY,
    workspace_id uuid  NOT NULL,
    seller_id    uuid  NOT NULL,
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN seller_accounts.account_hash IS 'SHA-256 of marketplace and account id: tells "connected elsewhere" without telling where';
CREATE INDEX seller_accounts_seller ON seller_accounts (workspace_id, seller_id);
