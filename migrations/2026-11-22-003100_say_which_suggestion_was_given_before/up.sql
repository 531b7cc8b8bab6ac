ALTER TABLE suggestions ADD COLUMN is_again boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN suggestions.is_again IS 'it was given before to who asked the same; no model was asked';
