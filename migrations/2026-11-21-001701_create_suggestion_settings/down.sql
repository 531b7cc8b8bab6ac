DROP TABLE suggestion_settings;
