-- What a shop knows, written down: drafts of answers lean on it.
CREATE TABLE articles (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    id           uuid        NOT NULL,
    title        text        NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    body         text        NOT NULL CHECK (char_length(body) BETWEEN 1 AND 20000),
    tags         text[]      NOT NULL,
    seller_id    uuid,
    sku          text        CHECK (char_length(sku) BETWEEN 1 AND 60),
    version      integer     NOT NULL,
    use_count    bigint      NOT NULL DEFAULT 0,
    updated_by   uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    words        tsvector    NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('russian', translate(title, 'ёЁ', 'еЕ')), 'A')
        || to_tsvector('russian', translate(body, 'ёЁ', 'еЕ'))) STORED,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, updated_by) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN articles.seller_id IS 'whose chats it is for; none: all';
COMMENT ON COLUMN articles.sku IS 'which product it is about; none: all';
COMMENT ON COLUMN articles.use_count IS 'answers that were sent as a draft that leant on it had them, or nearly';
CREATE INDEX articles_words ON articles USING gin (workspace_id, words);
CREATE INDEX articles_title ON articles (workspace_id, title);
CREATE INDEX articles_seller ON articles (workspace_id, seller_id);
CREATE INDEX articles_updated_by ON articles (workspace_id, updated_by);
