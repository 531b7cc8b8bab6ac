ALTER TABLE chats
    DROP CONSTRAINT chats_understood,
    DROP COLUMN category,
    DROP COLUMN urgency,
    DROP COLUMN sentiment,
    DROP COLUMN understood_by;
