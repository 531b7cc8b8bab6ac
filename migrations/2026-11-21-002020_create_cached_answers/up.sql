-- Answers of models to questions that may be asked again, word by word, within a day. Masked: whoever gets one again has their own
-- facts put into it.
CREATE TABLE cached_answers (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    key          bytea       NOT NULL,
    body         text        NOT NULL,
    provider     text        NOT NULL,
    model        text        NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, key)
);
COMMENT ON COLUMN cached_answers.key IS 'hash of all that the model was told, and of which models could be asked';
COMMENT ON COLUMN cached_answers.body IS 'with placeholders instead of what says who somebody is';
