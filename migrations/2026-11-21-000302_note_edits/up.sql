ALTER TABLE messages ADD COLUMN edited_at timestamptz;
COMMENT ON COLUMN messages.edited_at IS 'when we saw that the text is not what it was; null while it never changed';
