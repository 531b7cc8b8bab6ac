-- The words of a message in their stems, ё as е. Kept in the row, because common words are found by reading the newest
-- messages, and stemming them there would take longer than reading.
ALTER TABLE messages ADD COLUMN words tsvector NOT NULL
    GENERATED ALWAYS AS (to_tsvector('russian', translate(left(body, 20000), 'ёЁ', 'еЕ'))) STORED;
COMMENT ON COLUMN messages.words IS 'what search looks at: a text longer than 20,000 characters is found by its beginning';
CREATE INDEX messages_words ON messages USING gin (workspace_id, words);
