-- A draft that was begun when a message arrived was asked for by nobody.
ALTER TABLE suggestions ALTER COLUMN asked_by DROP NOT NULL;
COMMENT ON COLUMN suggestions.asked_by IS 'none when it was begun before anybody had opened the chat';
