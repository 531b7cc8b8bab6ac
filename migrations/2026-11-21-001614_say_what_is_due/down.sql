ALTER TABLE chats
    DROP COLUMN due_kind,
    DROP COLUMN due_since,
    DROP COLUMN is_highlighted;
DELETE FROM clock_wakes;
