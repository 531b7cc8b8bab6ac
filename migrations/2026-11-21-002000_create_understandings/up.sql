-- What is understood of buyers' messages: told by the rules when they are stored, and, beside it, what a person has said instead.
CREATE TABLE understandings (
    workspace_id    uuid        NOT NULL,
    chat_id         uuid        NOT NULL,
    message_id      text        NOT NULL,
    category        text        NOT NULL,
    urgency         text        NOT NULL,
    sentiment       text        NOT NULL,
    language        text        NOT NULL,
    version         integer     NOT NULL,
    text_hash       bigint      NOT NULL,
    given_category  text,
    given_urgency   text,
    given_sentiment text,
    given_by        uuid,
    given_at        timestamptz,
    PRIMARY KEY (workspace_id, chat_id, message_id),
    FOREIGN KEY (workspace_id, chat_id, message_id) REFERENCES messages (workspace_id, chat_id, external_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, given_by) REFERENCES users (workspace_id, id),
    CONSTRAINT understandings_given CHECK (
        (given_by IS NULL) = (given_at IS NULL)
        AND (given_by IS NULL) = (given_category IS NULL AND given_urgency IS NULL AND given_sentiment IS NULL))
);
COMMENT ON COLUMN understandings.version IS 'of the lexicon that has told it';
COMMENT ON COLUMN understandings.text_hash IS 'of the text that was understood: another text is understood anew';
COMMENT ON COLUMN understandings.given_category IS 'what a person has said; no rule ever changes it';
