-- Products of sellers, as far as chats or their orders name them.
CREATE TABLE products (
    workspace_id uuid        NOT NULL,
    seller_id    uuid        NOT NULL,
    sku          text        NOT NULL CHECK (sku <> ''),
    name         text        NOT NULL,
    offer_id     text        NOT NULL,
    price        text,
    currency     text,
    photo_url    text,
    is_archived  boolean     NOT NULL,
    fetched_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, seller_id, sku),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id),
    CHECK ((price IS NULL) = (currency IS NULL))
);
COMMENT ON COLUMN products.photo_url IS 'where the marketplace keeps the photo; browsers get our own address instead';
