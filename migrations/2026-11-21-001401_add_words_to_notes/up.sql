-- Notes are found by their words as messages are; in the house only, like the notes themselves.
ALTER TABLE notes ADD COLUMN words tsvector NOT NULL
    GENERATED ALWAYS AS (to_tsvector('russian', translate(left(body, 20000), 'ёЁ', 'еЕ'))) STORED;
COMMENT ON COLUMN notes.words IS 'what search looks at; a deleted note has none';
CREATE INDEX notes_words ON notes USING gin (workspace_id, words);
