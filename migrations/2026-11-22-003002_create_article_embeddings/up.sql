-- What articles mean: one vector each, of the model that search by meaning goes by. While the model changes, both stand here.
CREATE TABLE article_embeddings (
    workspace_id uuid    NOT NULL,
    article_id   uuid    NOT NULL,
    model        text    NOT NULL CHECK (char_length(model) BETWEEN 1 AND 1000),
    version      integer NOT NULL,
    dimension    integer NOT NULL CHECK (dimension >= 0),
    vector       bytea   NOT NULL CHECK (octet_length(vector) = dimension),
    PRIMARY KEY (workspace_id, article_id),
    FOREIGN KEY (workspace_id, article_id) REFERENCES articles (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN article_embeddings.version IS 'of the article that was looked at';
COMMENT ON COLUMN article_embeddings.dimension IS 'none: the model would not look at this article; it is not asked again until the article changes';
COMMENT ON COLUMN article_embeddings.vector IS 'a signed byte for each direction, the largest of them 127: only where it points counts, not how long it is';
