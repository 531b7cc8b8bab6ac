-- What articles said before.
CREATE TABLE article_versions (
    workspace_id uuid        NOT NULL,
    article_id   uuid        NOT NULL,
    version      integer     NOT NULL,
    title        text        NOT NULL,
    body         text        NOT NULL,
    author_id    uuid        NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, article_id, version),
    FOREIGN KEY (workspace_id, article_id) REFERENCES articles (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, author_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX article_versions_author ON article_versions (workspace_id, author_id);
