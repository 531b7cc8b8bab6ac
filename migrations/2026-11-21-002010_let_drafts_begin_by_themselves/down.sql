DELETE FROM suggestions WHERE asked_by IS NULL;
ALTER TABLE suggestions ALTER COLUMN asked_by SET NOT NULL;
COMMENT ON COLUMN suggestions.asked_by IS NULL;
