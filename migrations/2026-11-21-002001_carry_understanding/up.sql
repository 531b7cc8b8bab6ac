-- What the newest turn of a chat's buyer is about, so that lists can show it and filter by it. Chats that wait already are woken, so
-- that they are understood.
ALTER TABLE chats
    ADD COLUMN category      text,
    ADD COLUMN urgency       text,
    ADD COLUMN sentiment     text,
    ADD COLUMN understood_by text CHECK (understood_by IN ('rules', 'person')),
    ADD CONSTRAINT chats_understood CHECK (
        (category IS NULL) = (urgency IS NULL) AND (category IS NULL) = (sentiment IS NULL)
        AND (category IS NULL) = (understood_by IS NULL));
COMMENT ON COLUMN chats.understood_by IS 'a person, when any part of it was said by one';
CREATE INDEX chats_understood ON chats (workspace_id, category, urgency, sentiment) WHERE category IS NOT NULL;
INSERT INTO clock_wakes (workspace_id, chat_id, at) SELECT workspace_id, id, now() FROM chats WHERE unanswered_since IS NOT NULL
    ON CONFLICT (workspace_id, chat_id) DO UPDATE SET at = least(clock_wakes.at, excluded.at);
