ALTER TABLE messages DROP COLUMN moderation;
