-- What a marketplace has told of the orders that chats are about: shown at once, asked for anew when old.
CREATE TABLE orders (
    workspace_id uuid        NOT NULL,
    seller_id    uuid        NOT NULL,
    order_number text        NOT NULL CHECK (order_number <> ''),
    tried_at     timestamptz NOT NULL,
    fetched_at   timestamptz,
    postings     jsonb       NOT NULL DEFAULT '[]',
    returns      jsonb       NOT NULL DEFAULT '[]',
    problem      text        CHECK (problem IN ('no_rights', 'partial', 'account', 'unreachable')),
    PRIMARY KEY (workspace_id, seller_id, order_number),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id)
);
COMMENT ON COLUMN orders.order_number IS 'the number that was asked for: of an order, or of one posting of it';
COMMENT ON COLUMN orders.tried_at IS 'when the marketplace was last asked, whatever came of it';
COMMENT ON COLUMN orders.fetched_at IS 'when the marketplace told what stands here; null while it has told nothing';
COMMENT ON COLUMN orders.problem IS 'what the last try lacked';
