-- Who leaves stays the author of what they wrote; only the way in is closed.
ALTER TABLE users ADD COLUMN left_at timestamptz;
COMMENT ON COLUMN users.left_at IS 'since when the person does not work here any more';
