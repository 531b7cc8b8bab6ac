ALTER TABLE suggestion_settings DROP COLUMN is_understood_by_model;
