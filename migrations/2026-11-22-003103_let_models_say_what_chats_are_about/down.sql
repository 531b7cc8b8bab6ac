UPDATE chats SET understood_by = 'rules' WHERE understood_by = 'model';
ALTER TABLE chats
    DROP CONSTRAINT chats_understood_by_check,
    ADD CONSTRAINT chats_understood_by_check CHECK (understood_by IN ('rules', 'person'));
COMMENT ON COLUMN chats.understood_by IS 'a person, when any part of it was said by one';
