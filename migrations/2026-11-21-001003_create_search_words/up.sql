-- The words of a workspace's messages, and in how many messages each is, roughly: which words are common, and which was
-- meant by a word that nobody wrote. Counted some time after the messages have come.
CREATE TABLE search_words (
    workspace_id uuid   NOT NULL REFERENCES workspaces (id),
    word         text   NOT NULL COLLATE "C",
    messages     bigint NOT NULL,
    PRIMARY KEY (workspace_id, word)
) WITH (fillfactor = 80);
CREATE INDEX search_words_alike ON search_words USING gin (workspace_id, word gin_trgm_ops);

-- How far the messages have been counted, by when they came.
CREATE TABLE search_marks (
    workspace_id  uuid        NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    counted_until timestamptz NOT NULL,
    messages      bigint      NOT NULL DEFAULT 0
);
COMMENT ON COLUMN search_marks.messages IS 'how many were counted: against it a word is common or not';
CREATE INDEX messages_received ON messages (workspace_id, received_at);
