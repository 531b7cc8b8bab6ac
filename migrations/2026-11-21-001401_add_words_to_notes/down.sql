DROP INDEX notes_words;
ALTER TABLE notes DROP COLUMN words;
