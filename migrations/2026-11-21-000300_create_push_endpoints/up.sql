-- Where a marketplace pushes a seller's events to: at most one address of ours per seller. No row: pushes are off.
CREATE TABLE push_endpoints (
    workspace_id  uuid        NOT NULL,
    seller_id     uuid        NOT NULL,
    token_hash    bytea       NOT NULL,
    remote_id     bigint,
    address       text        NOT NULL,
    state         text        NOT NULL CHECK (state IN ('starting', 'on', 'suspended', 'taken')),
    last_problem  text,
    registered_at timestamptz NOT NULL,
    checked_at    timestamptz,
    last_ping_at  timestamptz,
    last_push_at  timestamptz,
    received      bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, seller_id),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id)
);
COMMENT ON COLUMN push_endpoints.token_hash IS 'SHA-256 of the token that ends the address; the token itself is kept by the marketplace only';
COMMENT ON COLUMN push_endpoints.remote_id IS 'how the marketplace calls the endpoint';
COMMENT ON COLUMN push_endpoints.address IS 'the address without its token';
COMMENT ON COLUMN push_endpoints.last_problem IS 'why it is suspended, in the marketplace''s words, or whose address has taken its place';

CREATE UNIQUE INDEX push_endpoints_token ON push_endpoints (token_hash);
