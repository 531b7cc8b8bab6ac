-- The message with which it began, so that a notice leads to what the buyer wrote.
ALTER TABLE notices ADD COLUMN message_id text;
COMMENT ON COLUMN notices.message_id IS 'the first message of the burst, by the marketplace''s id';
