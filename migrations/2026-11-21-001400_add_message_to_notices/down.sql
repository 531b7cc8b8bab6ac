ALTER TABLE notices DROP COLUMN message_id;
