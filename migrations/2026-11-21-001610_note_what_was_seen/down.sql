ALTER TABLE activities DROP COLUMN seen_up_to;
