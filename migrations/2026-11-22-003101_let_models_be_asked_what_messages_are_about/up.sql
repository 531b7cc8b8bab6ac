ALTER TABLE suggestion_settings ADD COLUMN is_understood_by_model boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN suggestion_settings.is_understood_by_model IS 'whether a model is asked about each message of a buyer: every one is a paid question';
