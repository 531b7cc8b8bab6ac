ALTER TABLE chats
    DROP CONSTRAINT chats_understood_by_check,
    ADD CONSTRAINT chats_understood_by_check CHECK (understood_by IN ('rules', 'model', 'person'));
COMMENT ON COLUMN chats.understood_by IS 'a person, when any part of it was said by one, otherwise a model, when any part was said by one';
