ALTER TABLE understandings
    DROP CONSTRAINT understandings_model,
    DROP COLUMN model_category,
    DROP COLUMN model_urgency,
    DROP COLUMN model_sentiment,
    DROP COLUMN model_language,
    DROP COLUMN model_hash;
