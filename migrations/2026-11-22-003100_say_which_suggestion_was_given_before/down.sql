ALTER TABLE suggestions DROP COLUMN is_again;
